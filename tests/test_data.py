"""Dumps, flat tables and the programming interface say what the graph says."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path

import pandas
import polars
import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest
import rdflib

import palermo
from palermo.api import Atlas
from palermo.dataset import Dataset
from palermo.dumps import RDF_FORMATS, write_dumps
from palermo.query import run_query
from palermo.tables import TABLES, csv_text, csvw_metadata, make_tables


@pytest.fixture(scope="module")
def dumped(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dump") / "out"
    write_dumps(dataset, folder)
    return folder


@pytest.fixture(scope="module")
def atlas(dataset: Dataset) -> Atlas:
    return Atlas(dataset)


def test_every_syntax_holds_the_same_graph(dumped: Path, dataset: Dataset) -> None:
    def triples(name: str) -> set[str]:
        quads = ox.parse((dumped / name).read_bytes(), format=RDF_FORMATS[name])
        return {
            str(q.triple)
            for q in quads
            if not isinstance(q.subject, ox.BlankNode) and not isinstance(q.object, ox.BlankNode)
        }

    wanted = triples("palermo-atlas.nq")
    assert len(wanted) > 50_000
    for name in RDF_FORMATS:
        assert triples(name) == wanted, name
    graphs = {
        str(q.graph_name) for q in ox.parse((dumped / "palermo-atlas.trig").read_bytes(), format=ox.RdfFormat.TRIG)
    }
    assert f"<{dataset.project.base}graph/GB>" in graphs


def test_checksums_and_descriptions_are_true(dumped: Path, dataset: Dataset) -> None:
    lines = (dumped / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    there = {p.relative_to(dumped).as_posix() for p in dumped.rglob("*") if p.is_file()} - {"SHA256SUMS"}
    assert set(listed) == there
    for name, digest in listed.items():
        assert hashlib.sha256((dumped / name).read_bytes()).hexdigest() == digest
    graph = rdflib.Graph().parse(dumped / "dcat.ttl")
    dcat, spdx = rdflib.Namespace("http://www.w3.org/ns/dcat#"), rdflib.Namespace("http://spdx.org/rdf/terms#")
    node = rdflib.URIRef(dataset.project.base + "data")
    distributions = list(graph.objects(node, dcat.distribution))
    assert len(distributions) == len(RDF_FORMATS) + 2 * len(TABLES)
    for distribution in distributions:
        name = str(distribution).removeprefix(f"{dataset.project.base}data/")
        checksum = graph.value(distribution, spdx.checksum)
        assert str(graph.value(checksum, spdx.checksumValue)) == listed[name]
        assert int(str(graph.value(distribution, dcat.byteSize))) == (dumped / name).stat().st_size
    assert (dumped / "VERSION").read_text(encoding="utf-8").startswith(f"data {dataset.day}\n")


def test_two_dumps_are_the_same_bytes(dumped: Path, dataset: Dataset, tmp_path: Path) -> None:
    write_dumps(dataset, tmp_path / "again")
    for path in dumped.rglob("*"):
        if path.is_file():
            assert (tmp_path / "again" / path.relative_to(dumped)).read_bytes() == path.read_bytes(), path.name


def test_tables_in_csv_and_parquet_are_alike_and_described(dumped: Path, dataset: Dataset) -> None:
    described = {t["url"]: t for t in json.loads((dumped / "tables" / "csv-metadata.json").read_text())["tables"]}
    for table in make_tables(dataset):
        with (dumped / "tables" / f"{table.name}.csv").open(encoding="utf-8", newline="") as handle:
            header, *rows = csv.reader(handle)
        columns = described[f"{table.name}.csv"]["tableSchema"]["columns"]
        assert header == [c["titles"] for c in columns]
        assert all(c["dc:description"] for c in columns)
        parquet = pq.read_table(dumped / "tables" / f"{table.name}.parquet")
        assert parquet.column_names == header and parquet.num_rows == len(rows) == len(table.rows)
        for column in ("jurisdiction", "name", "question", "answer", "state", "words"):
            if column in header:
                index = header.index(column)
                assert [v or "" for v in parquet.column(column).to_pylist()] == [row[index] for row in rows], column


def test_the_context_names_every_prefix_once(dumped: Path) -> None:
    context = json.loads((dumped / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    assert {"pa", "q", "answer", "skos"} <= set(context)
    document = {"@context": context, "@id": "j:GB", "q:attempt": {"@id": "answer:met"}}
    (triple,) = rdflib.Graph().parse(data=json.dumps(document), format="json-ld")
    assert str(triple[1]) == "https://w3id.org/palermo-atlas/question/attempt"


def test_csv_is_made_for_spreadsheets(dataset: Dataset) -> None:
    text = csv_text(TABLES["answers-wide"](dataset))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == len(dataset.records) + 1 and len(rows[0]) == 3 + 99
    assert csvw_metadata([], "https://x/")["@context"]


def test_tables_say_what_sparql_says(dataset: Dataset) -> None:
    query = """SELECT ?code ?question ?value { ?a a pa:Answer ; pa:jurisdiction/pa:code ?code ;
               pa:question/skos:notation ?question ; pa:value/skos:notation ?value
               OPTIONAL { ?a pa:holdsUntil ?u } FILTER(!BOUND(?u)) }"""
    sparql = {tuple(r.values()) for r in csv.DictReader(io.StringIO(run_query(dataset, query, "csv")))}
    rows = TABLES["answers-long"](dataset).rows
    table = {(r["jurisdiction"], r["question"], r["answer"]) for r in rows if (r["from"] or "") <= dataset.day}
    assert table == sparql


def test_the_interface_gives_typed_objects(atlas: Atlas) -> None:
    assert {"GB", "FR", "AE"} <= {j.code for j in atlas.jurisdictions}
    reply = atlas.answer("GB", "non-punishment")
    assert reply.value == "partial" and reply.claims[0].at.startswith("msa 45(1)") and reply.origin == "stated"
    assert len(atlas.answers("KR")) == 99
    derived = atlas.answer("FR", "act-recruitment")
    assert (derived.value, derived.origin) == ("met", "derived") and derived.claims
    assert atlas.answer("GB", "attempt", "1990-01-01").value == "unknown"
    with pytest.raises(KeyError):
        atlas.answer("GB", "nothing")


def test_findings_comparison_and_sparql(atlas: Atlas) -> None:
    assert atlas.findings("PK") and atlas.findings("PK", "2000-01-01") == []
    differences = {d.question: d.answers for d in atlas.compare(["GB", "DE"])}
    assert differences and all(len(set(values.values())) > 1 for values in differences.values())
    rows = atlas.sparql("SELECT ?n { ?j a pa:Jurisdiction ; rdfs:label ?n } ORDER BY ?n")
    assert isinstance(rows, list) and len(rows) == len(atlas.jurisdictions)
    assert atlas.sparql("ASK { ?f a pa:Finding }") is True


def test_frames(atlas: Atlas) -> None:
    frame = atlas.frame("answers-long")
    assert isinstance(frame, pandas.DataFrame) and len(frame) == 99 * len(atlas.jurisdictions)
    other = atlas.frame("penalties", "polars")
    assert isinstance(other, polars.DataFrame) and other.height == len(atlas.rows("penalties"))


def test_the_package_offers_the_interface_without_loading_it() -> None:
    assert palermo.load and "load" in palermo.__all__
