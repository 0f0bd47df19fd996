"""The whole dataset: ontology, treaty status, every jurisdiction and its findings, as named graphs in one store."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from .checks import Finding, Snapshot, check_records, findings_graph, shape_files
from .evidence import EvidenceLock, read_lock
from .mapping import map_record
from .problems import InvalidInput, Problem, display_path, nearest
from .record import Record, read_record
from .settings import Project
from .treaties import StatusTable, load_status, status_files
from .vocabulary import Vocabulary, load_vocabulary, ontology_files, parse_turtle

__all__ = ["Dataset", "build_dataset", "data_day", "write_nquads"]


def data_day(records: Iterable[Record]) -> str:
    """Give the day for which the checks are made unless another is asked for: that of the newest reading.

    Today's date would make two builds of the same records differ.
    """
    return max((record.encoded for record in records), default="2026-11-20")


@dataclass
class Dataset:
    """Everything that pages, dumps and answers are made from."""

    project: Project
    vocabulary: Vocabulary
    status: StatusTable
    records: list[Record]
    locks: dict[str, EvidenceLock]
    day: str
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    history: dict[str, list[Snapshot]] = field(default_factory=dict)

    @property
    def all_findings(self) -> list[Finding]:
        """Every finding, jurisdiction by jurisdiction, the gravest first."""
        return [finding for code in sorted(self.findings) for finding in self.findings[code]]

    def record(self, code: str) -> Record:
        """Give a record by its code. Raises KeyError where there is none."""
        found = next((record for record in self.records if record.jurisdiction == code), None)
        if found is None:
            raise KeyError(code)
        return found

    def group(self, name: str) -> frozenset[str]:
        """Give the codes of the records that belong to a body, or whose state a treaty binds on the day of the data.

        Raises:
            ValueError: there is no body and no treaty of that name.
        """
        states = {record.jurisdiction: record.state for record in self.records}
        if name in self.vocabulary.groups:
            members = self.vocabulary.groups[name].members
            return frozenset(code for code, state in states.items() if state in members)
        if name in self.vocabulary.treaties:
            return frozenset(c for c, state in states.items() if self.status.binding(name, state, self.day) == "binds")
        guess = nearest(name, [*self.vocabulary.groups, *self.vocabulary.treaties])
        raise ValueError(f"“{name}” is no group and no treaty" + (f": did you mean {guess}?" if guess else ""))

    def jurisdiction_lines(self, code: str) -> list[str]:
        """Give a jurisdiction's graph as sorted N-Quads lines."""
        return map_record(self.record(code), self.vocabulary, self.locks[code]).lines()

    def lines(self) -> Iterator[str]:
        """Give the whole dataset as N-Quads, graph by graph, each sorted."""
        yield from io.StringIO(self.nquads.decode())

    @functools.cached_property
    def graphs(self) -> dict[str, bytes]:
        """Record and findings of every jurisdiction as N-Quads in UTF-8: mapped once for the store and every file."""
        made = {}
        for record in self.records:
            code = record.jurisdiction
            findings = findings_graph(code, self.findings[code], self.vocabulary)
            made[code] = "".join([*self.jurisdiction_lines(code), *findings.lines()]).encode()
        return made

    @property
    def nquads(self) -> bytes:
        """The whole dataset as one N-Quads document in UTF-8, graph by graph, each sorted."""
        return b"".join([_ontology_nquads(self.project), *self.graphs.values()])

    @functools.cached_property
    def store(self) -> ox.Store:
        """The dataset in an embedded Oxigraph store."""
        return _store(self.nquads)

    @functools.cached_property
    def ontology(self) -> ox.Store:
        """The ontology, the shapes and the treaty rows alone in a store: what their documentation is read from."""
        return _store(_ontology_nquads(self.project))


def _store(nquads: bytes) -> ox.Store:
    store = ox.Store()
    store.bulk_load(nquads, format=ox.RdfFormat.N_QUADS)
    return store


@functools.lru_cache(maxsize=2)
def _ontology_nquads(project: Project) -> bytes:
    """The ontology, the shapes and the treaty rows as quads, blank nodes named after their file."""
    lines = []
    for graph, paths in (
        ("ontology", ontology_files(project)),
        ("shapes", shape_files(project)),
        ("treaty-status", status_files(project)),
    ):
        name = ox.NamedNode(f"{project.base}graph/{graph}")
        quads = []
        for path in paths:
            labels: dict[str, str] = {}
            for triple in parse_turtle(path, project.base):
                subject, value = (_named(term, labels, path) for term in (triple.subject, triple.object))
                quads.append(ox.Quad(subject, triple.predicate, value, name))
        lines += sorted(f"{quad} .\n" for quad in quads)
    return "".join(lines).encode()


def _named(term: Any, labels: dict[str, str], path: Path) -> Any:
    if isinstance(term, ox.BlankNode):
        return ox.BlankNode(labels.setdefault(term.value, f"{path.stem}{len(labels)}"))
    return term


def read_all(project: Project) -> list[Record]:
    """Read every record of the project, with the faults of all of them in one error.

    Raises:
        InvalidInput: any record has a fault, or a lock says that a claim's words are not where they say.
    """
    vocabulary = load_vocabulary(project)
    records: list[Record] = []
    problems: list[Problem] = []
    for path in project.record_files():
        try:
            record = read_record(path, vocabulary)
        except InvalidInput as error:
            problems += error.problems
            continue
        records.append(record)
        for id_, check in read_lock(project.evidence, record.jurisdiction).checks.items():
            if check.result == "not-found":
                problems.append(
                    Problem(
                        display_path(path),
                        1,
                        1,
                        f"{id_}: {check.at}: {check.reason}",
                        "Mend it and run palermo verify.",
                    )
                )
    if problems:
        raise InvalidInput(problems)
    return records


def build_dataset(project: Project, day: str | None = None, cache: bool = True) -> Dataset:
    """Read, map and check everything.

    Raises:
        InvalidInput: a record or a file of the ontology has faults.
    """
    vocabulary = load_vocabulary(project)
    records = read_all(project)
    locks = {record.jurisdiction: read_lock(project.evidence, record.jurisdiction) for record in records}
    dataset = Dataset(project, vocabulary, load_status(project, vocabulary), records, locks, day or data_day(records))
    checked = check_records([(r, locks[r.jurisdiction]) for r in records], project, dataset.day, cache)
    dataset.findings = {code: outcome.findings for code, outcome in checked.items()}
    dataset.history = {code: outcome.history for code, outcome in checked.items()}
    return dataset


def write_nquads(dataset: Dataset, path: Path) -> None:
    """Write the dataset as N-Quads, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_bytes(dataset.nquads)
    temporary.replace(path)
