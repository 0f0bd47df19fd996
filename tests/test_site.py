"""The built site: every link leads somewhere, every answer is a click from its evidence, hostile text stays text."""

from __future__ import annotations

import functools
import html
import http.server
import re
import shutil
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlparse

import html5lib
import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from palermo.dataset import Dataset
from palermo.settings import Project
from palermo.site import pages
from palermo.views import SiteView


def make_site(root: Path, target: Path) -> Path:
    config = load_config(str(root / "mkdocs.yml"), site_dir=str(target), strict=True)
    config.plugins.on_startup(command="build", dirty=False)
    build(config)
    return target


@pytest.fixture(scope="session")
def built(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_site(project.root, tmp_path_factory.mktemp("site") / "out")


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.resources: list[str] = []
        self.ids: set[str] = set()
        self.repeated: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if values.get("id"):
            if values["id"] in self.ids:
                self.repeated.append(str(values["id"]))
            self.ids.add(str(values["id"]))
        if tag == "a" and values.get("href"):
            self.links.append(str(values["href"]))
        for name in ("src", "href"):
            if tag in ("script", "img", "link", "iframe") and values.get(name):
                self.resources.append(str(values[name]))


def parsed(built: Path) -> dict[str, _Page]:
    return {
        "/" + str(path.relative_to(built)).removesuffix("index.html"): _Page(path.read_text(encoding="utf-8"))
        for path in sorted(built.rglob("*.html"))
    }


def test_there_is_a_page_for_everything(built: Path, dataset: Dataset) -> None:
    for record in dataset.records:
        assert (built / "jurisdictions" / record.jurisdiction / "index.html").is_file()
    states = {state for _, state in dataset.status.rows} - {"EU"}
    assert len(states) >= 193, "every member of the United Nations has a page, if only for its treaties"
    for state in states:
        assert (built / "jurisdictions" / state / "index.html").is_file()
    for id_ in dataset.vocabulary.questions:
        assert (built / "questions" / id_ / "index.html").is_file()
    for name in (
        "index.html",
        "overview/definition/index.html",
        "codebook/index.html",
        "404.html",
        "data/palermo-atlas.nq",
        "data/atlas.ipynb",
    ):
        assert (built / name).is_file(), name


def test_every_internal_link_and_anchor_resolves(built: Path) -> None:
    found = parsed(built)
    broken = []
    for url, page in found.items():
        assert not page.repeated, (url, page.repeated)
        for link in page.links + page.resources:
            target = urlparse(urljoin(f"https://site{url}", link))
            if target.netloc != "site":
                continue
            path = unquote(target.path)
            if path in found:
                if target.fragment and unquote(target.fragment) not in found[path].ids:
                    broken.append((url, link))
            elif not (built / path.lstrip("/")).is_file():
                broken.append((url, link))
    assert broken == []


def test_nothing_is_loaded_from_another_host(built: Path) -> None:
    for url, page in parsed(built).items():
        for resource in page.resources:
            assert not urlparse(resource).netloc, (url, resource)
    css = (built / "assets" / "atlas.css").read_text(encoding="utf-8")
    assert "url(" not in css and "@import" not in css


def test_pages_are_valid_html(built: Path) -> None:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    for name in (
        "index.html",
        "jurisdictions/AE/index.html",
        "questions/non-punishment/index.html",
        "overview/victims/index.html",
    ):
        parser.parse((built / name).read_text(encoding="utf-8"))


def test_every_answer_shows_its_evidence_on_its_page(built: Path, dataset: Dataset) -> None:
    view = SiteView(dataset)
    for jurisdiction in view.jurisdictions:
        text = (built / jurisdiction.url / "index.html").read_text(encoding="utf-8")
        for id_ in jurisdiction.answers:
            assert f'id="q-{id_}"' in text
        for instrument in jurisdiction.record.instruments.values():
            if instrument.link:
                assert f'href="{html.escape(instrument.link)}"' in text
    korea = (built / "jurisdictions" / "KR" / "index.html").read_text(encoding="utf-8")
    assert 'class="words" lang="ko"' in korea


def test_findings_come_before_everything_else(built: Path) -> None:
    text = (built / "jurisdictions" / "GB" / "index.html").read_text(encoding="utf-8")
    order = [
        text.index(f'id="{name}"') for name in ("findings", "definition-matrix", "definition", "punishment", "sources")
    ]
    assert order == sorted(order)


def test_reading_needs_no_script(built: Path) -> None:
    tools = {built / name / "index.html" for name in ("search", "compare")}  # each says what to use instead
    for path in set(built.rglob("*.html")) - tools:
        assert "<script" not in path.read_text(encoding="utf-8"), path


HOSTILE = "<script>alert(1)</script>{{ 7*7 }}{% raw %}[x](javascript:alert(1))**b**<img src=x onerror=alert(2)>"


def test_hostile_text_stays_text(project: Project, dataset: Dataset) -> None:
    record = dataset.record("FR").model_copy(deep=True)
    record.name = record.note = record.scope = HOSTILE
    for instrument in record.instruments.values():
        instrument.title = instrument.caution = instrument.number = instrument.title_en = HOSTILE
    for answers in record.answers.values():
        for answer in answers:
            answer.says = answer.note = HOSTILE
    for offence in record.offences.values():
        offence.title = offence.says = offence.note = HOSTILE
    records = [record if r.jurisdiction == "FR" else r for r in dataset.records]
    hostile = Dataset(
        dataset.project,
        dataset.vocabulary,
        dataset.status,
        records,
        dataset.locks,
        dataset.day,
        dataset.findings,
        dataset.history,
    )
    for url, page in pages(SiteView(hostile), project).items():
        assert "<script>alert" not in page and "<img src=x" not in page, url
        assert 'href="javascript' not in page, url
    shown = pages(SiteView(hostile), project)["jurisdictions/FR/"]
    assert "{{ 7*7 }}{% raw %}" in shown and "&lt;script&gt;" in shown


def test_a_fault_leaves_the_last_good_site(project: Project, tmp_path: Path) -> None:
    root = tmp_path / "checkout"
    for name in ("ontology", "site", "scripts"):
        shutil.copytree(project.root / name, root / name)
    (root / "jurisdictions").mkdir()
    for name in ("jurisdictions/GB.yaml", "mkdocs.yml", "CODEBOOK.md"):
        shutil.copy(project.root / name, root / name)
    target = make_site(root, tmp_path / "out")
    before = {p: p.read_bytes() for p in target.rglob("*.html")}
    record = root / "jurisdictions" / "GB.yaml"
    record.write_text(record.read_text(encoding="utf-8").replace("answer: met", "answer: mett", 1), encoding="utf-8")
    with pytest.raises(Abort, match="Did you mean met"):
        make_site(root, target)
    assert {p: p.read_bytes() for p in target.rglob("*.html")} == before


def test_two_builds_are_the_same_bytes(project: Project, built: Path, tmp_path: Path) -> None:
    again = make_site(project.root, tmp_path / "again")
    for path in built.rglob("*"):
        if path.is_file() and path.name not in ("sitemap.xml", "sitemap.xml.gz"):
            assert (again / path.relative_to(built)).read_bytes() == path.read_bytes(), path.name


# --- in a real browser ---------------------------------------------------------------------------------------------

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium on this machine: page tests in a browser skipped"
)
SAMPLES = """
. jurisdictions/ jurisdictions/AE/ jurisdictions/DE/ jurisdictions/KR/ jurisdictions/NE/ groups/ groups/saarc/
questions/ questions/non-punishment/ overview/ overview/definition/ treaties/ codebook/ codebook/questions/
methodology/ coverage/ about/ data/ cookbook/ search/ compare/ compare/?j=GB,KR,AE
""".split()  # noqa: SIM905 - a list of this length reads better as text


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def address(built: Path) -> Iterator[str]:
    """The site served below a path, as on a project page, so that a link to the root of the host would fail."""
    folder = built.parent / "served"
    folder.mkdir(exist_ok=True)
    link = folder / "atlas"
    if not link.exists():
        link.symlink_to(built, target_is_directory=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/atlas/"
    server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield instance
        instance.close()


@needs_browser
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_page_scrolls_sideways_or_complains(browser, address: str, width: int) -> None:  # type: ignore[no-untyped-def]
    page = browser.new_page(viewport={"width": width, "height": 900})
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("requestfailed", lambda r: None if r.failure == "net::ERR_ABORTED" else complaints.append(r.url))  # we left
    page.on("request", lambda r: None if r.url.startswith(address) else complaints.append(r.url))
    for url in SAMPLES:
        page.goto(address + url)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, (url, width, wide)
    assert complaints == []
    page.close()


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_type_violates_axe(browser, address: str, scheme: str) -> None:  # type: ignore[no-untyped-def]
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    for url in SAMPLES:
        page.goto(address + url)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        results = Axe().run(page, options={"resultTypes": ["violations"]})
        bad = [(v["id"], v["nodes"][0]["html"][:120], len(v["nodes"])) for v in results.response["violations"]]
        assert bad == [], (url, scheme, bad)
    context.close()


@needs_browser
def test_an_answer_is_one_click_from_its_evidence(browser, address: str) -> None:  # type: ignore[no-untyped-def]
    page = browser.new_page()
    page.goto(address + "jurisdictions/GB/")
    words = page.locator("#q-non-punishment .claims .words").first
    assert not words.is_visible()
    page.locator("#q-non-punishment > summary").click()
    assert words.is_visible() and words.inner_text()
    link = page.locator("#q-non-punishment .where a").first
    assert re.match(r"https?://", str(link.get_attribute("href")))
    page.goto(address + "questions/non-punishment/")
    page.get_by_role("rowheader", name="United Kingdom").get_by_role("link").click()
    assert page.url.endswith("jurisdictions/GB/#q-non-punishment")
    assert page.locator("#q-non-punishment").bounding_box()
    page.close()


@needs_browser
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Korea", "jurisdictions/KR/"),
        ("GBR", "jurisdictions/GB/"),
        ("Niger", "jurisdictions/NE/"),
        ("형법", "jurisdictions/KR/"),
        ("Strafgesetzbuch", "jurisdictions/DE/"),
        ("reflection period", "questions/reflection-period/"),
    ],
)
def test_the_search_finds_names_codes_titles_and_terms(browser, address: str, asked: str, found: str) -> None:  # type: ignore[no-untyped-def]
    page = browser.new_page()
    page.goto(f"{address}search/?q={asked}")
    page.wait_for_selector(".pagefind-ui__result-link", timeout=10_000)
    links = [a.get_attribute("href") for a in page.locator(".pagefind-ui__result-link").all()]
    assert any(str(link).endswith(found) or f"{found}#" in str(link) for link in links), links
    page.close()


@needs_browser
def test_laws_are_compared_differences_first(browser, address: str, dataset: Dataset) -> None:  # type: ignore[no-untyped-def]
    page = browser.new_page()
    page.goto(f"{address}compare/")
    assert "Choose two" in page.locator("#status").inner_text()
    page.locator("select[name=j1]").select_option("GB")
    page.locator("select[name=j2]").select_option("FR")
    page.wait_for_selector("#compare table")
    assert page.url.endswith("?j=GB,FR")
    view = SiteView(dataset)
    answers = {v.code: v.answers for v in view.jurisdictions}
    different = [
        q for q in dataset.vocabulary.questions
        if answers["GB"][q].value.notation != answers["FR"][q].value.notation
    ]  # fmt: skip
    assert f"{len(different)} questions are answered differently" in page.locator("#status").inner_text()
    assert page.locator("#compare > .scroll tbody tr").count() == len(different)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert len(text.splitlines()) == 100 and text.splitlines()[0] == '"question","United Kingdom","France"'
    page.goto(f"{address}compare/?j=DE,XX")
    assert "Choose two" in page.locator("#status").inner_text(), "an unknown code chooses nothing"
    page.close()
