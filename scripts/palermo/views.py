"""What a page shows, made from the dataset: no page decides anything about the law."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import pycountry

from .checks import Finding, Snapshot
from .claims import LocatedClaim, answer_claims, claims_of, penalty_claims
from .dataset import Dataset
from .mapping import Derived, answers_on, derive_answers, speaks
from .periods import answer_period, holds, offence_period
from .record import Answer, Instrument, Offence, Penalty, Record, months
from .treaties import Status
from .vocabulary import Concept, Group, Question

__all__ = ["LIFE", "AnswerView", "ClaimView", "JurisdictionView", "QuestionView", "SiteView"]

LIFE = 1200
"""Months that stand for life and for death where terms are ranked: above every term of years."""


@dataclass(frozen=True)
class ClaimView:
    """One claim as a page shows it."""

    id: str
    at: str
    instrument: Instrument
    instrument_key: str
    pinpoint: str
    words: str
    says: str | None
    evidence: str
    """Notation of the evidence result."""
    checked: str


@dataclass
class AnswerView:
    """One answer over one stretch of time."""

    question: Question
    value: Concept
    origin: str
    claims: list[ClaimView] = field(default_factory=list)
    excludes: ClaimView | None = None
    says: str | None = None
    note: str | None = None
    searched: list[Instrument] = field(default_factory=list)
    details: list[tuple[str, str]] = field(default_factory=list)
    from_: str | None = None
    until: str | None = None
    dated: bool = False
    """Whether the record says when it begins or ended, so that a page should too."""
    current: bool = True

    @property
    def sentence(self) -> str:
        """The paraphrase of the answer, or of the first claim where the answer follows from the offences."""
        return self.says or next((c.says for c in self.claims if c.says), "")


@dataclass(frozen=True)
class Cell:
    """What one offence says of one element."""

    value: Concept
    claims: tuple[ClaimView, ...]
    named: bool


@dataclass(frozen=True)
class PenaltyRow:
    """A frame of punishment with the offence it belongs to."""

    offence: Offence
    tier: Concept
    penalty: Penalty
    claim: ClaimView
    also: list[ClaimView]
    """Further provisions that make the frame."""
    text: str


def _amount(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".") if value % 1 else f"{int(value):,}"


def _punishment(penalty: Penalty) -> str:
    """Say a frame in words: “4 years to 8 years’ imprisonment, and a fine …”."""
    parts = []
    if penalty.term:
        low, high = penalty.term.min, penalty.term.max
        fixed = {"life": "life imprisonment", "death": "death"}
        bounds = [fixed.get(t, t) for t in (low, high) if t]
        if low and high and low != high:
            parts.append(f"{bounds[0]} to {bounds[1]}")
        elif low and high:
            parts.append(bounds[0])
        elif high:
            parts.append(f"up to {bounds[0]}" if high not in fixed else bounds[0])
        else:
            parts.append(f"{bounds[0]} or more")
    if penalty.fine:
        fine = penalty.fine
        unit = fine.currency or ""
        if fine.min is not None and fine.max is not None and fine.min != fine.max:
            text = f"fine of {_amount(fine.min)} to {_amount(fine.max)} {unit}"
        elif fine.max is not None:
            text = f"fine of {'' if fine.min == fine.max else 'up to '}{_amount(fine.max)} {unit}"
        elif fine.min is not None:
            text = f"fine of at least {_amount(fine.min)} {unit}"
        else:
            text = "fine (no limit stated)"
        joint = {"and": " and ", "or": " or ", "and-or": " and/or "}.get(penalty.relation or "", "; ")
        parts.append(text.strip())
        return joint.join(parts)
    return "; ".join(parts)


class JurisdictionView:
    """Everything a jurisdiction's page shows."""

    def __init__(self, record: Record, dataset: Dataset) -> None:
        self.record, self.dataset = record, dataset
        self.vocabulary = dataset.vocabulary
        self.code = record.jurisdiction
        self.name = record.name
        lock = dataset.locks[self.code]
        self.claims: dict[str, ClaimView] = {}
        for located in claims_of(record):
            key, pinpoint = record.claim_instrument(located.claim.at)
            check = lock.check(located)
            self.claims[located.id] = ClaimView(
                located.id,
                located.claim.at,
                record.instruments[key],
                key,
                pinpoint,
                located.claim.words,
                located.claim.says,
                check.result if check else "unverified",
                check.checked if check else "",
            )

    @property
    def official_name(self) -> str:
        """The state's official name in ISO 3166-1, where this is a state's own record."""
        return "" if "-" in self.code else official_name(self.code)

    @property
    def alpha_3(self) -> str:
        """The state's code of three letters."""
        return "" if "-" in self.code else alpha_3(self.code)

    @property
    def url(self) -> str:
        """Address of the page below the site's root."""
        return f"jurisdictions/{self.code}/"

    @property
    def whole(self) -> str:
        """Name of the state that this legal system is a part of; empty for a state's own."""
        return short_name(self.record.part_of, self.dataset) if self.record.part_of else ""

    @property
    def aside(self) -> str:
        """What tells this legal system from others of the same state, in a few words."""
        return ", ".join(part for part in (self.record.scope, self.whole and f"part of {self.whole}") if part)

    @cached_property
    def verified(self) -> int:
        """Number of claims whose words stand in the official text."""
        return sum(claim.evidence == "verified" for claim in self.claims.values())

    @cached_property
    def findings(self) -> list[Finding]:
        """Findings on the day of the data, the gravest first."""
        return self.dataset.findings[self.code]

    @cached_property
    def history(self) -> list[Snapshot]:
        """What the check says on every day since 2000 on which something changed, the newest first."""
        return list(reversed(self.dataset.history.get(self.code, [])))

    @cached_property
    def groups(self) -> list[Group]:
        """The regional bodies that the state belongs to."""
        return [group for group in self.vocabulary.groups.values() if self.record.state in group.members]

    @cached_property
    def findings_by_gravity(self) -> list[tuple[Concept, list[Finding]]]:
        """Findings under their gravity, gravities without any left out."""
        return [
            (concept, [f for f in self.findings if f.gravity == notation])
            for notation, concept in self.vocabulary.schemes["gravity"].items()
            if any(f.gravity == notation for f in self.findings)
        ]

    def _claim_views(self, located: Iterable[LocatedClaim]) -> list[ClaimView]:
        return [self.claims[item.id] for item in located]

    def _view(self, question: Question, answer: Answer | Derived | None) -> AnswerView:
        concepts = self.vocabulary.schemes["answer"]
        day = self.dataset.day
        if answer is None:
            return AnswerView(question, concepts["unknown"], "unrecorded")
        if isinstance(answer, Derived):
            return AnswerView(
                question,
                concepts[answer.value],
                "derived",
                [self.claims[c] for c in answer.claims],
                note=answer.note,
                searched=[self.record.instruments[k] for k in answer.searched],
                from_=answer.from_,
                until=answer.until,
                dated=answer.until is not None,
                current=holds(answer.from_, answer.until, day),
            )
        start, end = answer_period(answer, self.record)
        located = list(answer_claims(question.id, answer))
        excluded = [c for c in located if c.id.endswith("/excludes")]
        return AnswerView(
            question,
            concepts[answer.answer],
            "stated",
            self._claim_views(c for c in located if c not in excluded),
            self.claims[excluded[0].id] if excluded else None,
            answer.says,
            answer.note,
            [self.record.instruments[k] for k in answer.searched],
            self._details(answer),
            start,
            end,
            bool(answer.from_ or end),
            holds(start, end, day),
        )

    def _details(self, answer: Answer) -> list[tuple[str, str]]:
        schemes = self.vocabulary.schemes
        rows = []
        for label, scheme, values in (
            ("Form", "form", answer.form),
            ("Acts covered", "covered-act", answer.covers_acts),
            ("Test", "test", answer.test),
            ("Children", "children", [answer.children] if answer.children else []),
            ("Tied to cooperation", "tie", [answer.tied_to_cooperation] if answer.tied_to_cooperation else []),
        ):
            if values:
                rows.append((label, ", ".join(schemes[scheme][v].label for v in values)))
        if answer.days is not None:
            rows.append(("Days", str(answer.days)))
        if answer.length:
            rows.append(("Length", answer.length))
        if answer.renewable is not None:
            rows.append(("Renewable", "yes" if answer.renewable else "no"))
        return rows

    @cached_property
    def answers(self) -> dict[str, AnswerView]:
        """The answer to every question on the day of the data."""
        found = answers_on(self.record, self.vocabulary, self.dataset.day)
        return {id_: self._view(self.vocabulary.questions[id_], answer) for id_, answer in found.items()}

    @cached_property
    def other_times(self) -> dict[str, list[AnswerView]]:
        """Answers that held, or will hold, on other days."""
        found: dict[str, list[AnswerView]] = {}
        timed: list[tuple[str, Answer | Derived]] = [
            (d.question, d) for d in derive_answers(self.record, self.vocabulary)
        ]
        timed += [(q, a) for q, answers in self.record.answers.items() for a in answers]
        for id_, answer in timed:
            view = self._view(self.vocabulary.questions[id_], answer)
            if not view.current:
                found.setdefault(id_, []).append(view)
        return found

    @cached_property
    def tally(self) -> list[tuple[Concept, int]]:
        """How many questions have each answer."""
        counts = Counter(view.value.notation for view in self.answers.values())
        return [(concept, counts[notation]) for notation, concept in self.vocabulary.schemes["answer"].items()]

    @property
    def offences(self) -> list[tuple[str, Offence]]:
        """The offences in force on the day of the data, those that define trafficking first."""
        current = [
            (k, o) for k, o in self.record.offences.items() if holds(*offence_period(o, self.record), self.dataset.day)
        ]
        return sorted(current, key=lambda item: item[1].kind != "trafficking")

    @cached_property
    def defining(self) -> list[tuple[str, Offence]]:
        """The offences that make up the definition of trafficking."""
        return [(k, o) for k, o in self.offences if o.kind == "trafficking"]

    @cached_property
    def matrix(self) -> list[tuple[str, list[tuple[Concept, AnswerView, list[Cell]]]]]:
        """Acts, means and purposes, each with the overall answer and what every defining offence says."""
        by_element = {(scheme, name): question for question, scheme, name in self.vocabulary.element_questions()}
        tables = []
        for scheme, title in (("act", "Acts"), ("means", "Means"), ("purpose", "Purposes")):
            rows = []
            for name, concept in self.vocabulary.schemes[scheme].items():
                question = by_element[(scheme, name)]
                cells = []
                for key, offence in self.defining:
                    lists = {s: elements for s, _, elements in offence.elements()}
                    said = speaks(key, offence, scheme, lists.get(scheme), name, self.vocabulary)
                    named = scheme in lists and name in lists[scheme].named
                    cells.append(
                        Cell(
                            self.vocabulary.concept("answer", said.value),
                            tuple(self.claims[c] for c in said.claims),
                            named,
                        )
                    )
                rows.append((concept, self.answers[question.id], cells))
            tables.append((title, rows))
        return tables

    @cached_property
    def penalties(self) -> list[PenaltyRow]:
        """Every frame of punishment of the offences in force."""
        rows = []
        for key, offence in self.offences:
            for located, penalty in zip(penalty_claims(key, offence), offence.penalties, strict=True):
                main, *also = self._claim_views(located)
                rows.append(
                    PenaltyRow(
                        offence,
                        self.vocabulary.concept("penalty-tier", penalty.tier),
                        penalty,
                        main,
                        also,
                        _punishment(penalty),
                    )
                )
        return rows

    @cached_property
    def basic_maximum(self) -> int | None:
        """The longest term, in months, for trafficking an adult without aggravation; ``LIFE`` for life or death.

        None where no offence of trafficking in the record states a maximum.
        """
        terms = [
            row.penalty.term.max
            for row in self.penalties
            if row.offence.kind == "trafficking" and row.tier.notation == "basic" and row.penalty.term
        ]
        found = [LIFE if term in ("life", "death") else months(term) for term in terms if term]
        return max((int(term) for term in found if term is not None), default=None)

    @cached_property
    def bound_by(self) -> list[str]:
        """Short names of the instruments that bind the state on the day of the data."""
        return [slug for slug, binding, _ in self.treaty_rows if binding == "binds"]

    @cached_property
    def core(self) -> Counter[str]:
        """How many of the acts, means and purposes that the Protocol itself names have each answer."""
        return Counter(
            self.answers[q.id].value.notation
            for q in self.vocabulary.questions.values()
            if q.element and any(r.treaty == "palermo-protocol" and r.obligation == "shall" for r in q.requirements)
        )

    @cached_property
    def treaty_rows(self) -> list[tuple[str, str, Status | None]]:
        """Every instrument, its binding status on the day, and the row that it rests on."""
        return treaty_rows(self.dataset, self.record.state)

    @cached_property
    def cautions(self) -> list[tuple[Instrument, str]]:
        """The texts that must be read with care, and why."""
        return [(i, i.caution) for i in self.record.instruments.values() if i.caution]

    def structured_data(self, base: str) -> dict[str, object]:
        """Describe the instruments as schema.org/Legislation, for search engines.

        Args:
            base: Base IRI of the data.
        """
        laws = []
        for key, text in self.record.instruments.items():
            law: dict[str, object] = {
                "@type": "Legislation",
                "@id": f"{base}jurisdiction/{self.code}/instrument/{key}",
                "name": text.title,
                "inLanguage": text.language,
                "legislationJurisdiction": {"@type": "AdministrativeArea", "name": self.name},
            }
            if text.title_en:
                law["alternateName"] = text.title_en
            if text.number:
                law["legislationIdentifier"] = text.number
            if text.enacted:
                law["legislationDate"] = text.enacted
            if text.link:
                law["url"] = text.link
            laws.append(law)
        return {"@context": "https://schema.org", "@graph": laws}

    @property
    def years_old(self) -> int:
        """Whole years between the date of the text and the day of the data."""
        then, now = self.record.as_at, self.dataset.day
        return int(now[:4]) - int(then[:4]) - (now[5:] < then[5:])


