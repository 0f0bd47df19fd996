"""The ontology as typed objects: concepts, questions, requirements, treaties, rules of gravity.

Everything here is read from ``ontology/*.ttl``; nothing of it is known to the code.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from .problems import InvalidInput, Problem, display_path
from .settings import DEFAULT_BASE, Project

__all__ = [
    "Concept",
    "GravityRule",
    "Question",
    "Requirement",
    "Treaty",
    "Vocabulary",
    "load_vocabulary",
    "parse_turtle",
]

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"


@dataclass(frozen=True)
class Concept:
    """One concept of a SKOS scheme of ours; ``rank`` orders it in its scheme."""

    iri: str
    notation: str
    label: str
    definition: str
    rank: int


@dataclass(frozen=True)
class Treaty:
    """An international instrument that asks something of states."""

    iri: str
    slug: str
    title: str
    short: str
    text_file: str | None
    text_read: bool
    soft_law: bool
    status_as_at: str | None
    lists_all_parties: bool


@dataclass(frozen=True)
class Requirement:
    """One article that asks for what a question asks about."""

    iri: str
    question: str
    treaty: str
    article: str
    obligation: str
    text_read: bool


@dataclass(frozen=True)
class Question:
    """One point of comparison, put to every legal system."""

    iri: str
    id: str
    label: str
    wording: str
    dimension: str
    order: int
    why: str
    decide: str
    element: tuple[str, str] | None
    """Scheme and notation of the act, means or purpose that the question is about."""
    details: frozenset[str]
    """Local names of the detail properties its answers may carry."""
    findings: dict[str, str]
    """Finding sentence by answer notation (absent, partial, contrary)."""
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True)
class GravityRule:
    """Which gravity follows from an obligation of one strength under one binding status."""

    order: int
    obligation: str
    binding: str
    gravity: str


@dataclass(frozen=True)
class Group:
    """The members of a regional body."""

    slug: str
    label: str
    members: frozenset[str]
    source: str
    as_at: str


class Vocabulary:
    """The ontology of one project, read once."""

    def __init__(self, base: str, quads: list[ox.Triple]) -> None:
        self.base = base
        self.pa = f"{base}ontology#"
        self._values: dict[str, dict[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._subjects_by_type: dict[str, list[str]] = defaultdict(list)
        for triple in quads:
            if not isinstance(triple.subject, ox.NamedNode):
                continue
            subject, predicate = triple.subject.value, triple.predicate.value
            self._values[subject][predicate].append(triple.object)  # type: ignore[arg-type]
            if predicate == RDF_TYPE and isinstance(triple.object, ox.NamedNode):
                self._subjects_by_type[triple.object.value].append(subject)
        self.triples = quads
        self.schemes = self._read_schemes()
        self.treaties = self._read_treaties()
        self.questions = self._read_questions()
        self.gravity_rules = self._read_rules()
        self.groups = {
            slug: Group(
                slug,
                self.value(iri, RDFS_LABEL),
                frozenset(member.rsplit("/", 1)[1] for member in self.values(iri, self.pa + "member")),
                self.value(iri, DCTERMS + "source"),
                self.value(iri, self.pa + "asAt"),
            )
            for iri in self.subjects("Group")
            if (slug := self.notation(iri))
        }

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that a query need not declare, by name: one for each scheme of concepts, and the usual ones."""
        return {scheme: f"{self.base}concept/{scheme}/" for scheme in self.schemes} | {
            "pa": self.pa,
            "q": f"{self.base}question/",
            "t": f"{self.base}treaty/",
            "j": f"{self.base}jurisdiction/",
            "c": f"{self.base}concept/",
            "skos": SKOS,
            "dcterms": DCTERMS,
            "eli": "http://data.europa.eu/eli/ontology#",
            "prov": "http://www.w3.org/ns/prov#",
            "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
            "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
            "sh": "http://www.w3.org/ns/shacl#",
        }

    # --- reading -------------------------------------------------------------------------------

    def values(self, subject: str, predicate: str) -> list[str]:
        """Give every value of a property as text."""
        return [str(getattr(v, "value", v)) for v in self._values.get(subject, {}).get(predicate, [])]

    def value(self, subject: str, predicate: str, default: str = "") -> str:
        """Give the first value of a property as text, or the default."""
        return next(iter(self.values(subject, predicate)), default)

    def subjects(self, type_name: str) -> list[str]:
        """Give every named subject of one of our classes, by its local name."""
        return sorted(set(self._subjects_by_type[self.pa + type_name]))

    def _read_schemes(self) -> dict[str, dict[str, Concept]]:
        schemes: dict[str, dict[str, Concept]] = {}
        prefix = f"{self.base}concept/"
        for subject in sorted(set(self._subjects_by_type[SKOS + "Concept"])):
            if not subject.startswith(prefix):
                continue
            scheme = subject[len(prefix) :].split("/")[0]
            notation = self.value(subject, SKOS + "notation")
            schemes.setdefault(scheme, {})[notation] = Concept(
                subject,
                notation,
                self.value(subject, SKOS + "prefLabel"),
                self.value(subject, SKOS + "definition"),
                int(self.value(subject, self.pa + "rank", "0")),
            )
        return {
            scheme: dict(sorted(concepts.items(), key=lambda item: (item[1].rank, item[0])))
            for scheme, concepts in sorted(schemes.items())
        }

    def _read_treaties(self) -> dict[str, Treaty]:
        treaties = {}
        for iri in self.subjects("Treaty"):
            slug = self.value(iri, SKOS + "notation")
            treaties[slug] = Treaty(
                iri,
                slug,
                self.value(iri, DCTERMS + "title"),
                self.value(iri, self.pa + "shortTitle"),
                self.value(iri, self.pa + "textFile") or None,
                self.value(iri, self.pa + "textRead") == "true",
                self.value(iri, self.pa + "softLaw") == "true",
                self.value(iri, self.pa + "statusAsAt") or None,
                self.value(iri, self.pa + "statusListsAll") == "true",
            )
        return dict(sorted(treaties.items(), key=lambda item: int(self.value(item[1].iri, self.pa + "order", "0"))))

    def notation(self, iri: str) -> str:
        """Give the notation of a concept, question or treaty."""
        return self.value(iri, SKOS + "notation")

    def _read_questions(self) -> dict[str, Question]:
        requirements: dict[str, list[Requirement]] = defaultdict(list)
        for iri in self.subjects("Requirement"):
            question = self.notation(self.value(iri, self.pa + "question"))
            requirements[question].append(
                Requirement(
                    iri,
                    question,
                    self.notation(self.value(iri, self.pa + "treaty")),
                    self.value(iri, self.pa + "article"),
                    self.notation(self.value(iri, self.pa + "obligation")),
                    self.value(iri, self.pa + "textRead") == "true",
                )
            )
        strength = list(self.schemes.get("obligation", {}))
        treaty_order = list(self.treaties)
        questions = []
        for iri in self.subjects("Question"):
            id_ = self.notation(iri)
            element = self.value(iri, self.pa + "element")
            findings = {
                answer: self.value(iri, f"{self.pa}finding{answer.capitalize()}")
                for answer in ("absent", "partial", "contrary")
            }
            questions.append(
                Question(
                    iri,
                    id_,
                    self.value(iri, SKOS + "prefLabel"),
                    self.value(iri, self.pa + "wording"),
                    self.notation(self.value(iri, self.pa + "dimension")),
                    int(self.value(iri, self.pa + "order", "0")),
                    self.value(iri, self.pa + "why"),
                    self.value(iri, self.pa + "decide"),
                    (element.split("/")[-2], element.split("/")[-1]) if element else None,
                    frozenset(v.removeprefix(self.pa) for v in self.values(iri, self.pa + "takesDetail")),
                    {k: v for k, v in findings.items() if v},
                    tuple(
                        sorted(
                            requirements[id_],
                            key=lambda r: (strength.index(r.obligation), treaty_order.index(r.treaty), r.article),
                        )
                    ),
                )
            )
        return {question.id: question for question in sorted(questions, key=lambda q: (q.order, q.id))}

    def _read_rules(self) -> tuple[GravityRule, ...]:
        return tuple(
            sorted(
                (
                    GravityRule(
                        int(self.value(iri, self.pa + "order")),
                        self.notation(self.value(iri, self.pa + "obligation")),
                        self.notation(self.value(iri, self.pa + "binding")),
                        self.notation(self.value(iri, self.pa + "gravity")),
                    )
                    for iri in self.subjects("GravityRule")
                ),
                key=lambda rule: rule.order,
            )
        )

    # --- looking up ----------------------------------------------------------------------------

    def concept(self, scheme: str, notation: str) -> Concept:
        """Give one concept. Raises KeyError where the scheme has none of that notation."""
        return self.schemes[scheme][notation]

    def questions_of(self, dimension: str) -> list[Question]:
        """Give the questions of one dimension, in order."""
        return [question for question in self.questions.values() if question.dimension == dimension]

    def element_questions(self) -> Iterator[tuple[Question, str, str]]:
        """Give the questions on acts, means and purposes, with scheme and notation of the element."""
        for question in self.questions.values():
            if question.element:
                yield question, *question.element

    def list_scheme_result(self, kind: str) -> str:
        """Give the answer that an element gets which a list of this kind does not name."""
        return self.notation(self.value(self.concept("list", kind).iri, self.pa + "unnamedCountsAs"))

    def list_property(self, scheme: str) -> str:
        """Give the IRI of the property that says of an offence what kind of list it has for a scheme of elements."""
        return self.value(f"{self.base}concept/{scheme}", self.pa + "listProperty")

    def defines_trafficking(self, kind: str, victims: str) -> bool:
        """Say whether offences of this kind and group of victims decide the questions on elements."""
        return all(
            self.value(self.concept(scheme, notation).iri, self.pa + "definesTrafficking") == "true"
            for scheme, notation in (("offence-kind", kind), ("victim-group", victims))
        )


