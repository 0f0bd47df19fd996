"""Dumps of the dataset: RDF in four syntaxes, flat tables, descriptions and checksums; the same bytes each time."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from . import __version__
from .dataset import Dataset
from .tables import Table, csv_text, csvw_metadata, make_tables

__all__ = ["context", "write_dumps"]

RDF_FORMATS = {
    "palermo-atlas.nq": ox.RdfFormat.N_QUADS,
    "palermo-atlas.trig": ox.RdfFormat.TRIG,
    "palermo-atlas.ttl": ox.RdfFormat.TURTLE,
    "palermo-atlas.jsonld": ox.RdfFormat.JSON_LD,
}


MEDIA_TYPES = {
    ".nq": "application/n-quads",
    ".trig": "application/trig",
    ".ttl": "text/turtle",
    ".jsonld": "application/ld+json",
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
}


def context(dataset: Dataset) -> dict[str, object]:
    """Give the JSON-LD context: every prefix, in one place."""
    return {"@context": dict(sorted(dataset.vocabulary.prefixes.items()))}


def _write_rdf(dataset: Dataset, folder: Path) -> None:
    quads = list(ox.parse(dataset.nquads, format=ox.RdfFormat.N_QUADS))
    known = dataset.vocabulary.prefixes
    for name, form in RDF_FORMATS.items():
        if form == ox.RdfFormat.N_QUADS:
            (folder / name).write_bytes(dataset.nquads)
        elif form == ox.RdfFormat.TURTLE:
            ordered = sorted({quad.triple for quad in quads}, key=str)
            ox.serialize(ordered, str(folder / name), form, prefixes=known)
        else:
            ox.serialize(quads, str(folder / name), form, prefixes=known)


def _write_parquet(tables: Iterable[Table], folder: Path) -> bool:
    """Write Parquet where pyarrow is installed (the extra “data”); say whether it is."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        return False
    types = {"string": pa.string(), "boolean": pa.bool_(), "decimal": pa.float64(), "date": pa.string()}
    for table in tables:
        schema = pa.schema(
            [pa.field(c.name, types[c.datatype], metadata={"meaning": c.meaning}) for c in table.columns]
        )
        data = {c.name: [row.get(c.name) for row in table.rows] for c in table.columns}
        pq.write_table(pa.table(data, schema=schema), folder / f"{table.name}.parquet", compression="zstd")
    return True


def _description(dataset: Dataset, files: list[Path], root: Path) -> str:
    """Describe the release with DCAT 3 and VoID, in Turtle."""
    base = dataset.project.base
    triples = dataset.nquads.count(b"\n")
    lines = [
        f"@prefix : <{base}data/> .",
        "@prefix dcat: <http://www.w3.org/ns/dcat#> .",
        "@prefix dcterms: <http://purl.org/dc/terms/> .",
        "@prefix spdx: <http://spdx.org/rdf/terms#> .",
        "@prefix void: <http://rdfs.org/ns/void#> .",
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .",
        "",
        f"<{base}data> a dcat:Dataset , void:Dataset ;",
        '    dcterms:title "Palermo Atlas"@en ;',
        '    dcterms:description "What statutes on trafficking in persons provide, and what treaties ask."@en ;',
        "    dcterms:license <https://creativecommons.org/licenses/by/4.0/> ;",
        f'    dcat:version "{dataset.day}" ; dcterms:modified "{dataset.day}"^^xsd:date ;',
        f'    void:uriSpace "{base}" ; void:triples {triples} ;',
        f"    void:vocabulary <{base}ontology> , <http://www.w3.org/2004/02/skos/core> , <http://www.w3.org/ns/prov> ;",
        f"    dcat:distribution {' , '.join(f'<{base}data/{f.relative_to(root).as_posix()}>' for f in files)} .",
    ]
    for file in files:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        lines += [
            "",
            f"<{base}data/{file.relative_to(root).as_posix()}> a dcat:Distribution ;",
            f"    dcat:mediaType <https://www.iana.org/assignments/media-types/{MEDIA_TYPES[file.suffix]}> ;",
            f"    dcat:byteSize {file.stat().st_size} ;",
            f'    spdx:checksum [ spdx:algorithm spdx:checksumAlgorithm_sha256 ; spdx:checksumValue "{digest}" ] .',
        ]
    return "\n".join(lines) + "\n"


def write_dumps(dataset: Dataset, target: Path) -> list[Path]:
    """Write every dump into a folder, whole or not at all, and give the files.

    Returns:
        The files, in the order of their names, the checksums last.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        folder = Path(name) / "dump"
        (folder / "tables").mkdir(parents=True)
        _write_rdf(dataset, folder)
        tables = make_tables(dataset)
        for table in tables:
            (folder / "tables" / f"{table.name}.csv").write_text(csv_text(table), encoding="utf-8", newline="")
        _write_parquet(tables, folder / "tables")
        data = sorted(p for p in folder.rglob("*") if p.is_file())
        metadata = csvw_metadata(tables, dataset.project.base)
        (folder / "tables" / "csv-metadata.json").write_text(
            json.dumps(metadata, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        (folder / "context.jsonld").write_text(json.dumps(context(dataset), indent=1) + "\n", encoding="utf-8")
        (folder / "VERSION").write_text(f"data {dataset.day}\nsoftware {__version__}\n", encoding="utf-8")
        (folder / "dcat.ttl").write_text(_description(dataset, data, folder), encoding="utf-8")
        files = sorted(p for p in folder.rglob("*") if p.is_file())
        sums = "".join(
            f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder).as_posix()}\n" for p in files
        )
        (folder / "SHA256SUMS").write_text(sums, encoding="utf-8")
        if target.exists():
            shutil.rmtree(target)
        os.replace(folder, target)  # noqa: PTH105 - a folder is moved, whole
        return [target / p.relative_to(folder) for p in files] + [target / "SHA256SUMS"]
