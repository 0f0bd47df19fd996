"""Measure every query of the cookbook on the real records: the embedded engine beside rdflib, in one run.

Usage: python -m tests.benchmarks.cookbook [SECONDS]
A query that rdflib does not finish within SECONDS (by default 10) counts as SECONDS: the ratio is then a lower bound.
"""

from __future__ import annotations

import multiprocessing as mp
import statistics
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection

import pyoxigraph as ox
import rdflib
from rich.console import Console
from rich.table import Table

from palermo.dataset import Dataset, build_dataset
from palermo.settings import find_project

__all__ = ["Measurement", "measure", "report"]

ROUNDS = 5


@dataclass(frozen=True)
class Measurement:
    """One query: how long each engine took, in seconds, and how many rows it gave; None where rdflib did not finish."""

    name: str
    ours: float
    rows: int
    theirs: float | None
    their_rows: int | None


def _embedded(dataset: Dataset, text: str, known: dict[str, str]) -> tuple[float, int]:
    times, rows = [], 0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        results = dataset.store.query(text, prefixes=known, use_default_graph_as_union=True)
        assert isinstance(results, ox.QuerySolutions)
        rows = sum(1 for _ in results)
        times.append(time.perf_counter() - start)
    return statistics.median(times), rows


def _work(graph: rdflib.Graph, text: str, known: dict[str, str], pipe: Connection) -> None:
    start = time.perf_counter()
    rows = len(list(graph.query(text, initNs=known)))
    pipe.send((time.perf_counter() - start, rows))


def _rdflib(graph: rdflib.Graph, text: str, known: dict[str, str], seconds: float) -> tuple[float | None, int | None]:
    """Ask rdflib in a process of its own, which has the graph already and can be ended when the time is over."""
    context = mp.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(graph, text, known, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        return ours.recv() if ours.poll(seconds) else (None, None)
    finally:
        process.kill()
        process.join()
        ours.close()


def measure(dataset: Dataset, seconds: float) -> list[Measurement]:
    """Run every query of the cookbook on both engines, one after the other.

    Args:
        dataset: The records to ask.
        seconds: How long rdflib may take for one query.

    Raises:
        EOFError: rdflib failed on a query.
    """
    known = dataset.vocabulary.prefixes
    graph = rdflib.Graph()
    graph.parse(data="".join(line[: line.rindex(" <")] + " .\n" for line in dataset.lines()), format="nt")
    measured = []
    for path in sorted(dataset.project.queries.glob("*.rq")):
        text = path.read_text(encoding="utf-8")
        measured.append(Measurement(path.stem, *_embedded(dataset, text, known), *_rdflib(graph, text, known, seconds)))
    return measured


def report(console: Console, dataset: Dataset, seconds: float = 10) -> bool:
    """Print what each query took and the ratio over the whole cookbook; say whether the engines gave as many rows."""
    measured = measure(dataset, seconds)
    table = Table(title=f"{len(dataset.records)} records, {len(dataset.store):,} statements")
    for heading in ("query", "rows", "embedded, ms", "rdflib, s"):
        table.add_column(heading, justify="left" if heading == "query" else "right")
    for m in sorted(measured, key=lambda m: -m.ours):
        theirs = f"over {seconds:g}" if m.theirs is None else f"{m.theirs:.2f}"
        table.add_row(m.name, f"{m.rows}", f"{m.ours * 1000:.1f}", theirs)
    console.print(table)
    unfinished = sum(m.theirs is None for m in measured)
    ours = sum(m.ours for m in measured)
    theirs_in_all = sum(seconds if m.theirs is None else m.theirs for m in measured)
    differing = [f"{m.name} ({m.rows} and {m.their_rows})" for m in measured if m.their_rows not in (None, m.rows)]
    median = statistics.median(m.ours for m in measured) * 1000
    bound = "at least " if unfinished else ""
    console.print(
        f"cookbook of {len(measured)} queries: median {median:.1f} ms on the embedded engine, {ours:.2f} s in all; "
        f"rdflib {theirs_in_all:.0f} s, with {unfinished} not finished within {seconds:g} s and counted as that; "
        f"ratio {bound}{theirs_in_all / ours:.0f}; "
        f"row counts where both finished: {'DIFFER in ' + ', '.join(differing) if differing else 'identical'}"
    )
    return not differing


def main() -> int:
    """Print the measurements."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    return 0 if report(Console(), build_dataset(find_project()), seconds) else 1


if __name__ == "__main__":
    sys.exit(main())
