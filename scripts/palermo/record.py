"""What a record may say: the schema of ``jurisdictions/*.yaml``, and reading one with every fault at its line.

The schema's shape stands here; its words (acts, means, purposes, questions, forms, …) are the ontology's.
"""

from __future__ import annotations

import copy
import datetime as dt
import itertools
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pycountry
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from . import yamlio
from .problems import InvalidInput, Problem, display_path, nearest
from .vocabulary import Vocabulary

__all__ = [
    "Answer",
    "Claim",
    "Elements",
    "Fine",
    "Instrument",
    "Offence",
    "Penalty",
    "Reading",
    "Record",
    "count_words",
    "months",
    "read_record",
]

MAX_WORDS = 8
"""Most operative words a claim may quote (record rule 3)."""
MAX_ROUNDS = 12
"""How often faulty parts are set aside to check the rest of a record."""
MAX_UNSPACED = 20
"""Most characters a claim may quote in a script that sets no spaces between words."""

_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PARTIAL_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_TERM = re.compile(r"(?P<number>\d+(?:\.\d+)?) (?P<unit>years?|months?|weeks?|days?|hours?)")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FICTIONAL = re.compile(r"X[A-Z]|Q[M-Z]|ZZ")
"""ISO 3166-1 keeps these codes for users."""


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def scheme(name: str, description: str, **more: Any) -> Any:
    """Make a field whose values are the notations of one of the ontology's schemes."""
    return Field(description=description, json_schema_extra={"x-scheme": name}, **more)


class Part(BaseModel):
    """Common settings: unknown keys are faults, and text stays text."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class Claim(Part):
    """One pinpointed statement: where, the operative words, and what it says."""

    at: str = Field(description="Instrument key and pinpoint, e.g. “msa 2(3)” or “stgb 232(1)”.")
    words: str = Field(description="At most eight words of the official text, exactly as it has them.")
    says: str | None = Field(None, description="One English sentence of your own on what the provision says.")
    since: str | None = Field(
        None, description="First day on which the provision had this wording, where a text says so."
    )


class Reading(Claim):
    """One act, means or purpose as an offence names it."""

    answer: str = scheme("answer", "met, unless the law names the element only in part.", default="met")
    also: list[Claim] = Field([], description="Further claims for the same element.")
    note: str | None = Field(None, description="Why this reading was taken.")


class Elements(BaseModel):
    """The acts, means or purposes of an offence: what kind of list it is, then one line an element named."""

    model_config = ConfigDict(extra="allow", strict=True)
    __pydantic_extra__: dict[str, Reading] = Field(init=False)

    list: str = scheme("list", "Is the list closed, open-ended, not required, or not at hand?")
    at: str | None = Field(None, description="Where the words stand that make the list open, closed or needless.")
    words: str | None = Field(None, description="The words that make the list open, closed or needless.")
    says: str | None = Field(None, description="What those words do, in English.")
    note: str | None = Field(None, description="Why the list counts as this kind.")

    @property
    def named(self) -> dict[str, Reading]:
        """The elements that the offence names."""
        return self.__pydantic_extra__ or {}


class Term(Part):
    """Deprivation of liberty: “10 years”, “6 months”, life, or death."""

    min: str | None = Field(None, description="Least term, such as “3 years”; life or death where that is the least.")
    max: str | None = Field(None, description="Greatest term, such as “10 years”; life or death.")


class Fine(Part):
    """A fine, in a currency (ISO 4217) or in a unit such as day-fines."""

    min: int | float | None = Field(None, description="Least amount.")
    max: int | float | None = Field(None, description="Greatest amount.")
    currency: str | None = Field(None, description="ISO 4217 code, or the unit: day-fines, fine units, minimum wages.")
    unlimited: bool | None = Field(None, description="True where the provision sets no limit to the fine.")


class Penalty(Claim):
    """A frame of punishment for one form of the offence."""

    tier: str = scheme("penalty-tier", "Which form of the offence the frame is for.")
    term: Term | None = Field(None, description="Deprivation of liberty.")
    fine: Fine | None = Field(None, description="Fine.")
    relation: str | None = scheme(
        "fine-relation", "Is the fine with imprisonment, instead of it, or either?", default=None
    )
    also: list[Claim] = Field([], description="Further provisions that make the frame, such as those on classes.")
    note: str | None = Field(None, description="What else a reader must know of this frame.")


class Timed(Part):
    """Something that may hold only from one day to another."""

    from_: str | None = Field(None, alias="from", description="First day on which this holds.")
    until: str | None = Field(None, description="Last day on which this held.")


class Offence(Claim, Timed):
    """An offence: its definition, its elements, its penalties."""

    title: str = Field(description="What the offence is called, in English.")
    kind: str = scheme("offence-kind", "trafficking if it is part of the definition of trafficking, else related.")
    victims: str = scheme("victim-group", "Whom it protects.", default="any")
    also: list[Claim] = Field([], description="Further provisions that define it.")
    acts: Elements | None = Field(None, description="The acts.")
    means: Elements | None = Field(None, description="The means.")
    purposes: Elements | None = Field(None, description="The purposes.")
    penalties: list[Penalty] = Field([], description="Its frames of punishment.")
    note: str | None = Field(None, description="Why it was read in this way.")

    def elements(self) -> Iterator[tuple[str, str, Elements]]:
        """Give the scheme, the record's key and the elements of each list that the offence has."""
        for scheme_name, key in (("act", "acts"), ("means", "means"), ("purpose", "purposes")):
            value: Elements | None = getattr(self, key)
            if value is not None:
                yield scheme_name, key, value


