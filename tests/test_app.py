"""What the pages' scripts do, in a real browser: the map, the filters, and SPARQL over the whole dataset."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from palermo.dataset import Dataset
from palermo.recipes import recipes
from palermo.settings import Project
from palermo.themes import make_themes
from palermo.views import SiteView

from .conftest import needs_browser

pytestmark = needs_browser


@pytest.fixture
def page(browser: Any) -> Any:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.complaints = []
    opened.on("console", lambda m: opened.complaints.append(m.text) if m.type in ("error", "warning") else None)
    opened.on("pageerror", lambda e: opened.complaints.append(str(e)))
    yield opened
    assert opened.complaints == []
    context.close()


# --- the start page ------------------------------------------------------------------------------------------------


def test_the_map_shows_what_is_chosen_and_the_address_keeps_it(page: Any, address: str, dataset: Dataset) -> None:
    themes = {theme.id: theme for theme in make_themes(SiteView(dataset))}
    page.goto(address)
    page.wait_for_selector("#world[data-ready]")
    assert page.url == address, "the first view needs nothing in the address"
    page.locator("#theme").select_option("child-no-means")
    assert page.url == f"{address}?show=child-no-means"
    theme = themes["child-no-means"]
    for code in ("GB", "PK", "KR", "SG"):
        shape = page.locator(f'#world [data-code="{code}"]')
        assert shape.get_attribute("class") == theme.figures[code].kind
        assert theme.figures[code].text in str(shape.locator("title").text_content())
    assert page.locator("#wording").inner_text() == theme.wording
    for kind, label, _ in theme.legend:
        assert f"{label} ({theme.count(kind)})" in page.locator("#map-legend").inner_text()
    page.get_by_role("button", name="Ranked chart").click()
    assert page.url == f"{address}?show=child-no-means&as=chart"
    assert not page.locator("#view-map").is_visible()
    page.go_back()
    assert page.locator("#view-map").is_visible()
    page.goto(f"{address}?show=maximum-penalty&as=chart")
    page.wait_for_selector("#world[data-ready]")
    first = page.locator("#view-chart tbody tr").first.inner_text()
    best = themes["maximum-penalty"].ranked[0]
    assert best[1].text in first and dataset.record(best[0]).name in first
    page.get_by_role("button", name="Table").click()
    assert page.locator("#view-table tbody tr").count() == len(dataset.records)
    page.goto(f"{address}?show=no-such-thing&as=nothing")
    page.wait_for_selector("#world[data-ready]")
    assert page.locator("#view-map").is_visible(), "an unknown choice falls back on the first view"


def test_unknown_absent_and_unrecorded_look_unlike(page: Any, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("#world[data-ready]")
    looks = page.evaluate(
        """() => ["unknown", "absent", "blank", "met", "partial", "contrary", "not-expressly-covered"].map((kind) => {
            const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
            shape.setAttribute("class", kind);
            document.querySelector(".world").append(shape);
            return getComputedStyle(shape).fill;
        })"""
    )
    assert len(set(looks)) == len(looks), looks
    assert "hatch" in looks[0]


def test_a_country_on_the_map_leads_to_its_page(page: Any, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("#world[data-ready]")
    page.locator('#world [data-code="BR"]').click()
    page.wait_for_url(f"{address}jurisdictions/BR/")


def test_the_start_page_reads_without_scripts(browser: Any, address: str, dataset: Dataset) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(address)
    assert plain.locator("#view-table tbody tr").count() == len(dataset.records)
    assert not plain.locator("#theme").is_visible()
    plain.goto(f"{address}questions/non-punishment/")
    assert plain.locator("#answers tbody tr:visible").count() == len(dataset.records)
    assert not plain.locator("#filter").is_visible()
    context.close()


def test_answers_are_narrowed_by_region_family_treaty_and_answer(page: Any, address: str, dataset: Dataset) -> None:
    view = SiteView(dataset)
    page.goto(f"{address}questions/attempt/")
    form = page.locator("#filter")
    form.locator("select[name=region]").select_option("asia")
    form.locator("select[name=treaty]").select_option("palermo-protocol")
    form.locator("select[name=answer]").select_option("met")
    expected = [
        v.name
        for v in view.jurisdictions
        if v.record.region == "asia"
        and "palermo-protocol" in v.bound_by
        and v.answers["attempt"].value.notation == "met"
    ]
    rows = page.locator("#answers tbody tr:visible th")
    assert [t.strip() for t in rows.all_inner_texts()] == expected
    assert f"{len(expected)} of {len(view.jurisdictions)} jurisdictions" in page.locator("#shown").inner_text()
    assert page.url.endswith("?answer=met&region=asia&treaty=palermo-protocol")
    page.reload()
    assert [t.strip() for t in rows.all_inner_texts()] == expected, "the address keeps the choice"


# --- SPARQL in the browser -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bench(browser: Any, address: str) -> Any:
    """The page with its data loaded, for all tests of this file."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.grant_permissions(["clipboard-write", "clipboard-read"])
    opened = context.new_page()
    opened.complaints = []
    opened.on("console", lambda m: opened.complaints.append(m.text) if m.type in ("error", "warning") else None)
    opened.goto(f"{address}sparql/")
    opened.wait_for_selector("#bench:not([hidden])")
    yield opened
    assert opened.complaints == []
    context.close()