def parse_turtle(path: Path, base: str) -> list[ox.Triple]:
    """Parse a Turtle file of ours, with every IRI moved under ``base``.

    Raises:
        InvalidInput: the file is not Turtle, with the line and column at which the parser stopped.
    """
    text = path.read_text(encoding="utf-8")
    if base != DEFAULT_BASE:
        text = text.replace(DEFAULT_BASE, base)
    try:
        return [quad.triple for quad in ox.parse(text.encode(), format=ox.RdfFormat.TURTLE)]
    except SyntaxError as error:
        line, column = error.lineno or 1, error.offset or 1
        raise InvalidInput([Problem(display_path(path), line, column, f"not valid Turtle: {error.msg}")]) from error


def ontology_files(project: Project) -> list[Path]:
    """Give the Turtle files of terms, concepts, questions and treaties, in a fixed order."""
    apart = {"shapes", "status"}
    return [
        p for p in sorted(project.ontology.rglob("*.ttl")) if not apart & set(p.relative_to(project.ontology).parts)
    ]


@functools.lru_cache(maxsize=4)
def load_vocabulary(project: Project) -> Vocabulary:
    """Read the ontology of a project.

    Raises:
        InvalidInput: a file of the ontology is not valid Turtle.
    """
    triples = [triple for path in ontology_files(project) for triple in parse_turtle(path, project.base)]
    return Vocabulary(project.base, triples)