class Answer(Timed):
    """An answer to a question of the framework."""

    answer: str = scheme("answer", "One of the six answers.")
    at: str | None = Field(None, description="Instrument key and pinpoint.")
    words: str | None = Field(None, description="At most eight words of the official text, exactly as it has them.")
    says: str | None = Field(None, description="One English sentence of your own on what the law provides.")
    since: str | None = Field(
        None, description="First day on which the provision had this wording, where a text says so."
    )
    also: list[Claim] = Field([], description="Further claims on which the answer rests.")
    searched: list[str] = Field([], description="Keys of the instruments searched before saying absent.")
    note: str | None = Field(None, description="Why this reading was taken.")
    form: Annotated[list[str], BeforeValidator(_as_list)] = scheme("form", "Form of the protection.", default=[])
    covers_acts: Annotated[list[str], BeforeValidator(_as_list)] = scheme(
        "covered-act", "Acts for which a victim may go unpunished.", default=[]
    )
    excludes: Claim | None = Field(None, description="What the rule leaves out.")
    test: Annotated[list[str], BeforeValidator(_as_list)] = scheme(
        "test", "Link to trafficking that the rule asks for; several where they add up.", default=[]
    )
    children: str | None = scheme("children", "How the rule treats children.", default=None)
    days: int | None = Field(None, description="Length in days.")
    length: str | None = Field(None, description="Length in the law's own unit, such as “6 months”.")
    renewable: bool | None = Field(None, description="Whether the stay can be renewed.")
    tied_to_cooperation: str | None = scheme("tie", "Whether it hangs on cooperation.", default=None)

    DETAILS: ClassVar[dict[str, str]] = {
        "form": "form",
        "covers_acts": "coversActs",
        "excludes": "excludes",
        "test": "test",
        "children": "children",
        "days": "days",
        "length": "length",
        "renewable": "renewable",
        "tied_to_cooperation": "tiedToCooperation",
    }
    """The record's key for each detail property of the ontology."""


class Instrument(Part):
    """A legal text that was read."""

    title: str = Field(description="Title in the law's own language.")
    title_en: str | None = Field(None, description="Title in English, where its own language is another.")
    number: str | None = Field(None, description="Official number or citation.")
    language: str = Field(description="Language of the text read, as a BCP 47 tag: en, fr, pt-BR, ar, ko.")
    translation: str = scheme("translation", "original, or the kind of translation that was read.", default="original")
    enacted: str | None = Field(None, description="Day (or year, or month) of adoption or promulgation.")
    in_force: str | None = Field(None, description="First day in force.")
    amended: str | None = Field(None, description="Day of the newest amendment known to be in the text.")
    repealed: str | None = Field(None, description="First day no longer in force.")
    as_at: str | None = Field(None, description="Date of the text that was read.")
    wording_since: str | None = Field(
        None,
        description="First day on which the wording read is known to have been the law; by default the text's date.",
    )
    link: str | None = Field(None, description="Address of the official text.")
    text: str | None = Field(
        None, description="Corpus file that the evidence check looks in, e.g. GB/modern-slavery-act-2015."
    )
    complete: bool = Field(False, description="True only where the whole instrument was at hand.")
    caution: str | None = Field(None, description="What a reader must know of the age, gaps or quality of the text.")


