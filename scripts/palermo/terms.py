"""The terms of the ontology as its own files state them: for its documentation, and for completion in the editor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from .dataset import Dataset
from .query import shorten
from .vocabulary import DCTERMS, SKOS

__all__ = ["Scheme", "Term", "completions", "read_schemes", "read_terms"]

_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_OWL = "http://www.w3.org/2002/07/owl#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

KINDS = {
    f"{_OWL}Class": "class",
    f"{_OWL}ObjectProperty": "property",
    f"{_OWL}DatatypeProperty": "property",
    f"{_RDF}Property": "property",
}


@dataclass(frozen=True)
class Term:
    """A class or property of the ontology."""

    iri: str
    name: str
    """Local name, which is also its anchor in the documentation."""
    kind: str
    label: str
    definition: str
    source: str
    links: tuple[tuple[str, tuple[str, ...]], ...]
    """What it is a kind of, its domain and its range, as prefixed names."""
    query: str
    """A query that uses it."""
    recipes: tuple[str, ...] = ()
    """Names of the worked queries that use it."""


@dataclass(frozen=True)
class Scheme:
    """A scheme of concepts with what it holds."""

    notation: str
    label: str
    definition: str
    concepts: tuple[tuple[str, str, str], ...] = field(default=())
    """Notation, label and definition of each."""


def _values(store: ox.Store, subject: ox.NamedNode, predicate: str) -> list[Any]:
    return [quad.object for quad in store.quads_for_pattern(subject, ox.NamedNode(predicate), None, None)]


def _text(store: ox.Store, subject: ox.NamedNode, predicate: str) -> str:
    return next((value.value for value in _values(store, subject, predicate)), "")


def _example(kind: str, prefixed: str) -> str:
    if kind == "class":
        return f"SELECT ?thing WHERE {{ ?thing a {prefixed} }}\nLIMIT 20"
    return f"SELECT ?subject ?value WHERE {{ ?subject {prefixed} ?value }}\nLIMIT 20"


def read_terms(dataset: Dataset, cookbook: Mapping[str, str]) -> list[Term]:
    """Read every class and property of the ontology's own namespace, classes first, by name.

    Args:
        dataset: Where the ontology is.
        cookbook: Text of the worked queries by name, to say which of them use a term.
    """
    store = dataset.ontology
    known = dataset.vocabulary.prefixes
    start = known["pa"]
    words = {name: set(re.findall(r"pa:\w+", text)) for name, text in cookbook.items()}
    found: dict[str, Term] = {}
    for type_, kind in KINDS.items():
        for quad in store.quads_for_pattern(None, ox.NamedNode(f"{_RDF}type"), ox.NamedNode(type_), None):
            subject = quad.subject
            if not isinstance(subject, ox.NamedNode) or not subject.value.startswith(start):
                continue
            name = subject.value[len(start) :]
            links = []
            for label, predicate in (
                ("Kind of", f"{_RDFS}subClassOf"),
                ("Kind of", f"{_RDFS}subPropertyOf"),
                ("Stands on", f"{_RDFS}domain"),
                ("Leads to", f"{_RDFS}range"),
            ):
                values = sorted(
                    shorten(v, known) for v in _values(store, subject, predicate) if isinstance(v, ox.NamedNode)
                )
                if values:
                    links.append((label, tuple(values)))
            found[name] = Term(
                subject.value,
                name,
                kind,
                _text(store, subject, f"{_RDFS}label"),
                _text(store, subject, f"{SKOS}definition"),
                _text(store, subject, f"{DCTERMS}source"),
                tuple(links),
                _example(kind, f"pa:{name}"),
                tuple(sorted(recipe for recipe, used in words.items() if f"pa:{name}" in used)),
            )
    return sorted(found.values(), key=lambda term: (term.kind, term.name.lower()))


def read_schemes(dataset: Dataset) -> list[Scheme]:
    """Read the schemes of concepts, in the order of their notation."""
    store = dataset.ontology
    base = dataset.project.base
    made = []
    for notation, concepts in sorted(dataset.vocabulary.schemes.items()):
        node = ox.NamedNode(f"{base}concept/{notation}")
        label = _text(store, node, f"{SKOS}prefLabel") or _text(store, node, f"{_RDFS}label") or notation
        listed = tuple((n, c.label, c.definition) for n, c in concepts.items())
        made.append(Scheme(notation, label, _text(store, node, f"{SKOS}definition"), listed))
    return made


def completions(dataset: Dataset, terms: list[Term]) -> list[dict[str, str]]:
    """Give what the editor completes: prefixes, terms, questions, treaties and concepts, by name and by label."""
    vocabulary = dataset.vocabulary
    made = [{"label": f"{name}:", "detail": iri, "type": "namespace"} for name, iri in vocabulary.prefixes.items()]
    made += [{"label": f"pa:{term.name}", "detail": term.label, "type": term.kind} for term in terms]
    made += [{"label": f"q:{q.id}", "detail": q.label, "type": "property"} for q in vocabulary.questions.values()]
    made += [{"label": f"t:{slug}", "detail": t.short, "type": "constant"} for slug, t in vocabulary.treaties.items()]
    made += [{"label": f"j:{r.jurisdiction}", "detail": r.name, "type": "constant"} for r in dataset.records]
    for scheme, concepts in vocabulary.schemes.items():
        for notation, concept in concepts.items():
            name = f"{scheme}:{notation}"
            made.append({"label": name, "detail": concept.label, "type": "enum"})
            made.append({"label": concept.label, "detail": name, "apply": name, "type": "enum"})
    return made
