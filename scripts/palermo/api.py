"""The dataset as Python objects and data frames.

>>> import palermo
>>> atlas = palermo.load()                                  # doctest: +SKIP
>>> atlas.answer("GB", "non-punishment").value              # doctest: +SKIP
'partial'
>>> atlas.sparql("SELECT ?n { ?j a pa:Jurisdiction ; rdfs:label ?n }")[0]   # doctest: +SKIP
{'n': 'United Arab Emirates'}
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pyoxigraph as ox

from .checks import Finding, check_records
from .dataset import Dataset, build_dataset
from .mapping import Derived, answers_on
from .record import Answer, Claim
from .settings import find_project
from .tables import TABLES, Row, Table

if TYPE_CHECKING:
    import pandas
    import polars

__all__ = ["Atlas", "Difference", "Jurisdiction", "Reply", "load"]


@dataclass(frozen=True)
class Reply:
    """The answer to one question in one jurisdiction on one day."""

    jurisdiction: str
    question: str
    value: str
    """met, partial, not-expressly-covered, absent, contrary or unknown."""
    says: str | None
    claims: tuple[Claim, ...]
    note: str | None
    origin: str
    """stated, derived or unrecorded."""


@dataclass(frozen=True)
class Jurisdiction:
    """A legal system with a record."""

    code: str
    name: str
    scope: str | None
    legal_family: str
    region: str
    as_at: str
    part_of: str | None = None
    """Code of the state that this legal system is a part of; None for a state's own."""


@dataclass(frozen=True)
class Difference:
    """A question on which jurisdictions differ, with the answer of each."""

    question: str
    wording: str
    answers: dict[str, str]


class Atlas:
    """The whole dataset of one checkout."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset

    @property
    def day(self) -> str:
        """The day for which findings are given unless another is asked for, ISO 8601."""
        return self.dataset.day

    @property
    def jurisdictions(self) -> list[Jurisdiction]:
        """Every legal system with a record, in the order of its code."""
        return [
            Jurisdiction(r.jurisdiction, r.name, r.scope, r.legal_family, r.region, r.as_at, r.part_of)
            for r in self.dataset.records
        ]

    @property
    def questions(self) -> dict[str, str]:
        """The wording of every question, by its id."""
        return {question.id: question.wording for question in self.dataset.vocabulary.questions.values()}

    def answer(self, jurisdiction: str, question: str, day: str | None = None) -> Reply:
        """Give one answer. Raises KeyError for a jurisdiction or question there is not."""
        return self._answers(jurisdiction, day or self.day)[question]

    def answers(self, jurisdiction: str, day: str | None = None) -> list[Reply]:
        """Give every answer of one jurisdiction on a day. Raises KeyError where there is no record of it."""
        return list(self._answers(jurisdiction, day or self.day).values())

    @functools.lru_cache(maxsize=512)  # noqa: B019 - an Atlas lives as long as the program
    def _answers(self, jurisdiction: str, day: str) -> dict[str, Reply]:
        record = self.dataset.record(jurisdiction)
        by_id = {c.id: c.claim for c in self._claims(jurisdiction)}
        replies = {}
        for question, answer in answers_on(record, self.dataset.vocabulary, day).items():
            if answer is None:
                reply = Reply(jurisdiction, question, "unknown", None, (), None, "unrecorded")
            elif isinstance(answer, Derived):
                claims = tuple(by_id[c] for c in answer.claims)
                reply = Reply(jurisdiction, question, answer.value, None, claims, answer.note, "derived")
            else:
                reply = Reply(
                    jurisdiction, question, answer.answer, answer.says, _claims_of(answer), answer.note, "stated"
                )
            replies[question] = reply
        return replies

    def _claims(self, jurisdiction: str) -> list[Any]:
        from .claims import claims_of

        return list(claims_of(self.dataset.record(jurisdiction)))

    def findings(self, jurisdiction: str | None = None, day: str | None = None) -> list[Finding]:
        """Give the findings, the gravest first; of one jurisdiction, or on another day, where asked."""
        found = self.dataset.findings
        if day and day != self.day:
            pairs = [(r, self.dataset.locks[r.jurisdiction]) for r in self.dataset.records]
            found = {c: o.findings for c, o in check_records(pairs, self.dataset.project, day).items()}
        if jurisdiction is not None:
            return found[jurisdiction]
        return [finding for code in sorted(found) for finding in found[code]]

    def compare(self, jurisdictions: Iterable[str], day: str | None = None) -> list[Difference]:
        """Give the questions on which jurisdictions differ. Raises KeyError where there is no record of one."""
        codes = list(jurisdictions)
        answers = {code: self._answers(code, day or self.day) for code in codes}
        return [
            Difference(question, wording, {code: answers[code][question].value for code in codes})
            for question, wording in self.questions.items()
            if len({answers[code][question].value for code in codes}) > 1
        ]

    def sparql(self, query: str) -> list[dict[str, Any]] | bool | list[tuple[str, str, str]]:
        """Run SPARQL: rows as dictionaries for SELECT, a truth value for ASK, triples for CONSTRUCT.

        Raises:
            SyntaxError: the query is not SPARQL.
        """
        known = self.dataset.vocabulary.prefixes
        results = self.dataset.store.query(query, prefixes=known, use_default_graph_as_union=True)
        if isinstance(results, ox.QueryBoolean):
            return bool(results)
        if isinstance(results, ox.QueryTriples):
            return [(str(t.subject), str(t.predicate), str(t.object)) for t in results]
        names = [variable.value for variable in results.variables]
        return [
            {name: (cell.value if cell is not None else None) for name, cell in zip(names, row, strict=True)}
            for row in results
        ]

    def table(self, name: str) -> Table:
        """Give one of the flat tables. Raises KeyError for a table there is not."""
        return TABLES[name](self.dataset)

    def rows(self, name: str) -> list[Row]:
        """Give the rows of one of the flat tables."""
        return self.table(name).rows

    def frame(self, name: str, library: Literal["pandas", "polars"] = "pandas") -> pandas.DataFrame | polars.DataFrame:
        """Give one of the flat tables as a data frame (needs the extra “data”)."""
        table = self.table(name)
        columns: dict[str, list[Any]] = {c.name: [row.get(c.name) for row in table.rows] for c in table.columns}
        if library == "polars":
            import polars

            return polars.DataFrame(columns, strict=False)
        import pandas

        return pandas.DataFrame(columns)


def _claims_of(answer: Answer) -> tuple[Claim, ...]:
    main = [Claim(at=answer.at, words=answer.words, says=answer.says)] if answer.at and answer.words else []
    return (*main, *answer.also)


def load(path: str | Path | None = None, day: str | None = None) -> Atlas:
    """Load the dataset of a checkout.

    Args:
        path: A folder of the checkout; by default the working folder.
        day: The day for which findings are made, ISO 8601; by default that of the newest record.

    Raises:
        FileNotFoundError: the folder is in no checkout.
        palermo.problems.InvalidInput: a record has faults.
    """
    return Atlas(build_dataset(find_project(Path(path) if path else None), day))