class Record(Part):
    """What one jurisdiction's statutes provide."""

    jurisdiction: str = Field(description="ISO 3166-1 or 3166-2 code: FR, GB-SCT, US-CA.")
    name: str = Field(description="Common English name.")
    scope: str | None = Field(None, description="Which of the state's legal systems this is, where there are several.")
    part_of: str | None = Field(None, description="Code of the state that this legal system is a part of.")
    legal_family: str = scheme("legal-family", "Broad legal tradition.")
    region: str = scheme("region", "Part of the world.")
    as_at: str = Field(description="Date of the oldest decisive text: the record says nothing about later changes.")
    encoded: str = Field(description="Day on which the record was last read against its texts.")
    second_reading: str | None = Field(None, description="Day on which a second reader finished checking it.")
    lawyer_reviewed: bool = Field(description="Whether a lawyer of the jurisdiction has reviewed it.")
    fictional: bool = Field(False, description="True only of made-up legal systems in tests.")
    treaties: dict[str, str] = Field({}, description="Of a fictional system only: treaty and day in force.")
    note: str | None = Field(None, description="What a reader must know of the record as a whole.")
    instruments: dict[str, Instrument] = Field(description="The texts read, each under a short key.")
    offences: dict[str, Offence] = Field({}, description="The offences, each under a short key.")
    answers: dict[str, Annotated[list[Answer], BeforeValidator(_as_list)]] = Field(
        {}, description="One answer a question; a list of answers where the law changed."
    )

    @property
    def state(self) -> str:
        """Code of the state whose treaties count: its own, or that of the state it is a part of."""
        return self.part_of or self.jurisdiction

    def claim_instrument(self, at: str) -> tuple[str, str]:
        """Split “msa 2(3)” into instrument key and pinpoint."""
        key, _, pinpoint = at.partition(" ")
        return key, pinpoint.strip()


# --- small readings of values --------------------------------------------------------------------------------------


def count_words(text: str) -> tuple[int, int]:
    """Count the words set apart by spaces, and the characters of scripts that set none.

    >>> count_words("by recruiting V"), count_words("拐卖妇女、儿童的")
    ((3, 0), (1, 7))
    """
    return len(text.split()), len(_UNSPACED.findall(text))


def months(term: str) -> float | None:
    """Give a term in months (a year has twelve, a day is 12/365 of a month); None for life and death.

    >>> months("10 years"), months("life")
    (120.0, None)
    """
    match = _TERM.fullmatch(term)
    if not match:
        return None
    unit = match["unit"].rstrip("s")
    factor = {"year": 12.0, "month": 1.0, "week": 84 / 365, "day": 12 / 365, "hour": 0.5 / 365}[unit]
    return round(float(match["number"]) * factor, 2)


def duration(term: str) -> str | None:
    """Give a term as an XML Schema duration in the law's own unit; None for life and death.

    >>> duration("10 years"), duration("30 days"), duration("1.5 years")
    ('P10Y', 'P30D', 'P1Y6M')
    """
    match = _TERM.fullmatch(term)
    if not match:
        return None
    unit, number = match["unit"].rstrip("s"), float(match["number"])
    if unit == "year" and number % 1:
        return f"P{int(number)}Y{round(number % 1 * 12)}M"
    if unit == "hour":
        return f"PT{number:g}H"
    return f"P{number * 7:g}D" if unit == "week" else f"P{number:g}{unit[0].upper()}"


def is_code(code: str, fictional: bool = False) -> bool:
    """Say whether a code is in ISO 3166-1 or 3166-2, or, for a fictional system, one kept for users."""
    if fictional:
        return bool(_FICTIONAL.fullmatch(code))
    if code != code.upper():
        return False
    if "-" in code:
        return pycountry.subdivisions.get(code=code) is not None  # type: ignore[no-untyped-call]
    return len(code) == 2 and pycountry.countries.get(alpha_2=code) is not None


