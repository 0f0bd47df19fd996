"""SPARQL, pages and checks say the same, and the worked questions have the answers that the records give."""

from __future__ import annotations

import csv
import io
import json
import re

import pyoxigraph as ox
import pytest
import rdflib

from palermo.dataset import Dataset
from palermo.problems import InvalidInput
from palermo.query import run_query
from palermo.settings import find_project
from palermo.views import SiteView

QUERIES = sorted(find_project().queries.glob("*.rq"))


def rows(dataset: Dataset, name: str) -> list[dict[str, str]]:
    path = dataset.project.queries / f"{name}.rq"
    return list(csv.DictReader(io.StringIO(run_query(dataset, path.read_text(encoding="utf-8"), "csv", name))))


def test_there_are_forty_worked_questions() -> None:
    assert len(QUERIES) >= 40


@pytest.mark.parametrize("path", QUERIES, ids=lambda p: p.stem)
def test_a_worked_question_runs_and_says_what_it_asks(dataset: Dataset, path) -> None:  # type: ignore[no-untyped-def]
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# ") and "?" in text.splitlines()[0], "the first line is the question in plain English"
    assert "NOT EXISTS" not in text, "quadratic in the engine"
    assert len(rows(dataset, path.stem)) > 0


@pytest.fixture(scope="module")
def two_engines(dataset: Dataset) -> tuple[rdflib.Graph, ox.Store]:
    """A part of the dataset in both engines: the other one needs minutes for joins over all of it."""
    lines = list(dataset.lines())
    parts = [line for line in lines if re.search(r"/graph/(ontology|AE|GB|PK)(/findings)?> \.$", line)]
    parts += [line for line in lines if "/graph/treaty-status>" in line and re.search(r"/status/(AE|GB|PK)>", line)]
    graph = rdflib.Graph()
    graph.parse(data="".join(line[: line.rindex(" <")] + " .\n" for line in parts), format="nt")
    store = ox.Store()
    store.bulk_load("".join(parts).encode(), format=ox.RdfFormat.N_QUADS)
    return graph, store


@pytest.mark.parametrize("path", QUERIES, ids=lambda p: p.stem)
def test_a_second_engine_gives_the_same_answer(  # type: ignore[no-untyped-def]
    dataset: Dataset, two_engines: tuple[rdflib.Graph, ox.Store], path
) -> None:
    known = dataset.vocabulary.prefixes
    graph, store = two_engines
    text = path.read_text(encoding="utf-8")
    theirs = graph.query(text, initNs=known)
    ours = store.query(text, prefixes=known, use_default_graph_as_union=True)
    assert isinstance(ours, ox.QuerySolutions)

    def plain(value: object) -> str:
        text = (
            ""
            if value is None
            else value.value
            if hasattr(value, "value") and isinstance(value.value, str)
            else str(value)
        )
        return ", ".join(sorted(text.split(", ")))  # the order inside GROUP_CONCAT is not fixed by the standard

    mine = sorted(tuple(plain(cell) for cell in row) for row in ours)
    assert mine == sorted(tuple(plain(cell) for cell in row) for row in theirs)  # type: ignore[union-attr]


def test_movement_is_answered_alike_by_page_sparql_and_check(dataset: Dataset) -> None:
    view = SiteView(dataset)
    question = dataset.vocabulary.questions["no-movement-required"]
    answers = {(j.name, a.value.notation) for j, a in view.question(question).rows}
    # a state without an offence of trafficking has a gap here, and yet no law that requires movement
    page = {name for name, value in answers if value in ("partial", "contrary")}
    sparql = {row["jurisdiction"] for row in rows(dataset, "which-laws-require-movement")}
    check = {(f.name, f.value) for f in dataset.all_findings if f.question == "no-movement-required"}
    assert page == sparql
    assert check == {(name, value) for name, value in answers if value in ("partial", "contrary", "absent")}
    assert "United Kingdom" in page


def test_victims_punished_for_illegal_entry_alike(dataset: Dataset) -> None:
    question = "victim-criminalised-immigration"
    page = {
        (j.name, a.value.notation)
        for j, a in SiteView(dataset).question(dataset.vocabulary.questions[question]).rows
        if a.value.notation in ("partial", "contrary")
    }
    text = f"""SELECT ?name ?notation {{ ?j rdfs:label ?name ; q:{question} ?a . ?a pa:value/skos:notation ?notation
               OPTIONAL {{ ?a pa:holdsUntil ?u }} FILTER(!BOUND(?u) && ?notation IN ("partial", "contrary")) }}"""
    sparql = {(r["name"], r["notation"]) for r in csv.DictReader(io.StringIO(run_query(dataset, text, "csv")))}
    check = {(f.name, f.value) for f in dataset.all_findings if f.question == question}
    assert page == sparql == check


def test_every_answer_is_the_same_in_sparql_and_on_the_page(dataset: Dataset) -> None:
    text = """SELECT ?code ?question ?value { ?a a pa:Answer ; pa:jurisdiction/pa:code ?code ;
              pa:question/skos:notation ?question ; pa:value/skos:notation ?value
              OPTIONAL { ?a pa:holdsUntil ?u } FILTER(!BOUND(?u)) }"""
    sparql = {
        (r["code"], r["question"]): r["value"] for r in csv.DictReader(io.StringIO(run_query(dataset, text, "csv")))
    }
    page = {(j.code, id_): a.value.notation for j in SiteView(dataset).jurisdictions for id_, a in j.answers.items()}
    assert {k: v for k, v in page.items() if sparql.get(k) != v} == {}


def test_findings_in_the_store_are_the_findings_of_the_check(dataset: Dataset) -> None:
    text = """SELECT ?code ?question ?gravity { ?f a pa:Finding ; pa:jurisdiction/pa:code ?code ;
              pa:question/skos:notation ?question ; pa:gravity/skos:notation ?gravity }"""
    sparql = sorted(tuple(r.values()) for r in csv.DictReader(io.StringIO(run_query(dataset, text, "csv"))))
    assert sparql == sorted((f.jurisdiction, f.question, f.gravity) for f in dataset.all_findings)


def test_result_formats(dataset: Dataset) -> None:
    select = "SELECT ?name { ?j a pa:Jurisdiction ; rdfs:label ?name } ORDER BY ?name"
    assert len(json.loads(run_query(dataset, select, "json"))["results"]["bindings"]) == len(dataset.records)
    assert run_query(dataset, select, "tsv").splitlines()[0] == "?name"
    assert f"{len(dataset.records)} rows" in run_query(dataset, select, "table")
    turtle = run_query(dataset, "CONSTRUCT { ?j rdfs:label ?n } WHERE { ?j a pa:Jurisdiction ; rdfs:label ?n }", "ttl")
    assert len(rdflib.Graph().parse(data=turtle, format="turtle")) == len(dataset.records)
    assert run_query(dataset, "ASK { ?x a pa:Finding }") == "yes\n"
    with pytest.raises(ValueError, match="CONSTRUCT"):
        run_query(dataset, select, "ttl")


def test_a_mistake_in_a_query_is_placed(dataset: Dataset) -> None:
    with pytest.raises(InvalidInput) as caught:
        run_query(dataset, "SELECT ?x\nWHERE { ?x a pa:Claim", name="mine.rq")
    assert str(caught.value).startswith("mine.rq:2:")