def official_name(code: str) -> str:
    """Give the official name of a state in ISO 3166-1, or an empty string."""
    return str(getattr(pycountry.countries.get(alpha_2=code), "official_name", ""))


def short_name(code: str, dataset: Dataset) -> str:
    """Give the common English name of a state: that of its record, else that of ISO 3166-1."""
    recorded = next((record.name for record in dataset.records if record.jurisdiction == code), None)
    country = pycountry.countries.get(alpha_2=code)
    return recorded or str(getattr(country, "common_name", None) or getattr(country, "name", code))


def alpha_3(code: str) -> str:
    """Give the code of three letters for one of two, or an empty string."""
    return str(getattr(pycountry.countries.get(alpha_2=code), "alpha_3", ""))


def treaty_rows(dataset: Dataset, state: str) -> list[tuple[str, str, Status | None]]:
    """Give every instrument with the binding status of a state on the day of the data, and the row it rests on."""
    status = dataset.status
    return [
        (slug, status.binding(slug, state, dataset.day), status.rows.get((slug, state)))
        for slug, treaty in dataset.vocabulary.treaties.items()
        if not treaty.soft_law
    ]


class StateView:
    """A state of which only the treaty status is known so far."""

    def __init__(self, code: str, dataset: Dataset) -> None:
        self.code, self.dataset = code, dataset
        self.name = short_name(code, dataset)
        self.official_name, self.alpha_3 = official_name(code), alpha_3(code)
        self.groups = [group for group in dataset.vocabulary.groups.values() if code in group.members]
        self.treaty_rows = treaty_rows(dataset, code)

    @property
    def url(self) -> str:
        """Address of the page below the site's root."""
        return f"jurisdictions/{self.code}/"