def _date_fault(value: str, partial: bool) -> tuple[str, str] | None:
    if not (_PARTIAL_DATE if partial else _DATE).fullmatch(value):
        shape = "2015-03-26, 2015-03 or 2015" if partial else "2015-03-26"
        return f"“{value}” is not a date", f"Write it as year, month, day: {shape}."
    year, month, day = [*value.split("-"), "01", "01"][:3]
    try:
        dt.date(int(year), int(month), int(day))
    except ValueError as error:
        return f"{value} is not in the calendar: {error}", "Check day and month against the text."
    return None


# --- checking ------------------------------------------------------------------------------------------------------

Loc = tuple[str | int, ...]
Fault = tuple[Loc, str, str]
"""Where in the record, what is wrong, what to write instead."""


class _Checker:
    """What the schema alone cannot say: words of the ontology, references, dates, quotations."""

    def __init__(self, record: Record, vocabulary: Vocabulary, stem: str) -> None:
        self.record, self.vocabulary, self.stem = record, vocabulary, stem

    def faults(self) -> Iterator[Fault]:
        """Give every fault in the record."""
        yield from self._head()
        for key, instrument in self.record.instruments.items():
            yield from self._instrument(("instruments", key), key, instrument)
        for key, offence in self.record.offences.items():
            yield from self._offence(("offences", key), key, offence)
        for id_, answers in self.record.answers.items():
            if id_ not in self.vocabulary.questions:
                yield self._unknown(("answers", id_), "question", id_, self.vocabulary.questions)
                continue
            for index, answer in enumerate(answers):
                yield from self._answer(("answers", id_, index), id_, answer)
            yield from self._periods(id_, answers)

    def _head(self) -> Iterator[Fault]:
        record = self.record
        if not is_code(record.jurisdiction, record.fictional):
            upper = record.jurisdiction.upper()
            hint = f"Did you mean {upper}?" if is_code(upper) else "Use the ISO 3166-1 or 3166-2 code, in capitals."
            if record.jurisdiction == "UK":
                hint = "The code of the United Kingdom is GB."
            yield ("jurisdiction",), f"{record.jurisdiction} is not a country or subdivision code", hint
        elif self.stem != record.jurisdiction:
            yield (
                ("jurisdiction",),
                f"the file is called {self.stem}.yaml but its jurisdiction is {record.jurisdiction}",
                f"Call the file {record.jurisdiction}.yaml.",
            )
        if record.part_of is not None and not is_code(record.part_of, record.fictional):
            yield ("part_of",), f"{record.part_of} is not a country code", "Use the ISO 3166-1 code of the state."
        yield from self._concept(("legal_family",), "legal-family", record.legal_family)
        yield from self._concept(("region",), "region", record.region)
        for key in ("as_at", "encoded", "second_reading"):
            yield from self._date((key,), getattr(record, key))
        if record.treaties and not record.fictional:
            yield ("treaties",), "treaty status is kept in the ontology, not in a record", "Leave this key out."
        for slug, day in record.treaties.items():
            if slug not in self.vocabulary.treaties:
                yield self._unknown(("treaties", slug), "treaty", slug, self.vocabulary.treaties)
            yield from self._date(("treaties", slug), day)

    def _instrument(self, loc: Loc, key: str, instrument: Instrument) -> Iterator[Fault]:
        if not _SLUG.fullmatch(key):
            yield loc, f"“{key}” cannot be a key", "Use small letters, digits and hyphens: msa, penal-code."
        for name in ("enacted", "in_force", "amended", "repealed", "wording_since"):
            yield from self._date((*loc, name), getattr(instrument, name), partial=True)
        yield from self._date((*loc, "as_at"), instrument.as_at, partial=True)
        yield from self._concept((*loc, "translation"), "translation", instrument.translation)
        if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", instrument.language):
            yield (
                (*loc, "language"),
                f"“{instrument.language}” is not a language tag",
                "Use BCP 47: en, fr, pt-BR, zh-Hans.",
            )
        if instrument.link is not None and not re.match(r"https?://[^\s<>\"]+$", instrument.link):
            yield (*loc, "link"), "this is not a web address", "Begin with https:// or leave the key out."
        if not instrument.language.startswith("en") and not instrument.title_en:
            yield loc, "an instrument in another language needs title_en", "Add its title in English."

    def _offence(self, loc: Loc, key: str, offence: Offence) -> Iterator[Fault]:
        if not _SLUG.fullmatch(key):
            yield loc, f"“{key}” cannot be a key", "Use small letters, digits and hyphens: human-trafficking."
        yield from self._concept((*loc, "kind"), "offence-kind", offence.kind)
        yield from self._concept((*loc, "victims"), "victim-group", offence.victims)
        yield from self._claim(loc, offence)
        yield from self._claims(loc, offence.also)
        yield from self._period(loc, offence)
        if offence.kind == "trafficking":
            for name in ("acts", "means", "purposes"):
                if getattr(offence, name) is None:
                    yield (
                        loc,
                        f"a trafficking offence needs “{name}”",
                        f"Add {name}, with list: closed, open or not-required.",
                    )
        for scheme_name, list_key, elements in offence.elements():
            yield from self._elements((*loc, list_key), scheme_name, elements)
        for index, penalty in enumerate(offence.penalties):
            yield from self._penalty((*loc, "penalties", index), penalty)

    def _elements(self, loc: Loc, scheme_name: str, elements: Elements) -> Iterator[Fault]:
        yield from self._concept((*loc, "list"), "list", elements.list)
        if elements.list == "open" and not (elements.at and elements.words):
            yield loc, "an open list needs “at” and “words”", "Quote the words that leave the list open."
        if elements.at or elements.words or elements.says:
            yield from self._optional_claim(loc, elements.at, elements.words, elements.says, gloss=True)
        for name, reading in elements.named.items():
            if name not in self.vocabulary.schemes[scheme_name]:
                yield self._unknown((*loc, name), scheme_name, name, self.vocabulary.schemes[scheme_name])
                continue
            yield from self._claim((*loc, name), reading, gloss=True)
            yield from self._claims((*loc, name), reading.also)
            if reading.answer not in ("met", "partial"):
                yield (
                    (*loc, name, "answer"),
                    f"an element that is named is met or partial, not {reading.answer}",
                    "Leave out what the offence does not name; the kind of list says what follows.",
                )

    def _penalty(self, loc: Loc, penalty: Penalty) -> Iterator[Fault]:
        yield from self._concept((*loc, "tier"), "penalty-tier", penalty.tier)
        yield from self._claim(loc, penalty)
        yield from self._claims(loc, penalty.also)
        if penalty.term is None and penalty.fine is None:
            yield loc, "a penalty needs a term or a fine", "Add term: {min: 2 years, max: 10 years}."
        if penalty.relation is not None:
            yield from self._concept((*loc, "relation"), "fine-relation", penalty.relation)
        elif penalty.term and penalty.fine:
            yield (
                loc,
                "with a term and a fine, “relation” must say how they combine",
                "Write relation: and, or, and-or.",
            )
        if penalty.term:
            if penalty.term.min is None and penalty.term.max is None:
                yield (*loc, "term"), "a term needs min or max", "Write max: 10 years."
            for bound in ("min", "max"):
                value = getattr(penalty.term, bound)
                if (
                    value is not None
                    and value not in self.vocabulary.schemes["punishment"]
                    and not _TERM.fullmatch(value)
                ):
                    yield (
                        (*loc, "term", bound),
                        f"“{value}” is not a term",
                        "Write 10 years, 6 months, 90 days, life or death.",
                    )
            low, high = (months(v) if v else None for v in (penalty.term.min, penalty.term.max))
            if low is not None and high is not None and low > high:
                yield (*loc, "term"), "the minimum is longer than the maximum", "Check both against the text."
        if penalty.fine and penalty.fine.min is None and penalty.fine.max is None and not penalty.fine.unlimited:
            yield (*loc, "fine"), "a fine needs an amount", "Where the provision states none, write unlimited: true."
        if penalty.fine and not penalty.fine.currency and not (penalty.fine.min is None and penalty.fine.max is None):
            yield (*loc, "fine"), "an amount needs a currency", "Add currency: EUR, or the unit, such as day-fines."

    def _answer(self, loc: Loc, id_: str, answer: Answer) -> Iterator[Fault]:
        yield from self._concept((*loc, "answer"), "answer", answer.answer)
        yield from self._period(loc, answer)
        yield from self._date((*loc, "since"), answer.since)
        for index, key in enumerate(answer.searched):
            if key not in self.record.instruments:
                yield self._unknown((*loc, "searched", index), "instrument", key, self.record.instruments)
        has_claim = bool(answer.at and answer.words)
        if answer.at or answer.words:
            yield from self._optional_claim(loc, answer.at, answer.words, answer.says)
        if answer.answer in ("met", "partial", "contrary") and not has_claim:
            yield (
                loc,
                f"the answer {answer.answer} needs “at” and “words”",
                "Pinpoint the provision and quote its words.",
            )
        if answer.answer == "not-expressly-covered" and not has_claim and not answer.searched:
            yield (
                loc,
                "the answer needs “at” and “words”, or “searched”",
                "Say which open-ended provision may reach it.",
            )
        if answer.answer == "absent" and not answer.searched:
            yield loc, "the answer absent must say which texts were searched", "Add searched: [instrument keys]."
        if answer.answer != "unknown" and not answer.says:
            yield loc, "the answer needs “says”", "Add one English sentence of your own."
        yield from self._claims(loc, answer.also)
        if answer.excludes:
            yield from self._claim((*loc, "excludes"), answer.excludes)
        yield from self._details(loc, id_, answer)

    def _details(self, loc: Loc, id_: str, answer: Answer) -> Iterator[Fault]:
        takes = self.vocabulary.questions[id_].details
        for key, detail in Answer.DETAILS.items():
            value = getattr(answer, key)
            if value in (None, []):
                continue
            if detail not in takes:
                allowed = ", ".join(k for k, d in Answer.DETAILS.items() if d in takes) or "none"
                yield (*loc, key), f"“{key}” does not belong to {id_}", f"Details it takes: {allowed}."
            for name in value if isinstance(value, list) else []:
                yield from self._concept((*loc, key), {"covers_acts": "covered-act"}.get(key, key), name)
        for key, name in (("children", "children"), ("tied_to_cooperation", "tie")):
            if getattr(answer, key) is not None:
                yield from self._concept((*loc, key), name, getattr(answer, key))
        if answer.length is not None and not _TERM.fullmatch(answer.length):
            yield (*loc, "length"), f"“{answer.length}” is not a length of time", "Write 6 months, 1 year or 30 days."

    def _periods(self, id_: str, answers: list[Answer]) -> Iterator[Fault]:
        spans = sorted((a.from_ or "0000", a.until or "9999", i) for i, a in enumerate(answers))
        for (_, end, _), (start, _, index) in itertools.pairwise(spans):
            if start <= end:
                yield (
                    ("answers", id_, index),
                    f"two answers to {id_} hold on the same day",
                    "End the earlier one with “until” on the day before the later one’s “from”.",
                )

    def _period(self, loc: Loc, timed: Timed) -> Iterator[Fault]:
        yield from self._date((*loc, "from"), timed.from_)
        yield from self._date((*loc, "until"), timed.until)
        if timed.from_ and timed.until and timed.until < timed.from_:
            yield (*loc, "until"), "this ends before it begins", "Check “from” and “until”."

    def _claims(self, loc: Loc, claims: list[Claim]) -> Iterator[Fault]:
        for index, claim in enumerate(claims):
            yield from self._claim((*loc, "also", index), claim, gloss=True)

    def _optional_claim(
        self, loc: Loc, at: str | None, words: str | None, says: str | None, gloss: bool = False
    ) -> Iterator[Fault]:
        if at and not words:
            yield (*loc, "at"), "a pinpoint without words", "Quote at most eight operative words of the provision."
        elif words and not at:
            yield (*loc, "words"), "words without a pinpoint", "Say where they stand: at: msa 2(3)."
        elif at and words:
            yield from self._claim(loc, Claim(at=at, words=words, says=says), gloss)

    def _claim(self, loc: Loc, claim: Claim, gloss: bool = False) -> Iterator[Fault]:
        key, pinpoint = self.record.claim_instrument(claim.at)
        instrument = self.record.instruments.get(key)
        if instrument is None:
            yield self._unknown((*loc, "at"), "instrument", key, self.record.instruments)
        elif not pinpoint:
            yield (*loc, "at"), f"“{claim.at}” names an instrument but no provision", "Add the pinpoint: msa 2(3)."
        yield from self._date((*loc, "since"), claim.since)
        spaced, unspaced = count_words(claim.words)
        if not claim.words.strip():
            yield (*loc, "words"), "no words are quoted", "Quote at most eight operative words."
        elif unspaced > MAX_UNSPACED:
            yield (
                (*loc, "words"),
                f"{unspaced} characters are quoted; at most {MAX_UNSPACED} may be",
                "Shorten the quotation.",
            )
        elif spaced > MAX_WORDS:
            yield (
                (*loc, "words"),
                f"{spaced} words are quoted; at most {MAX_WORDS} may be",
                "Keep the operative words only.",
            )
        if "…" in claim.words or "..." in claim.words:
            yield (*loc, "words"), "words are left out of the quotation", "Quote one unbroken run of words."
        foreign = instrument is not None and not instrument.language.startswith("en")
        if not claim.says and (foreign or not gloss):
            yield loc, "the claim needs “says”", "Add one English sentence (or gloss) of your own."

    def _concept(self, loc: Loc, name: str, value: str) -> Iterator[Fault]:
        if value not in self.vocabulary.schemes[name]:
            yield self._unknown(loc, name.replace("-", " "), value, self.vocabulary.schemes[name])

    def _date(self, loc: Loc, value: str | None, partial: bool = False) -> Iterator[Fault]:
        fault = _date_fault(value, partial) if value is not None else None
        if fault:
            yield loc, *fault

    @staticmethod
    def _unknown(loc: Loc, what: str, value: str, known: Any) -> Fault:
        guess = nearest(value, known)
        names = list(known)
        options = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
        return loc, f"“{value}” is not a known {what}", f"Did you mean {guess}?" if guess else f"Known: {options}."


