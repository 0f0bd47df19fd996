"""Measure the path by stage at J and 4 × J jurisdictions, checks beside one union graph, the cookbook beside rdflib.

Usage: python -m tests.benchmarks [J]
Growth near 4 means linear. Every ratio is of two measurements in this run, so the machine does not matter.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pyoxigraph as ox
import rdflib
from pyshacl import validate
from rdflib.namespace import SH
from rich.console import Console
from rich.table import Table

from palermo.checks import _shapes, check_records, violations
from palermo.dataset import Dataset, build_dataset, data_day, read_all
from palermo.evidence import EvidenceLock
from palermo.mapping import map_record
from palermo.settings import Project
from palermo.site import pages
from palermo.treaties import load_status
from palermo.views import SiteView
from palermo.vocabulary import load_vocabulary

from .cookbook import report
from .synthetic import write_records

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Run once and give the seconds it took, with the result."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def checkout(folder: Path, count: int) -> tuple[Project, int]:
    """Make a checkout of synthetic records."""
    for name in ("ontology", "site"):
        shutil.copytree(ROOT / name, folder / name)
    project = Project(folder)
    return project, write_records(folder / "jurisdictions", count, load_vocabulary(project))


def stages(project: Project) -> tuple[dict[str, float], Dataset]:
    """Time every stage of the path once."""
    vocabulary = load_vocabulary(project)
    status = load_status(project, vocabulary)
    took: dict[str, float] = {}
    took["read and validate YAML"], records = timed(lambda: read_all(project))
    locks = {r.jurisdiction: EvidenceLock(r.jurisdiction) for r in records}
    took["map to RDF"], _ = timed(lambda: [map_record(r, vocabulary, locks[r.jurisdiction]).lines() for r in records])
    day = data_day(records)
    took["check (SHACL, pool)"], checked = timed(
        lambda: check_records([(r, locks[r.jurisdiction]) for r in records], project, day, cache=False)
    )
    findings = {code: outcome.findings for code, outcome in checked.items()}
    history = {code: outcome.history for code, outcome in checked.items()}
    dataset = Dataset(project, vocabulary, status, records, locks, day, findings, history)
    took["load the store"], _ = timed(lambda: dataset.store)
    took["render the pages"], _ = timed(lambda: pages(SiteView(dataset), project))
    took["the cookbook"], _ = timed(lambda: run_all(dataset))
    return took, dataset


def run_all(dataset: Dataset) -> list[int]:
    """Run every worked query on the embedded engine."""
    known = dataset.vocabulary.prefixes
    sizes = []
    for path in sorted(dataset.project.queries.glob("*.rq")):
        rows = dataset.store.query(path.read_text(encoding="utf-8"), prefixes=known, use_default_graph_as_union=True)
        assert isinstance(rows, ox.QuerySolutions)
        sizes.append(sum(1 for _ in rows))
    return sizes


def checks_beside_one_graph(dataset: Dataset) -> tuple[float, float, bool]:
    """Check jurisdiction by jurisdiction, and all in one union graph; say whether the violations are the same."""
    graphs = {r.jurisdiction: dataset.jurisdiction_lines(r.jurisdiction) for r in dataset.records}
    apart, found = timed(lambda: {v for lines in graphs.values() for v in violations(lines, dataset.project)})

    def union() -> set[tuple[str, str]]:
        graph = rdflib.Graph()
        for lines in graphs.values():
            graph.parse(data="".join(line[: line.rindex(" <")] + " .\n" for line in lines), format="nt")
        _, report, _ = validate(graph, shacl_graph=_shapes(dataset.project), inplace=True)
        return {
            (str(report.value(r, SH.focusNode)), str(report.value(r, SH.sourceShape)))
            for r in report.objects(None, SH.result)
        }

    together, same = timed(union)
    return apart, together, same == found


def check_of_a_past_day(dataset: Dataset) -> tuple[float, float]:
    """Check for the day of the data, and for a day in 2012."""
    records = [(record, dataset.locks[record.jurisdiction]) for record in dataset.records]
    now, _ = timed(lambda: check_records(records, dataset.project, dataset.day, cache=False))
    then, _ = timed(lambda: check_records(records, dataset.project, "2012-06-30", cache=False))
    return now, then


def main() -> int:
    """Print the ratios."""
    console = Console()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    with tempfile.TemporaryDirectory() as folder:
        small, size = checkout(Path(folder) / "small", count)
        large, _ = checkout(Path(folder) / "large", 4 * count)
        stages(small)  # once to warm up
        before, dataset = stages(small)
        after, _ = stages(large)
        table = Table(title=f"One record has {size / 1024:.0f} KB; growth near 4 is linear")
        for heading in ("stage", f"J = {count}, s", f"J = {4 * count}, s", "growth"):
            table.add_column(heading, justify="left" if heading == "stage" else "right")
        for name, seconds in before.items():
            table.add_row(name, f"{seconds:.3f}", f"{after[name]:.3f}", f"{after[name] / seconds:.1f}")
        total = sum(after.values()) / sum(before.values())
        table.add_row("all", f"{sum(before.values()):.3f}", f"{sum(after.values()):.3f}", f"{total:.1f}")
        console.print(table)
        apart, together, same = checks_beside_one_graph(dataset)
        console.print(
            f"checks at J = {count} in one process: each graph alone {apart:.2f} s, one union graph {together:.2f} s, "
            f"ratio {together / apart:.1f}; findings {'identical' if same else 'DIFFER'}"
        )
        now, then = check_of_a_past_day(dataset)
        console.print(f"check at J = {count}: today {now:.2f} s, a day in 2012 {then:.2f} s, ratio {then / now:.1f}")
    alike = report(console, build_dataset(Project(ROOT)))
    return 0 if same and alike else 1


if __name__ == "__main__":
    sys.exit(main())
