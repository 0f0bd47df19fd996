"""The endpoint as real clients use it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from SPARQLWrapper import CSV, JSON, TURTLE, XML, SPARQLWrapper

from palermo.dataset import Dataset, write_nquads
from palermo.query import run_query
from palermo.server import GRAPH_TYPES, SELECT_TYPES, forbidden, preferred

from .servers import free_port, running

SERVER = """
import json, sys, uvicorn
from pathlib import Path
from palermo.server import Limits, create_app
data, site, base, port, known = sys.argv[1:]
app = create_app(Path(data), base, json.loads(known), Path(site), Limits(seconds=3, results=20_000, workers=2))
uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning")
"""
SELECT = "SELECT ?n WHERE { ?j a pa:Jurisdiction ; rdfs:label ?n } ORDER BY ?n"
RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="module")
def endpoint(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("serve")
    write_nquads(dataset, folder / "data.nq")
    site = folder / "site"
    for page in ("jurisdictions/GB", "questions/non-punishment"):
        (site / page).mkdir(parents=True)
        (site / page / "index.html").write_text(f"<title>{page}</title>", encoding="utf-8")
    port = free_port()
    known = json.dumps(dataset.vocabulary.prefixes)
    arguments = [sys.executable, "-c", SERVER, folder / "data.nq", site, dataset.project.base, str(port), known]
    with running([str(a) for a in arguments], f"http://127.0.0.1:{port}/health") as process:
        yield f"http://127.0.0.1:{port}"
        process.terminate()
        assert process.wait(15) in (0, -15), "it stops when it is asked to"


def names(dataset: Dataset) -> list[str]:
    return sorted(record.name for record in dataset.records)


def test_a_real_client_reads_every_result_format(endpoint: str, dataset: Dataset) -> None:
    client = SPARQLWrapper(f"{endpoint}/sparql")
    client.setQuery(
        f"PREFIX pa: <{dataset.vocabulary.pa}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> {SELECT}"
    )
    client.setReturnFormat(JSON)
    rows = client.queryAndConvert()["results"]["bindings"]
    assert [row["n"]["value"] for row in rows] == names(dataset)
    client.setReturnFormat(XML)
    assert len(client.queryAndConvert().getElementsByTagName("result")) == len(rows)
    client.setReturnFormat(CSV)
    assert client.queryAndConvert().decode().splitlines()[1:] == names(dataset)
    client.setMethod("POST")
    client.setReturnFormat(TURTLE)
    one = f"?j a <{dataset.vocabulary.pa}Jurisdiction>"
    client.setQuery(f"CONSTRUCT {{ {one} }} WHERE {{ {one} }}")
    graph = rdflib.Graph().parse(data=client.queryAndConvert(), format="turtle")
    assert len(graph) == len(rows)


@pytest.mark.parametrize("way", ["get", "form", "body"])
def test_the_three_ways_to_send_a_query(endpoint: str, dataset: Dataset, way: str) -> None:
    url, accept = f"{endpoint}/sparql", {"Accept": "text/csv"}
    if way == "get":
        answer = httpx.get(url, params={"query": SELECT}, headers=accept)
    elif way == "form":
        answer = httpx.post(url, data={"query": SELECT}, headers=accept)
    else:
        answer = httpx.post(url, content=SELECT, headers={**accept, "Content-Type": "application/sparql-query"})
    assert answer.status_code == 200 and "Accept" in answer.headers["vary"]
    assert answer.text.splitlines()[1:] == names(dataset)


def test_curl_gets_a_table(endpoint: str, dataset: Dataset) -> None:
    command = [
        "curl",
        "-s",
        "-H",
        "Accept: text/tab-separated-values",
        "--data-urlencode",
        f"query={SELECT}",
        f"{endpoint}/sparql",
    ]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[0] == "?n" and len(out.splitlines()) == len(dataset.records) + 1


@pytest.mark.parametrize("media_type", [*SELECT_TYPES])
def test_results_by_accept(endpoint: str, media_type: str) -> None:
    answer = httpx.get(f"{endpoint}/sparql", params={"query": SELECT}, headers={"Accept": media_type})
    assert answer.status_code == 200 and answer.headers["content-type"].startswith(media_type)


@pytest.mark.parametrize("media_type", [*GRAPH_TYPES])
def test_graphs_by_accept(endpoint: str, media_type: str) -> None:
    query = "CONSTRUCT { ?j rdfs:label ?n } WHERE { ?j a pa:Jurisdiction ; rdfs:label ?n }"
    answer = httpx.get(f"{endpoint}/sparql", params={"query": query}, headers={"Accept": media_type})
    assert answer.headers["content-type"].startswith(media_type)
    form = GRAPH_TYPES[media_type]
    assert len(list(ox.parse(answer.content, format=form, base_iri="http://x/"))) > 5


def comparable(results: str | bytes) -> list[list[tuple[str, ...]]]:
    """Read SPARQL JSON results as rows, in their order; what GROUP_CONCAT joins has no order of its own."""
    read = json.loads(results)
    return [
        [
            (
                name,
                *(row[name].get(key, "") for key in ("type", "xml:lang", "datatype")),
                ", ".join(sorted(row[name]["value"].split(", "))),
            )
            for name in read["head"]["vars"]
            if name in row
        ]
        for row in read["results"]["bindings"]
    ]


def test_every_query_of_the_cookbook_gives_the_same_rows_over_http(endpoint: str, dataset: Dataset) -> None:
    client = SPARQLWrapper(f"{endpoint}/sparql", returnFormat=JSON)
    paths = sorted(dataset.project.queries.glob("*.rq"))
    differing = []
    for path in paths:
        text = path.read_text(encoding="utf-8")
        client.setQuery(text)
        served = comparable(client.query().response.read())
        if not served or served != comparable(run_query(dataset, text, "json")):
            differing.append(path.stem)
    assert differing == [] and len(paths) > 50


def test_the_service_describes_itself(endpoint: str) -> None:
    answer = httpx.get(f"{endpoint}/sparql", headers={"Accept": "text/turtle"})
    graph = rdflib.Graph().parse(data=answer.text, format="turtle")
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    assert str(graph.value(None, sd.endpoint) or next(graph.objects(None, sd.endpoint))) == f"{endpoint}/sparql"


@pytest.mark.parametrize(
    ("request_", "status", "message"),
    [
        ({"params": {"query": "SELECT"}}, 400, "not SPARQL"),
        ({"params": [("query", SELECT), ("query", SELECT)]}, 400, "Exactly one"),
        ({"params": {"update": "CLEAR ALL"}}, 403, "read-only"),
        ({"params": {"query": "DELETE WHERE { ?s ?p ?o }"}}, 403, "read-only"),
        ({"params": {"query": "LOAD <file:///etc/passwd>"}}, 403, "read-only"),
        ({"params": {"query": "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"}}, 403, "SERVICE"),
        ({"params": {"query": "SELECT * { ?s ?p ?o }"}}, 413, "more than 20,000 results"),
        ({"params": {"query": SELECT}, "headers": {"Accept": "image/png"}}, 406, "served as"),
    ],
)
def test_what_is_refused_and_how(endpoint: str, request_: dict, status: int, message: str) -> None:  # type: ignore[type-arg]
    answer = httpx.get(f"{endpoint}/sparql", **request_)
    assert answer.status_code == status and message in answer.text


def test_updates_in_the_body_are_refused(endpoint: str) -> None:
    for kind, status in (("application/sparql-update", 403), ("text/plain", 415)):
        answer = httpx.post(f"{endpoint}/sparql", content="CLEAR ALL", headers={"Content-Type": kind})
        assert answer.status_code == status


def test_words_in_strings_and_names_are_no_updates() -> None:
    assert forbidden('SELECT ?service { ?service ?p "DELETE; LOAD" # DROP\n ; <http://x/CLEAR> ex:add }') is None
    assert forbidden("select * { service <x> {} }") is not None


def test_preference_follows_quality_and_exactness() -> None:
    assert preferred("text/*;q=0.3, text/turtle;q=0.1, application/ld+json;q=0.2", GRAPH_TYPES) == "text/turtle"
    assert preferred("application/ld+json, */*;q=0.1", GRAPH_TYPES) == "application/ld+json"
    assert preferred("*/*", SELECT_TYPES) == "application/sparql-results+json"
    assert preferred("text/turtle;q=0", GRAPH_TYPES) is None


def test_a_runaway_query_is_cut_off_while_two_hundred_others_are_answered(endpoint: str) -> None:
    def ask(query: str) -> tuple[int, str]:
        answer = httpx.get(f"{endpoint}/sparql", params={"query": query}, timeout=60)
        return answer.status_code, answer.text

    with ThreadPoolExecutor(40) as pool:
        runaway = pool.submit(ask, RUNAWAY)
        time.sleep(0.2)
        small = list(pool.map(ask, ["ASK { ?s a pa:Finding }"] * 200))
        status, text = runaway.result()
    assert {code for code, _ in small} == {200}
    assert status == 504 and "longer than 3 seconds" in text
    end = time.monotonic() + 30
    while time.monotonic() < end and httpx.get(f"{endpoint}/health").status_code != 200:
        time.sleep(0.2)
    assert httpx.get(f"{endpoint}/health").json()["status"] == "ok"


def test_every_iri_answers_as_a_page_or_as_data(endpoint: str, dataset: Dataset) -> None:
    page = httpx.get(f"{endpoint}/jurisdiction/GB/answer/non-punishment", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["location"]) == (303, "/jurisdictions/GB/#q-non-punishment")
    assert (
        httpx.get(
            f"{endpoint}/question/non-punishment", headers={"Accept": "text/html"}, follow_redirects=True
        ).status_code
        == 200
    )
    for path in ("jurisdiction/GB", "jurisdiction/GB/claim/non-punishment", "question/non-punishment", "treaty/untoc",
                 "ontology", "concept/answer/met", "group/saarc", "requirement/attempt--palermo-protocol"):  # fmt: skip
        answer = httpx.get(f"{endpoint}/{path}", headers={"Accept": "text/turtle"})
        graph = rdflib.Graph().parse(data=answer.text, format="turtle")
        subject = rdflib.URIRef(dataset.project.base + path)
        assert (subject, None, None) in graph, path
    assert httpx.get(f"{endpoint}/question/nothing", headers={"Accept": "text/turtle"}).status_code == 404


def test_any_origin_may_ask(endpoint: str) -> None:
    answer = httpx.get(f"{endpoint}/sparql", params={"query": SELECT}, headers={"Origin": "https://example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"