# --- reading -------------------------------------------------------------------------------------------------------

_MESSAGES = {
    "missing": "the key “{key}” is missing",
    "string_type": "“{key}” must be text",
    "int_type": "“{key}” must be a whole number",
    "bool_type": "“{key}” must be true or false",
    "dict_type": "“{key}” must have keys of its own",
    "model_type": "“{key}” must have keys of its own",
    "model_attributes_type": "“{key}” must have keys of its own",
    "list_type": "“{key}” must be a list",
}
_INSTEAD = {
    "string_type": "Put quotes around it if it is text that looks like a number or is empty.",
    "bool_type": "Write true or false, without quotes.",
    "int_type": "Write digits only.",
    "list_type": "Write [a, b], or one line each with a hyphen.",
}


def _known_keys(model: type[BaseModel], loc: Loc, vocabulary: Vocabulary) -> list[str]:
    """List the keys that may stand where an unknown one was found."""
    fields = [field.alias or name for name, field in model.model_fields.items()]
    if model is Elements and loc:
        fields += list(vocabulary.schemes.get({"acts": "act", "purposes": "purpose"}.get(str(loc[-1]), "means"), {}))
    return fields


def _model_at(loc: Loc) -> type[BaseModel]:
    """Find which part of the schema governs a place in the record."""
    if not loc:
        return Record
    table: dict[str, type[BaseModel]] = {"instruments": Instrument, "offences": Offence, "answers": Answer}
    model = table.get(str(loc[0]), Record)
    below: dict[str, type[BaseModel]] = {
        "acts": Elements, "means": Elements, "purposes": Elements, "penalties": Penalty, "also": Claim,
        "excludes": Claim, "term": Term, "fine": Fine,
    }  # fmt: skip
    for step in loc[2:]:
        if isinstance(step, int):
            continue
        model = below.get(step, Reading if model is Elements else model)
    return model


