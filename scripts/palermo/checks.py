"""The gap checks: SHACL shapes over one jurisdiction's graph, and what the violations mean for that state on that day.

Each jurisdiction's graph is checked on its own, in a process of a pool: pySHACL's cost grows faster than the graph
(measured in ``tests/benchmarks``), and a graph of its own can be cached by the hash of everything it depends on.
"""

from __future__ import annotations

import functools
import gc
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import rdflib
from pyshacl import validate
from rdflib.namespace import SH

from .evidence import EvidenceLock
from .mapping import GraphWriter, iri, jurisdiction_iri, literal, map_record
from .periods import day_after
from .record import Record
from .settings import DEFAULT_BASE, Project
from .treaties import StatusTable, load_status, status_files
from .vocabulary import RDF_TYPE, Question, Vocabulary, load_vocabulary, ontology_files

__all__ = [
    "Checked",
    "Finding",
    "Measure",
    "Snapshot",
    "check_jurisdiction",
    "check_records",
    "findings_graph",
    "shape_files",
]


@dataclass(frozen=True)
class Measure:
    """One requirement behind a finding, and whether its instrument binds the state on the day."""

    requirement: str
    treaty: str
    article: str
    obligation: str
    binding: str
    gravity: str
    text_read: bool


@dataclass(frozen=True)
class Finding:
    """A gap in the law of one jurisdiction."""

    jurisdiction: str
    name: str
    question: str
    label: str
    dimension: str
    answer: str
    """IRI of the answer."""
    value: str
    gravity: str
    sentence: str
    claims: tuple[str, ...]
    """IRIs of the claims it rests on."""
    measures: tuple[Measure, ...]
    day: str

    @property
    def key(self) -> str:
        """Jurisdiction, question and extent: what makes a finding the same one in two runs."""
        return f"{self.jurisdiction} {self.question} {self.value} {self.gravity}"


@dataclass(frozen=True)
class Snapshot:
    """What the check says of one jurisdiction from one day until the next snapshot."""

    day: str
    events: tuple[str, ...]
    """What happened on the day: treaties that began or ceased to bind, laws that changed."""
    counts: dict[str, int]
    """Findings by gravity."""
    known: int
    """Questions with an answer other than unknown."""


@dataclass(frozen=True)
class Checked:
    """The outcome for one jurisdiction: its findings on the day asked for, and its history."""

    findings: list[Finding]
    history: list[Snapshot]


def shape_files(project: Project) -> list[Path]:
    """Give the files of SHACL shapes, in a fixed order."""
    return sorted((project.ontology / "shapes").glob("*.ttl"))


@functools.lru_cache(maxsize=4)
def _shapes(project: Project) -> rdflib.Graph:
    graph = rdflib.Graph()
    for path in shape_files(project):
        text = path.read_text(encoding="utf-8")
        graph.parse(data=text.replace(DEFAULT_BASE, project.base), format="turtle")
    return graph


def load_graph(lines: Iterable[str]) -> rdflib.Graph:
    """Load the statements of one named graph, written as N-Quads, into an rdflib graph."""
    graph = rdflib.Graph()
    triples = (line[: line.rindex(" <")] + " .\n" for line in lines)
    graph.parse(data="".join(triples), format="nt")
    return graph


def holding_on(lines: Sequence[str], vocabulary: Vocabulary, day: str) -> list[str]:
    """Leave out what does not hold on a day: the answers, and the links to them, of other times."""
    other: set[str] = set()
    for line in lines:
        if "#holdsFrom>" in line or "#holdsUntil>" in line:
            subject, predicate, value, *_ = line.split(" ")
            date = value[1:11]
            begins, ends = (predicate == f"<{vocabulary.pa}{name}>" for name in ("holdsFrom", "holdsUntil"))
            if (begins and day < date) or (ends and day > date):
                other.add(subject)
    if not other:
        return list(lines)
    return [line for line in lines if not (other & set(line.split(" ", 3)[:3:2]))]