@dataclass
class QuestionView:
    """Everything a question's page shows."""

    question: Question
    rows: list[tuple[JurisdictionView, AnswerView]]
    tally: list[tuple[Concept, int]]


@dataclass(frozen=True)
class GroupPage:
    """Everything a group's page shows."""

    slug: str
    title: str
    source: str
    as_at: str
    states: frozenset[str]
    views: list[JurisdictionView]

    @property
    def url(self) -> str:
        """Address of the page below the site's root."""
        return f"groups/{self.slug}/"


class SiteView:
    """Everything the site shows."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.vocabulary = dataset.vocabulary
        views = [JurisdictionView(record, dataset) for record in dataset.records]
        self.jurisdictions = sorted(views, key=lambda v: (v.name, v.code))

    @cached_property
    def names(self) -> dict[str, str]:
        """Name of every recorded jurisdiction by its code."""
        return {view.code: view.name for view in self.jurisdictions}

    @cached_property
    def parts(self) -> dict[str, list[JurisdictionView]]:
        """The recorded legal systems that are parts of a state, by the code of the state."""
        found: dict[str, list[JurisdictionView]] = {}
        for view in self.jurisdictions:
            if view.record.part_of:
                found.setdefault(view.record.part_of, []).append(view)
        return found

    @cached_property
    def basic_maxima(self) -> dict[str, int]:
        """The longest basic term for trafficking in every jurisdiction that states one."""
        return {v.code: v.basic_maximum for v in self.jurisdictions if v.basic_maximum is not None}

    @cached_property
    def unrecorded(self) -> list[StateView]:
        """The states that have treaty status but no record yet."""
        recorded = {view.code for view in self.jurisdictions}
        known = {state for _, state in self.dataset.status.rows}
        states = [StateView(c, self.dataset) for c in known - recorded if pycountry.countries.get(alpha_2=c)]
        return sorted(states, key=lambda state: state.name)

    @cached_property
    def dimensions(self) -> list[tuple[Concept, list[Question]]]:
        """The dimensions with their questions, in order."""
        return [(c, self.vocabulary.questions_of(n)) for n, c in self.vocabulary.schemes["dimension"].items()]

    @cached_property
    def neighbours(self) -> dict[str, list[tuple[JurisdictionView, int, int]]]:
        """For each jurisdiction the five laws most like it: how many questions are answered alike, of how many.

        Only questions that are answered in both records count, and at least half of all: fewer say little.
        """
        known = {
            view.code: {id_: a.value.notation for id_, a in view.answers.items() if a.value.notation != "unknown"}
            for view in self.jurisdictions
        }
        near: dict[str, list[tuple[JurisdictionView, int, int]]] = {}
        for view in self.jurisdictions:
            mine = known[view.code]
            found = []
            for other in self.jurisdictions:
                shared = mine.keys() & known[other.code].keys()
                if other.code != view.code and 2 * len(shared) >= len(self.vocabulary.questions):
                    found.append((other, sum(mine[q] == known[other.code][q] for q in shared), len(shared)))
            near[view.code] = sorted(found, key=lambda item: (-item[1] / item[2], item[0].name))[:5]
        return near

    def question(self, question: Question) -> QuestionView:
        """Give the view of one question."""
        rows = [(view, view.answers[question.id]) for view in self.jurisdictions]
        counts = Counter(answer.value.notation for _, answer in rows)
        tally = [(concept, counts[notation]) for notation, concept in self.vocabulary.schemes["answer"].items()]
        return QuestionView(question, rows, tally)

    @cached_property
    def group_pages(self) -> list[GroupPage]:
        """Regional bodies, and the parties of the regional conventions on trafficking, as groups to compare."""
        pages = [
            GroupPage(g.slug, f"Members of the {g.label}", g.source, g.as_at, g.members, self.members(g.slug))
            for g in self.vocabulary.groups.values()
        ]
        for slug, treaty in self.vocabulary.treaties.items():
            if treaty.soft_law or not treaty.lists_all_parties:
                continue
            states = frozenset(
                state
                for (row_treaty, state) in self.dataset.status.rows
                if row_treaty == slug and self.dataset.status.binding(slug, state, self.dataset.day) == "binds"
            )
            as_at = treaty.status_as_at or self.dataset.day
            source = "The status rows of the instrument, each with its own source"
            pages.append(
                GroupPage(f"party-{slug}", f"Bound by: {treaty.short}", source, as_at, states, self.members(slug))
            )
        return [page for page in pages if page.states]

    def members(self, name: str) -> list[JurisdictionView]:
        """Give the jurisdictions with a record that belong to a body or that a treaty binds."""
        codes = self.dataset.group(name)
        return [view for view in self.jurisdictions if view.code in codes]

    def examples(self, question: Question) -> list[tuple[JurisdictionView, AnswerView]]:
        """Give one real example of each answer to a question, unknown left out; the one with most to say of why."""
        found: dict[str, tuple[JurisdictionView, AnswerView]] = {}
        for view, answer in self.question(question).rows:
            best = found.get(answer.value.notation)
            if answer.sentence and (best is None or len(answer.note or "") > len(best[1].note or "")):
                found[answer.value.notation] = (view, answer)
        return [found[n] for n in self.vocabulary.schemes["answer"] if n in found and n != "unknown"]

    @cached_property
    def claims(self) -> int:
        """Number of claims of all records."""
        return sum(len(view.claims) for view in self.jurisdictions)

    @cached_property
    def verified(self) -> int:
        """Number of verified claims of all records."""
        return sum(view.verified for view in self.jurisdictions)

    @cached_property
    def gravities(self) -> list[tuple[Concept, int]]:
        """How many findings there are of each gravity."""
        counts = Counter(f.gravity for f in self.dataset.all_findings)
        return [(concept, counts[notation]) for notation, concept in self.vocabulary.schemes["gravity"].items()]