def place(places: dict[Loc, tuple[yamlio.Position, yamlio.Position]], loc: Loc, on_key: bool) -> yamlio.Position:
    """Find a place in the file; an answer written without a list has no index of its own."""
    for candidate in (loc, tuple(step for i, step in enumerate(loc) if not (loc[0] == "answers" and i == 2))):
        if candidate in places:
            return places[candidate][0 if on_key else 1]
    return place(places, loc[:-1], True) if loc else (1, 1)


def read_record(path: Path, vocabulary: Vocabulary) -> Record:
    """Read and check one record.

    Raises:
        InvalidInput: with every fault found, each at its line and column, and what to write instead.
    """
    data = yamlio.load(path)
    file = display_path(path)
    if not isinstance(data, dict):
        raise InvalidInput(
            [Problem(file, 1, 1, "a record is a set of keys", "Begin with “jurisdiction: ” and a code.")]
        )
    faults: list[tuple[Loc, str, str, bool]] = []
    record = None
    sound: Any = data
    for _ in range(MAX_ROUNDS):
        try:
            record = Record.model_validate(sound)
        except ValidationError as error:
            items = error.errors(include_url=False, include_context=False)
            faults += [_schema_fault(tuple(item["loc"]), item["type"], item["msg"], vocabulary) for item in items]
            # what is sound is checked too, so that one run shows every fault
            sound = copy.deepcopy(sound) if sound is data else sound
            for item in items:
                _prune(sound, tuple(item["loc"]), item["type"] == "missing")
        else:
            known = {fault[0] for fault in faults}  # what was set aside or filled in has had its say
            faults += [(*f, False) for f in _Checker(record, vocabulary, path.stem).faults() if f[0] not in known]
            break
    if faults or record is None:
        places = yamlio.locate(path)
        raise InvalidInput(
            Problem(file, *place(places, loc, on_key), message, hint) for loc, message, hint, on_key in faults
        )
    return record