def violations(lines: Sequence[str], project: Project) -> list[tuple[str, str]]:
    """Run the shapes over a graph with pySHACL: focus node and shape of every result."""
    _, report, _ = validate(load_graph(lines), shacl_graph=_shapes(project), inplace=True, allow_warnings=False)
    return sorted(
        {
            (str(report.value(result, SH.focusNode)), str(report.value(result, SH.sourceShape)))
            for result in report.objects(None, SH.result)  # the details inside a result are results too
        }
    )


def measure(
    question: Question, state: str, day: str, status: StatusTable, vocabulary: Vocabulary
) -> tuple[Measure, ...]:
    """Weigh every requirement of a question for one state on one day by the ontology's rules of gravity."""
    rules = {(rule.obligation, rule.binding): rule for rule in vocabulary.gravity_rules}
    measures = []
    for requirement in question.requirements:
        binding = status.binding(requirement.treaty, state, day)
        rule = rules[requirement.obligation, binding]
        measures.append(
            (
                rule.order,
                Measure(
                    requirement.iri,
                    requirement.treaty,
                    requirement.article,
                    requirement.obligation,
                    binding,
                    rule.gravity,
                    requirement.text_read,
                ),
            )
        )
    return tuple(m for _, m in sorted(measures, key=lambda pair: pair[0]))


def _fictional_status(record: Record, status: StatusTable, vocabulary: Vocabulary) -> StatusTable:
    """Give a made-up state the treaties its record says it has, and no others."""
    from .treaties import Status

    rows = [Status(record.jurisdiction, slug, in_force=day) for slug, day in record.treaties.items()]
    return StatusTable(rows, vocabulary) if rows else status


@dataclass(frozen=True)
class _Gap:
    """An answer that a shape reported, before anything is said of its gravity."""

    answer: str
    question: Question
    value: str
    claims: tuple[str, ...]


def _gaps(current: Sequence[str], project: Project, vocabulary: Vocabulary) -> list[_Gap]:
    values: dict[str, dict[str, list[str]]] = {}
    for line in current:
        subject, predicate, value = line.split(" ", 3)[:3]
        if predicate.startswith(f"<{vocabulary.pa}"):
            name = predicate[len(vocabulary.pa) + 1 : -1]
            values.setdefault(subject[1:-1], {}).setdefault(name, []).append(value[1:-1])
    by_iri = {question.iri: question for question in vocabulary.questions.values()}
    gaps = []
    for answer, _shape in violations(current, project):
        facts = values[answer]
        value = vocabulary.notation(facts["value"][0])
        gaps.append(_Gap(answer, by_iri[facts["question"][0]], value, tuple(facts.get("claim", []))))
    return gaps


def _gravest(measures: Sequence[Measure], ranks: dict[str, int]) -> str:
    return min((m.gravity for m in measures), key=lambda g: ranks[g], default="recommendation")


def check_jurisdiction(
    record: Record, lines: Sequence[str], project: Project, day: str, vocabulary: Vocabulary, status: StatusTable
) -> list[Finding]:
    """Check one jurisdiction's graph for one day and grade what was found, the gravest first."""
    if record.fictional:
        status = _fictional_status(record, status, vocabulary)
    state = record.state
    ranks = {notation: concept.rank for notation, concept in vocabulary.schemes["gravity"].items()}
    findings = []
    for gap in _gaps(holding_on(lines, vocabulary, day), project, vocabulary):
        measures = measure(gap.question, state, day, status, vocabulary)
        findings.append(
            Finding(
                record.jurisdiction,
                record.name,
                gap.question.id,
                gap.question.label,
                gap.question.dimension,
                gap.answer,
                gap.value,
                _gravest(measures, ranks),
                gap.question.findings[gap.value],
                gap.claims,
                measures,
                day,
            )
        )
    extent = {notation: -concept.rank for notation, concept in vocabulary.schemes["answer"].items()}
    order = {question: index for index, question in enumerate(vocabulary.questions)}
    return sorted(findings, key=lambda f: (ranks[f.gravity], extent[f.value], order[f.question]))