def ask(bench: Any, query: str) -> dict[str, Any]:
    """Ask the store of the page and give what came back."""
    return dict(bench.evaluate("async (query) => (await bench.ask(query))[0]", query))


def test_the_page_says_what_it_loads_before_it_loads(page: Any, address: str, built: Path) -> None:
    loaded: list[str] = []
    page.on("request", lambda r: loaded.append(r.url))
    page.goto(f"{address}sparql/")
    page.wait_for_selector("#bench:not([hidden])")
    size = (built / "data" / "palermo-atlas.trig.gz").stat().st_size
    assert f"{size / 1e6:.1f} MB" in page.locator("#status").inner_text()
    assert not any(url.endswith((".trig.gz", ".wasm")) for url in loaded)


def test_the_browser_has_the_whole_dataset(bench: Any, dataset: Dataset) -> None:
    answer = ask(bench, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    assert int(answer["rows"][0]["n"]["value"]) == len(dataset.store)


def plain(value: str | None) -> str:
    return ", ".join(sorted((value or "").split(", ")))  # the order inside GROUP_CONCAT is not fixed by the standard


def test_the_whole_cookbook_has_the_same_answers_in_the_browser(bench: Any, dataset: Dataset, project: Project) -> None:
    known = dataset.vocabulary.prefixes
    for recipe in recipes(project):
        theirs = ask(bench, recipe.text)
        assert theirs["kind"] == "rows", (recipe.name, theirs)
        ours = dataset.store.query(recipe.text, prefixes=known, use_default_graph_as_union=True)
        assert isinstance(ours, ox.QuerySolutions)
        names = [variable.value for variable in ours.variables]
        assert theirs["variables"] == names, recipe.name
        mine = sorted(tuple(plain(cell.value if cell else None) for cell in row) for row in ours)  # type: ignore[union-attr]
        other = sorted(
            tuple(plain(row[name]["value"] if name in row else None) for name in names) for row in theirs["rows"]
        )
        assert mine == other, recipe.name


def test_a_query_is_written_run_shown_and_taken_away(bench: Any, dataset: Dataset) -> None:
    bench.locator("#recipes").select_option("which-laws-require-movement")
    assert bench.url.endswith("/sparql/#which-laws-require-movement")
    bench.locator("#run").click()
    bench.wait_for_selector("#results table")
    count = bench.locator("#results tbody tr").count()
    assert count and f"{count} rows" in bench.locator("#status").inner_text()
    with bench.expect_download() as download:
        bench.get_by_role("link", name="CSV").click()
    assert Path(download.value.path()).read_text(encoding="utf-8").count("\n") == count + 1
    bench.evaluate(
        """bench.write("SELECT ?name ?code (COUNT(?f) AS ?findings) { ?f a pa:Finding ; pa:jurisdiction ?j . "
           + "?j rdfs:label ?name ; pa:code ?code } GROUP BY ?name ?code ORDER BY DESC(?findings)")"""
    )
    bench.locator("#run").click()
    bench.wait_for_selector("#results table")
    bench.get_by_role("button", name="Chart").click()
    assert bench.locator(".chart rect").count() > 10
    bench.get_by_role("button", name="Map").click()
    bench.wait_for_selector("#results .world")
    drawn = [record for record in dataset.records if not record.part_of]  # a map of states has no parts of states
    fullest = max(drawn, key=lambda r: len(dataset.findings[r.jurisdiction]))
    title = bench.locator("#results .world title").filter(has_text=fullest.name).first.text_content()
    assert title == f"{fullest.name}: {len(dataset.findings[fullest.jurisdiction])}"
    link = bench.url
    assert "#query=SELECT" in link
    other = bench.context.new_page()
    other.goto(link)
    other.wait_for_selector("#bench:not([hidden])")
    assert "COUNT(?f)" in other.evaluate("bench.query()")
    other.close()


def test_a_mistake_is_shown_at_its_place(bench: Any) -> None:
    bench.evaluate('bench.write("SELECT ?x\\nWHERE { ?x a pa:Claim")')
    bench.locator("#run").click()
    bench.locator("#status").filter(has_text=re.compile("^Line 2")).wait_for()
    assert bench.locator("#editor .cm-lint-marker-error").count() == 1


@pytest.mark.parametrize(
    ("expression", "warned"),
    [
        ("10 - 4 - 1", True),
        ("20 / 4 / 5", True),
        ("10 - 4 + 1", True),
        ("(10 - 4) - 1", False),
        ("10 + 4 - 1", False),
        ("10 - 4 * 2", False),
        ('STRLEN("a - b - c") - 1', False),
    ],
)
def test_what_the_engine_reads_wrongly_is_said(bench: Any, expression: str, warned: bool) -> None:
    query = f"SELECT ({expression} AS ?x) {{ }}"
    bench.evaluate("(text) => bench.write(text)", query)
    bench.locator("#run").click()
    bench.wait_for_selector("#results table")
    assert bench.locator("#results .caution").count() == warned
    value = float(bench.locator("#results td").inner_text())
    right = float(str(next(iter(ox.Store().query(query)))[0].value))  # type: ignore[union-attr]
    assert warned or value == right, "without a warning the answer is the standard's"


def test_questions_and_graphs_are_answered_too(bench: Any) -> None:
    assert ask(bench, "ASK { ?x a pa:Finding }")["value"] is True
    graph = ask(
        bench,
        "# a comment with SELECT in it\nCONSTRUCT { ?j rdfs:label ?n } WHERE { ?j a pa:Jurisdiction ; rdfs:label ?n }",
    )
    assert graph["kind"] == "graph" and "United Kingdom" in graph["text"]


def test_the_editor_completes_names_and_labels(bench: Any) -> None:
    bench.evaluate('bench.write("SELECT * { ?a pa:value ")')
    content = bench.locator("#editor .cm-content")
    content.click()
    bench.keyboard.press("Control+End")
    bench.keyboard.type("not expr")
    bench.keyboard.press("Control+Space")
    option = bench.locator("#editor .cm-tooltip-autocomplete li").filter(has_text="not-expressly-covered").first
    option.wait_for()
    bench.keyboard.press("Escape")
    bench.evaluate('bench.write("SELECT * { ?a pa:hol")')
    bench.keyboard.press("Control+End")
    bench.keyboard.press("Control+Space")
    bench.locator("#editor .cm-tooltip-autocomplete li").filter(has_text="pa:holdsUntil").first.wait_for()
    bench.keyboard.press("Escape")


def test_a_runaway_query_is_stopped_and_the_page_goes_on(bench: Any) -> None:
    bench.evaluate('bench.write("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")')
    bench.locator("#run").click()
    bench.locator("#status").filter(has_text=re.compile("^Running …$")).wait_for()
    bench.locator("#stop").click()
    bench.wait_for_selector("#run:not([disabled])")
    assert "Stopped" in bench.locator("#status").inner_text()
    assert ask(bench, "ASK { ?x a pa:Jurisdiction }")["value"] is True


# --- weight --------------------------------------------------------------------------------------------------------

BUDGET = 200 * 1024
"""Bytes, compressed, that the first load of a jurisdiction's page may weigh with everything it loads."""


@pytest.mark.parametrize(
    "url", ["jurisdictions/GB/", "jurisdictions/AE/", "jurisdictions/NE/", "", "questions/attempt/"]
)
def test_a_first_load_stays_light(page: Any, address: str, url: str) -> None:
    bodies: dict[str, bytes] = {}
    page.on("response", lambda r: bodies.setdefault(r.url, r.body()) if r.status == 200 else None)
    page.goto(address + url)
    page.wait_for_load_state("networkidle")
    weights = {name.removeprefix(address): len(gzip.compress(body)) for name, body in bodies.items()}
    assert sum(weights.values()) <= BUDGET, json.dumps(weights, indent=1)


def test_the_heaviest_jurisdiction_is_light_too(built: Path) -> None:
    weights = {
        p.parent.name: len(gzip.compress(p.read_bytes())) for p in (built / "jurisdictions").glob("*/index.html")
    }
    rest = sum(len(gzip.compress((built / "assets" / name).read_bytes())) for name in ("atlas.css", "icon.svg"))
    heaviest = max(weights, key=lambda code: weights[code])
    assert weights[heaviest] + rest <= BUDGET, (heaviest, weights[heaviest])


def test_no_page_needs_an_exception_from_the_policy(built: Path) -> None:
    for path in built.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if path.relative_to(built).parts[0] == "pagefind":
            continue
        assert "Content-Security-Policy" in text, path
        assert not re.search(r"<[^>]+\s(style|on\w+)=", text), path
