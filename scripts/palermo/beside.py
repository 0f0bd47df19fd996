"""The files beside the pages: the dataset whole and in parts, and what the pages' scripts read."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from .dataset import Dataset, write_nquads
from .recipes import Recipe
from .schema import schema_text
from .tables import Table, answers_long, csv_text
from .terms import Term, completions
from .themes import Theme, World, themes_json
from .views import JurisdictionView, SiteView

__all__ = ["APP", "Sizes", "packed_trig", "write_beside"]

APP = ("base.css", "map.js", "oxigraph.wasm", "sparql.js", "worker.js")
"""The bundled scripts, as the build of site/app names them."""


@dataclass(frozen=True)
class Sizes:
    """What a reader loads to ask in the browser, in bytes."""

    data: int
    engine: int
    unpacked: int

    @property
    def packed(self) -> int:
        """Data and engine together."""
        return self.data + self.engine


def packed_trig(dataset: Dataset) -> tuple[bytes, int]:
    """Give the whole dataset as TriG, compressed, and its size when unpacked; the same bytes for the same data."""
    quads = ox.parse(dataset.nquads, format=ox.RdfFormat.N_QUADS)
    known = dataset.vocabulary.prefixes
    text = ox.serialize(quads, format=ox.RdfFormat.TRIG, prefixes=known) or b""
    return gzip.compress(text, 9, mtime=0), len(text)


def _jurisdiction_json(view: JurisdictionView, near: list[tuple[JurisdictionView, int, int]]) -> dict[str, Any]:
    """Give the answers of one jurisdiction as the comparison reads them, and the laws most like it."""
    return {
        "near": [[other.code, other.name] for other, _, _ in near],
        "code": view.code,
        "name": view.name,
        "as_at": view.record.as_at,
        "answers": {
            id_: {
                "value": answer.value.notation,
                "says": answer.sentence,
                "claims": [
                    {"words": c.words, "language": c.instrument.language, "pinpoint": c.pinpoint}
                    for c in answer.claims[:2]
                ],
            }
            for id_, answer in view.answers.items()
        },
    }


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def _write_jurisdictions(view: SiteView, table: Table, folder: Path) -> None:
    """Write exactly one jurisdiction a file, in every form: its record, its graph with findings, its answers."""
    dataset = view.dataset
    known = dataset.vocabulary.prefixes
    rows = {code: list(own) for code, own in groupby(table.rows, itemgetter("jurisdiction"))}
    for j in view.jurisdictions:
        answers = _jurisdiction_json(j, view.neighbours[j.code])
        (folder / f"{j.code}.json").write_text(_compact(answers), encoding="utf-8")
        shutil.copyfile(dataset.project.records / f"{j.code}.yaml", folder / f"{j.code}.yaml")
        triples = [q.triple for q in ox.parse(dataset.graphs[j.code], format=ox.RdfFormat.N_QUADS)]
        for ending, form in (("ttl", ox.RdfFormat.TURTLE), ("jsonld", ox.RdfFormat.JSON_LD)):
            data = ox.serialize(triples, format=form, prefixes=known) or b""
            (folder / f"{j.code}.{ending}").write_bytes(data)
        own = replace(table, rows=rows[j.code])
        (folder / f"{j.code}.csv").write_text(csv_text(own), encoding="utf-8", newline="")


def _terms_json(view: SiteView, terms: list[Term], recipes: Sequence[Recipe]) -> str:
    dataset = view.dataset
    answers = dataset.vocabulary.schemes["answer"]
    return _compact(
        {
            "prefixes": dataset.vocabulary.prefixes,
            "completions": completions(dataset, terms),
            "names": {j.code: j.name for j in view.jurisdictions},
            "answers": {n: n for n in answers} | {c.label: n for n, c in answers.items()},
            "cookbook": [
                {"name": r.name, "question": r.question, "why": r.why, "topic": r.topic, "text": r.text.strip()}
                for r in recipes
            ],
        }
    )


def write_beside(
    view: SiteView,
    target: Path,
    app: Path,
    packed: bytes,
    terms: list[Term],
    recipes: Sequence[Recipe],
    themes: list[Theme],
    world: World,
) -> None:
    """Write every file beside the pages into the built site.

    Args:
        view: What the site shows.
        target: Folder of the built site.
        app: Folder of the bundled scripts.
        packed: The dataset as the browser loads it.
        terms: The ontology's terms.
        recipes: The worked queries.
        themes: What the map can show.
        world: The drawn world.
    """
    dataset = view.dataset
    data = target / "data"
    (data / "jurisdiction").mkdir(parents=True, exist_ok=True)
    write_nquads(dataset, data / "palermo-atlas.nq")
    (data / "palermo-atlas.trig.gz").write_bytes(packed)
    table = answers_long(dataset)
    _write_jurisdictions(view, table, data / "jurisdiction")
    (data / "answers-long.csv").write_text(csv_text(table), encoding="utf-8", newline="")
    (data / "terms.json").write_text(_terms_json(view, terms, recipes), encoding="utf-8")
    (data / "themes.json").write_text(themes_json(themes, view), encoding="utf-8")
    bundled = target / "assets" / "app"
    bundled.mkdir(parents=True, exist_ok=True)
    for name in APP:
        shutil.copyfile(app / name, bundled / name)
    (bundled / "world.json").write_text(world.as_json(), encoding="utf-8")
    (target / "schema").mkdir(parents=True, exist_ok=True)
    (target / "schema" / "record.json").write_text(schema_text(view.vocabulary), encoding="utf-8")
