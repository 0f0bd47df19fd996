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
from .record import Record
from .settings import DEFAULT_BASE, Project
from .treaties import StatusTable, load_status, status_files
from .vocabulary import RDF_TYPE, Question, Vocabulary, load_vocabulary, ontology_files

__all__ = ["Finding", "Measure", "check_jurisdiction", "check_records", "findings_graph", "shape_files"]


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


def check_jurisdiction(
    record: Record, lines: Sequence[str], project: Project, day: str, vocabulary: Vocabulary, status: StatusTable
) -> list[Finding]:
    """Check one jurisdiction's graph and grade what was found, the gravest first."""
    if record.fictional:
        status = _fictional_status(record, status, vocabulary)
    state = record.part_of or record.jurisdiction
    current = holding_on(lines, vocabulary, day)
    values: dict[str, dict[str, list[str]]] = {}
    for line in current:
        subject, predicate, value = line.split(" ", 3)[:3]
        if predicate.startswith(f"<{vocabulary.pa}"):
            values.setdefault(subject[1:-1], {}).setdefault(predicate[len(vocabulary.pa) + 1 : -1], []).append(
                value[1:-1]
            )
    gravity_rank = {notation: concept.rank for notation, concept in vocabulary.schemes["gravity"].items()}
    by_iri = {question.iri: question for question in vocabulary.questions.values()}
    findings = []
    for answer, _shape in violations(current, project):
        facts = values[answer]
        question = by_iri[facts["question"][0]]
        value = vocabulary.notation(facts["value"][0])
        measures = measure(question, state, day, status, vocabulary)
        gravity = min((m.gravity for m in measures), key=lambda g: gravity_rank[g], default="recommendation")
        findings.append(
            Finding(
                record.jurisdiction,
                record.name,
                question.id,
                question.label,
                question.dimension,
                answer,
                value,
                gravity,
                question.findings[value],
                tuple(facts.get("claim", [])),
                measures,
                day,
            )
        )
    extent = {notation: -concept.rank for notation, concept in vocabulary.schemes["answer"].items()}
    order = {question: index for index, question in enumerate(vocabulary.questions)}
    return sorted(findings, key=lambda f: (gravity_rank[f.gravity], extent[f.value], order[f.question]))


def ontology_hash(project: Project) -> str:
    """Fingerprint everything but the record that a check depends on: ontology, shapes, treaty rows, this code."""
    digest = hashlib.sha256(project.base.encode())
    own = Path(__file__).parent
    code = [
        own / name for name in ("checks.py", "mapping.py", "claims.py", "record.py", "treaties.py", "vocabulary.py")
    ]
    for path in (*ontology_files(project), *shape_files(project), *status_files(project), *code):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _finding_from(data: dict[str, Any]) -> Finding:
    data["measures"] = tuple(Measure(**item) for item in data["measures"])
    data["claims"] = tuple(data["claims"])
    return Finding(**data)


def _check_one(task: tuple[Record, EvidenceLock, Project, str, Path | None]) -> list[Finding]:
    record, lock, project, day, cached = task
    vocabulary = load_vocabulary(project)
    status = load_status(project, vocabulary)
    lines = map_record(record, vocabulary, lock).lines()
    findings = check_jurisdiction(record, lines, project, day, vocabulary, status)
    if cached:
        cached.parent.mkdir(parents=True, exist_ok=True)
        temporary = cached.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps([asdict(f) for f in findings]), encoding="utf-8")
        temporary.replace(cached)
    return findings


def check_records(
    records: Sequence[tuple[Record, EvidenceLock]],
    project: Project,
    day: str,
    cache: bool = True,
    processes: int | None = None,
) -> dict[str, list[Finding]]:
    """Check records, each in a process of a pool; what has not changed since the last check is read from the cache."""
    base = ontology_hash(project) if cache else ""
    results: dict[str, list[Finding]] = {}
    tasks = []
    for record, lock in records:
        cached = None
        if cache:
            key = hashlib.sha256(f"{base}|{day}|{record.model_dump_json()}".encode()).hexdigest()[:32]
            cached = project.build / "cache" / "findings" / f"{record.jurisdiction}-{key}.json"
            if cached.is_file():
                results[record.jurisdiction] = [
                    _finding_from(f) for f in json.loads(cached.read_text(encoding="utf-8"))
                ]
                continue
        tasks.append((record, lock, project, day, cached))
    workers = min(processes or os.cpu_count() or 1, len(tasks))
    if workers <= 1:
        found = [_check_one(task) for task in tasks]
    else:
        # what a worker inherits is left alone by its garbage collector: walking it would cost more with every record
        with ProcessPoolExecutor(workers, initializer=gc.freeze) as pool:
            found = list(pool.map(_check_one, tasks, chunksize=1))
    results |= {task[0].jurisdiction: findings for task, findings in zip(tasks, found, strict=True)}
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