FIRST_DAY = "2000-01-01"
"""Where histories begin: the year in which the Protocol was opened for signature."""


def history(
    record: Record, lines: Sequence[str], project: Project, last: str, vocabulary: Vocabulary, status: StatusTable
) -> list[Snapshot]:
    """Say what the check finds on every day since 2000 on which the law, or what binds the state, changed.

    The shapes run once for each wording of the law; between two wordings only the gravity changes, with the treaties.
    """
    if record.fictional:
        status = _fictional_status(record, status, vocabulary)
    state = record.state
    asking = {r.treaty for q in vocabulary.questions.values() for r in q.requirements}
    events: dict[str, list[str]] = {FIRST_DAY: []}
    for row in status.of_state(state):
        short = vocabulary.treaties[row.treaty].short
        for date, what in ((row.in_force, "in force for the state"), (row.ended, "no longer in force for the state")):
            if row.treaty in asking and len(date) == 10 and FIRST_DAY <= date <= last:
                events.setdefault(date, []).append(f"{short} {what}")
    for instrument in record.instruments.values():
        name = instrument.title_en or instrument.title
        for dated, what in (
            (instrument.enacted, "adopted"),
            (instrument.in_force, "in force"),
            (instrument.repealed, "no longer in force"),
        ):
            if dated and len(dated) == 10 and FIRST_DAY <= dated <= last:
                events.setdefault(dated, []).append(f"{name} {what}")
    changes = _boundaries(lines, vocabulary)
    for day in changes:
        if FIRST_DAY < day <= last:
            events.setdefault(day, [])
    ranks = {notation: concept.rank for notation, concept in vocabulary.schemes["gravity"].items()}
    snapshots: list[Snapshot] = []
    gaps: list[_Gap] = []
    known = 0
    wording: str | None = None
    for day in sorted(events):
        current_wording = max((c for c in changes if c <= day), default="")
        if current_wording != wording:
            wording = current_wording
            current = holding_on(lines, vocabulary, day)
            gaps = _gaps(current, project, vocabulary)
            unknown = iri(vocabulary.concept("answer", "unknown").iri)
            known = sum(
                f"<{vocabulary.pa}value> " in line and "/answer/" in line.split(" ", 1)[0] and unknown not in line
                for line in current
            )
        counts = dict.fromkeys(ranks, 0)
        for gap in gaps:
            counts[_gravest(measure(gap.question, state, day, status, vocabulary), ranks)] += 1
        changed = not snapshots or (counts, known) != (snapshots[-1].counts, snapshots[-1].known)
        if events[day] or changed:
            snapshots.append(Snapshot(day, tuple(sorted(events[day])), counts, known))
    return snapshots


def _boundaries(lines: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """Give the days on which an answer begins, or the day after one ends."""
    days = set()
    for line in lines:
        _, predicate, value = line.split(" ", 3)[:3]
        if predicate == f"<{vocabulary.pa}holdsFrom>":
            days.add(value[1:11])
        elif predicate == f"<{vocabulary.pa}holdsUntil>":
            days.add(day_after(value[1:11]))
    return sorted(days)


def ontology_hash(project: Project) -> str:
    """Fingerprint everything but the record that a check depends on: ontology, shapes, treaty rows, this code."""
    digest = hashlib.sha256(project.base.encode())
    own = Path(__file__).parent
    code = [
        own / name
        for name in ("checks.py", "claims.py", "mapping.py", "periods.py", "record.py", "treaties.py", "vocabulary.py")
    ]
    for path in (*ontology_files(project), *shape_files(project), *status_files(project), *code):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _checked_from(data: dict[str, Any]) -> Checked:
    findings = []
    for item in data["findings"]:
        item["measures"] = tuple(Measure(**m) for m in item["measures"])
        item["claims"] = tuple(item["claims"])
        findings.append(Finding(**item))
    return Checked(findings, [Snapshot(**{**s, "events": tuple(s["events"])}) for s in data["history"]])


def _check_one(task: tuple[Record, EvidenceLock, Project, str, Path | None]) -> Checked:
    record, lock, project, day, cached = task
    vocabulary = load_vocabulary(project)
    status = load_status(project, vocabulary)
    lines = map_record(record, vocabulary, lock).lines()
    checked = Checked(
        check_jurisdiction(record, lines, project, day, vocabulary, status),
        history(record, lines, project, day, vocabulary, status),
    )
    if cached:
        cached.parent.mkdir(parents=True, exist_ok=True)
        temporary = cached.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps(asdict(checked)), encoding="utf-8")
        temporary.replace(cached)
    return checked


