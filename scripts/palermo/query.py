"""SPARQL over the dataset, in the embedded engine, with results for people and for machines."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable

import pyoxigraph as ox

from .dataset import Dataset
from .problems import InvalidInput, Problem

__all__ = ["FORMATS", "run_query", "shorten"]

FORMATS = ("table", "csv", "tsv", "json", "ttl")


def shorten(term: object, known: dict[str, str]) -> str:
    """Show a term to a person: prefixed where it can be, literals bare."""
    if term is None:
        return ""
    value = str(getattr(term, "value", term))
    if isinstance(term, ox.NamedNode):
        for prefix, start in sorted(known.items(), key=lambda item: -len(item[1])):
            if value.startswith(start) and re.fullmatch(r"[\w./()-]*", value[len(start) :]):
                return f"{prefix}:{value[len(start) :]}"
    return value


def _table(header: list[str], rows: Iterable[list[str]]) -> str:
    listed = list(rows)
    widths = [max([len(h), *(len(r[i]) for r in listed)]) for i, h in enumerate(header)]

    def line(cells: list[str]) -> str:
        return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()

    body = [line(header), "  ".join("─" * w for w in widths), *(line(r) for r in listed)]
    return "\n".join(body) + f"\n{len(listed)} row{'s' if len(listed) != 1 else ''}\n"


def run_query(dataset: Dataset, text: str, form: str = "table", name: str = "query") -> str:
    """Run a SELECT, ASK, CONSTRUCT or DESCRIBE query over the union of all graphs.

    Raises:
        InvalidInput: the query is not SPARQL, with line and column.
        ValueError: the format does not fit the kind of query.
    """
    known = dataset.vocabulary.prefixes
    try:
        results = dataset.store.query(text, prefixes=known, use_default_graph_as_union=True)
    except SyntaxError as error:
        match = re.search(r"(\d+):(\d+)", str(error))
        line, column = (int(match[1]), int(match[2])) if match else (error.lineno or 1, error.offset or 1)
        raise InvalidInput([Problem(name, line, column, f"not valid SPARQL: {error.msg or error}")]) from error
    if isinstance(results, ox.QueryBoolean):
        answer = bool(results)
        return (
            json.dumps({"head": {}, "boolean": answer}) + "\n" if form == "json" else f"{'yes' if answer else 'no'}\n"
        )
    if isinstance(results, ox.QueryTriples):
        if form not in ("ttl", "table"):
            raise ValueError("CONSTRUCT and DESCRIBE give Turtle: use --format ttl")
        triples = sorted(results, key=str)
        used = {p: i for p, i in known.items() if any(i in str(t) for t in triples)}
        return (ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=used) or b"").decode()
    if form == "ttl":
        raise ValueError("Turtle is for CONSTRUCT and DESCRIBE queries: use table, csv, tsv or json")
    if form in ("json", "tsv"):
        kind = ox.QueryResultsFormat.JSON if form == "json" else ox.QueryResultsFormat.TSV
        return (results.serialize(format=kind) or b"").decode() + ("\n" if form == "json" else "")
    header = [variable.value for variable in results.variables]
    if form == "csv":
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(
            [str(getattr(cell, "value", "")) if cell is not None else "" for cell in row] for row in results
        )
        return out.getvalue()
    return _table(header, ([shorten(cell, known) for cell in row] for row in results))