def _schema_fault(loc: Loc, kind: str, text: str, vocabulary: Vocabulary) -> tuple[Loc, str, str, bool]:
    """Say a schema fault in words for a person; the last value tells whether it is about the key."""
    key = str(loc[-1]) if loc else "record"
    if kind == "extra_forbidden":
        known = _known_keys(_model_at(loc[:-1]), loc[:-1], vocabulary)
        guess = nearest(key, known)
        hint = f"Did you mean {guess}?" if guess else f"Known here: {', '.join(known)}."
        return loc, f"“{key}” is not a known key", hint, True
    if kind == "missing":
        return loc[:-1], _MESSAGES[kind].format(key=key), f"Add “{key}: …”.", True
    name = next((str(step) for step in reversed(loc) if not isinstance(step, int)), "record")
    return loc, _MESSAGES.get(kind, text).format(key=name), _INSTEAD.get(kind, ""), False


_STAND_INS: dict[str, Any] = {"instruments": {}, "lawyer_reviewed": False}
"""What takes the place of a missing key at the top while the rest of a record is checked."""


def _prune(data: Any, loc: Loc, missing: bool) -> None:
    """Take a faulty value out of the data; where a key is missing, take out what lacks it."""
    if len(loc) == 1 and (missing or loc[0] in Record.model_fields):
        data[loc[0]] = _STAND_INS.get(str(loc[0]), "")
        if Record.model_fields[str(loc[0])].default is None:
            del data[loc[0]]
        return
    steps = list(loc[:-1] if missing else loc)
    parents: list[Any] = [data]
    walked: list[str | int] = []
    for step in steps[:-1]:
        try:
            parents.append(parents[-1][step])
            walked.append(step)
        except (KeyError, IndexError, TypeError):
            continue  # an answer written without a list has no index of its own
    parent: Any = parents[-1]
    last: Any = steps[-1]
    if (isinstance(parent, dict) and last in parent) or (
        isinstance(parent, list) and isinstance(last, int) and last < len(parent)
    ):
        parent.pop(last)
    elif isinstance(last, int) and walked:  # the index of an answer written without a list
        parents[-2].pop(walked[-1], None)


def new_record(code: str) -> str:
    """Give the text of an empty record: a form to fill in."""
    today = dt.date.today().isoformat()
    country = pycountry.countries.get(alpha_2=code[:2])
    name = getattr(country, "common_name", None) or getattr(country, "name", code)
    part = f"part_of: {code[:2]}\n" if "-" in code else ""
    return f"""\
# yaml-language-server: $schema=record.schema.json
# How to fill this in: CODEBOOK.md. What each question asks: palermo questions definition
jurisdiction: {code}
name: "{name}"
{part}legal_family: civil-law
region: europe
as_at: {today}        # date of the text that decides
encoded: {today}
lawyer_reviewed: false
instruments:
  act:
    title: "…"
    language: en
    as_at: {today}
    link: https://example.org/
    # text: {code}/name-of-the-corpus-file
    complete: false
offences: {{}}
answers: {{}}
"""


def normalise(text: str) -> str:
    """Fold text for comparison: NFKC, case, white space, soft hyphens and zero-width marks.

    >>> normalise("By  Recruiting\\u00ad V")
    'by recruiting v'
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]", "", text)
    return " ".join(text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"').split())
