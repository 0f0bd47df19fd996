"""The built site: every link leads somewhere, every answer is a click from its evidence, hostile text stays text."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import xml.etree.ElementTree
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlparse

import html5lib
import pytest
import rdflib
from mkdocs.exceptions import Abort

from palermo.changes import read_changes
from palermo.claims import claims_of
from palermo.dataset import Dataset
from palermo.recipes import recipes
from palermo.settings import Project
from palermo.site import pages
from palermo.views import SiteView

from .conftest import make_site, needs_browser


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


def test_a_legal_system_and_the_state_it_is_a_part_of_name_each_other(built: Path, dataset: Dataset) -> None:
    parts = [record for record in dataset.records if record.part_of]
    assert parts, "Scotland and Northern Ireland at least"
    for record in parts:
        own, whole = (
            (built / "jurisdictions" / code / "index.html").read_text(encoding="utf-8")
            for code in (record.jurisdiction, record.part_of)
        )
        assert f'Part of: <a href="../../jurisdictions/{record.part_of}/">' in own
        assert "only so far as no law of the whole fills it" in own
        assert f'<a href="../../jurisdictions/{record.jurisdiction}/">{record.name}</a>' in whole


def test_every_internal_link_and_anchor_resolves(built: Path, project: Project) -> None:
    found = parsed(built)
    broken = []
    queries = {recipe.name for recipe in recipes(project)}
    for url, page in found.items():
        assert not page.repeated, (url, page.repeated)
        for link in page.links + page.resources:
            target = urlparse(urljoin(f"https://site{url}", link))
            if target.netloc != "site":
                continue
            path = unquote(target.path)
            if path in found:
                anchor = unquote(target.fragment)
                if path == "/sparql/" and (anchor in queries or anchor.startswith("query=")):
                    continue  # the page's script reads the query from the address
                if anchor and anchor not in found[path].ids:
                    broken.append((url, link))
            elif not (built / path.lstrip("/")).is_file():
                broken.append((url, link))
    assert broken == []


def test_nothing_is_loaded_from_another_host(built: Path) -> None:
    for url, page in parsed(built).items():
        for resource in page.resources:
            assert not urlparse(resource).netloc, (url, resource)
    css = (built / "assets" / "atlas.css").read_text(encoding="utf-8")
    assert set(re.findall(r"url\((.)", css)) == {"#"} and "@import" not in css


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
    tools = {built / name / "index.html" for name in ("search", "compare", "sparql")}  # each says what to use instead
    helped = {built / "index.html", *(built / "questions").glob("*/index.html")}  # whole without, easier with
    for path in set(built.rglob("*.html")) - tools - helped:
        text = path.read_text(encoding="utf-8").replace('<script type="application/ld+json">', "")
        assert "<script" not in text, path
    for path in tools:
        assert "<noscript>" in path.read_text(encoding="utf-8"), path


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
    for located in claims_of(record):
        located.claim.words = located.claim.says = HOSTILE
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


@pytest.fixture
def checkout(project: Project, tmp_path: Path) -> Path:
    """A checkout with one record, to change."""
    root = tmp_path / "checkout"
    for name in ("ontology", "site", "scripts", "build/app"):
        shutil.copytree(project.root / name, root / name)
    (root / "jurisdictions").mkdir()
    for name in ("jurisdictions/GB.yaml", "mkdocs.yml", "CODEBOOK.md", "CONTRIBUTING.md"):
        shutil.copy(project.root / name, root / name)
    (root / "site" / "changes.yaml").write_text("- {date: 2026-11-21, title: A test}\n", encoding="utf-8")
    return root


def test_a_fault_leaves_the_last_good_site(checkout: Path, tmp_path: Path) -> None:
    target = make_site(checkout, tmp_path / "out")
    before = {p: p.read_bytes() for p in target.rglob("*.html")}
    record = checkout / "jurisdictions" / "GB.yaml"
    record.write_text(record.read_text(encoding="utf-8").replace("answer: met", "answer: mett", 1), encoding="utf-8")
    with pytest.raises(Abort, match="Did you mean met"):
        make_site(checkout, target)
    assert {p: p.read_bytes() for p in target.rglob("*.html")} == before


def test_two_builds_are_the_same_bytes(project: Project, built: Path, tmp_path: Path) -> None:
    again = make_site(project.root, tmp_path / "again")
    for path in built.rglob("*"):
        if path.is_file() and path.name not in ("sitemap.xml", "sitemap.xml.gz"):
            assert (again / path.relative_to(built)).read_bytes() == path.read_bytes(), path.name


# --- in a real browser ---------------------------------------------------------------------------------------------

SAMPLES = """
. jurisdictions/ jurisdictions/AE/ jurisdictions/DE/ jurisdictions/KR/ jurisdictions/NE/ groups/ groups/saarc/
questions/ questions/non-punishment/ overview/ overview/definition/ treaties/ codebook/ codebook/questions/
methodology/ coverage/ about/ data/ cookbook/ search/ compare/ compare/?j=GB,KR,AE sparql/ ontology/ glossary/
contribute/ changes/ ?show=maximum-penalty ?show=maximum-penalty&as=chart ?as=table questions/attempt/?region=asia
""".split()  # noqa: SIM905 - a list of this length reads better as text


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
def test_a_printed_page_shows_the_evidence_of_every_answer(browser, address: str) -> None:  # type: ignore[no-untyped-def]
    page = browser.new_page()
    page.goto(address + "jurisdictions/GB/")
    words = page.locator(".qa .claims .words")
    assert not words.first.is_visible()
    page.emulate_media(media="print")
    assert all(item.is_visible() for item in words.all())
    assert not page.locator(".top nav").is_visible()
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
    page.locator(f'.pagefind-ui__result-link[href*="{found}"]').first.wait_for(timeout=10_000)
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
    some = [q for q in different if "unknown" in (answers["GB"][q].value.notation, answers["FR"][q].value.notation)]
    known = [q for q in different if q not in some]
    said = page.locator("#status").inner_text()
    assert f"{len(known)} questions are answered differently, {len(some)} are unknown for some" in said
    assert page.locator("#compare > .scroll tbody tr").count() == len(known)
    page.locator("#near button").first.click()
    page.wait_for_url(lambda url: url.count(",") == 2)
    page.goto(f"{address}compare/?j=GB,FR")
    page.wait_for_selector("#compare table")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert len(text.splitlines()) == 100 and text.splitlines()[0] == '"question","United Kingdom","France"'
    page.goto(f"{address}compare/?j=DE,XX")
    assert "Choose two" in page.locator("#status").inner_text(), "an unknown code chooses nothing"
    page.close()


def test_properdocs_builds_the_same_site(project: Project, built: Path, tmp_path: Path) -> None:
    target = tmp_path / "properdocs"
    command = [sys.executable, "-m", "properdocs", "build", "--quiet", "--site-dir", str(target)]
    result = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    files = {path.relative_to(built) for path in built.rglob("*.html")}
    assert files == {path.relative_to(target) for path in target.rglob("*.html")}
    for name in files:
        assert (target / name).read_bytes() == (built / name).read_bytes(), name


def test_a_saved_record_is_shown_anew(checkout: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mkdocs", "serve", "--quiet", "--dev-addr", f"127.0.0.1:{port}"]
    server = subprocess.Popen(command, cwd=checkout, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}/jurisdictions/GB/"

    def wait_for(text: str) -> bool:
        for _ in range(240):
            try:
                with urllib.request.urlopen(address, timeout=5) as answer:
                    if text in answer.read().decode("utf-8"):
                        return True
            except OSError:
                pass
            time.sleep(0.5)
        return False

    try:
        assert wait_for("Modern Slavery Act 2015")
        record = checkout / "jurisdictions" / "GB.yaml"
        text = record.read_text(encoding="utf-8").replace("scope: England and Wales", "scope: A changed scope")
        record.write_text(text, encoding="utf-8")
        assert wait_for("A changed scope")
    finally:
        server.terminate()
        server.wait(timeout=20)


def test_the_address_of_the_site_makes_a_sitemap_and_pictures_for_links(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_URL", "https://example.org/atlas")
    target = make_site(checkout, tmp_path / "out")
    sitemap = (target / "sitemap.xml").read_text(encoding="utf-8")
    addresses = set(re.findall(r"<loc>https://example\.org/atlas/([^<]*)</loc>", sitemap))
    assert {"", "jurisdictions/GB/", "questions/attempt/", "glossary/"} <= addresses
    for address in addresses:
        assert (target / address / "index.html").is_file(), address
    page = (target / "jurisdictions" / "GB" / "index.html").read_text(encoding="utf-8")
    assert '<link rel="canonical" href="https://example.org/atlas/jurisdictions/GB/">' in page
    picture = re.search(r'og:image" content="https://example\.org/atlas/([^"]+)"', page)
    assert picture and (target / picture[1]).read_bytes().startswith(b"\x89PNG")


def test_pages_describe_themselves_to_machines(built: Path, dataset: Dataset) -> None:
    page = (built / "jurisdictions" / "FR" / "index.html").read_text(encoding="utf-8")
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    laws = json.loads(found[1])["@graph"]
    assert [law["name"] for law in laws] == [i.title for i in dataset.record("FR").instruments.values()]
    assert {law["@type"] for law in laws} == {"Legislation"}
    data = (built / "data" / "index.html").read_text(encoding="utf-8")
    assert '"@type": "Dataset"' in data or '"@type":"Dataset"' in data
    feed = xml.etree.ElementTree.parse(built / "feed.xml")
    atom = "{http://www.w3.org/2005/Atom}"
    assert feed.findall(f"{atom}entry"), "the feed has an entry"
    for entry in feed.findall(f"{atom}entry"):
        anchor = str(entry.findtext(f"{atom}id")).rsplit("/", 1)[1]
        assert f'id="{anchor}"' in (built / "changes" / "index.html").read_text(encoding="utf-8")


def test_the_log_of_changes_names_every_record(dataset: Dataset) -> None:
    codes = {record.jurisdiction for record in dataset.records}
    changes = read_changes(dataset.project.root / "site" / "changes.yaml", codes)
    named = {code for change in changes for code in change.jurisdictions}
    assert codes - named == set(), "records that no entry of site/changes.yaml names"


def test_each_jurisdiction_can_be_taken_away_in_every_form(built: Path, dataset: Dataset, project: Project) -> None:
    folder = built / "data" / "jurisdiction"
    assert (folder / "KR.yaml").read_bytes() == (project.records / "KR.yaml").read_bytes()
    turtle = rdflib.Graph().parse(folder / "KR.ttl", format="turtle")
    linked = rdflib.Graph().parse(folder / "KR.jsonld", format="json-ld")
    lines = dataset.jurisdiction_lines("KR")
    assert len(turtle) == len(linked) >= len(lines)
    rows = list(csv.DictReader(io.StringIO((folder / "KR.csv").read_text(encoding="utf-8"))))
    assert len(rows) == len(dataset.vocabulary.questions)
    assert {row["jurisdiction"] for row in rows} == {"KR"}