def check_records(
    records: Sequence[tuple[Record, EvidenceLock]],
    project: Project,
    day: str,
    cache: bool = True,
    processes: int | None = None,
) -> dict[str, Checked]:
    """Check records, each in a process of a pool; what has not changed since the last check is read from the cache."""
    base = ontology_hash(project) if cache else ""
    results: dict[str, Checked] = {}
    tasks = []
    for record, lock in records:
        cached = None
        if cache:
            key = hashlib.sha256(f"{base}|{day}|{record.model_dump_json()}".encode()).hexdigest()[:32]
            cached = project.build / "cache" / "findings" / f"{record.jurisdiction}-{key}.json"
            if cached.is_file():
                results[record.jurisdiction] = _checked_from(json.loads(cached.read_text(encoding="utf-8")))
                continue
        tasks.append((record, lock, project, day, cached))
    workers = min(processes or os.cpu_count() or 1, len(tasks))
    if workers <= 1:
        found = [_check_one(task) for task in tasks]
    else:
        # what a worker inherits is left alone by its garbage collector: walking it would cost more with every record
        with ProcessPoolExecutor(workers, initializer=gc.freeze) as pool:
            found = list(pool.map(_check_one, tasks, chunksize=1))
    results |= {task[0].jurisdiction: checked for task, checked in zip(tasks, found, strict=True)}
    return {record.jurisdiction: results[record.jurisdiction] for record, _ in records}


def findings_graph(code: str, findings: Iterable[Finding], vocabulary: Vocabulary) -> GraphWriter:
    """Write findings as RDF, in a named graph of their own beside the jurisdiction's."""
    base, pa = vocabulary.base, vocabulary.pa
    out = GraphWriter(f"{base}graph/{code}/findings")
    me = jurisdiction_iri(base, code)
    for finding in findings:
        node = f"{me}/finding/{finding.question}"
        out.add(node, RDF_TYPE, iri(pa + "Finding"))
        out.add(node, pa + "jurisdiction", iri(me))
        out.add(node, pa + "question", iri(vocabulary.questions[finding.question].iri))
        out.add(node, pa + "answer", iri(finding.answer))
        out.add(node, pa + "value", iri(vocabulary.concept("answer", finding.value).iri))
        out.add(node, pa + "gravity", iri(vocabulary.concept("gravity", finding.gravity).iri))
        out.add(node, pa + "sentence", literal(finding.sentence, None, "en"))
        out.add(node, pa + "checkedOn", literal(finding.day, "date"))
        for claim in finding.claims:
            out.add(node, pa + "claim", iri(claim))
        for item in finding.measures:
            part = f"{node}/{item.requirement.rsplit('--', 1)[-1]}"
            out.add(node, pa + "measuredAgainst", iri(part))
            out.add(part, RDF_TYPE, iri(pa + "Measure"))
            out.add(part, pa + "requirement", iri(item.requirement))
            out.add(part, pa + "binding", iri(vocabulary.concept("binding", item.binding).iri))
            out.add(part, pa + "gravity", iri(vocabulary.concept("gravity", item.gravity).iri))
    return out
