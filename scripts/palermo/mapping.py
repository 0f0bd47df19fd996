"""From a record to RDF: one named graph a jurisdiction, the same bytes for the same record.

Quads are written straight as sorted N-Quads; that is three times faster than any library's serialiser (see the design
notes) and does not depend on a hash seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from .claims import LocatedClaim, also_claims, answer_claims, answer_id, claims_of, penalty_claims, slug
from .evidence import EvidenceLock
from .periods import Period, answer_period, day_after, day_before, gaps, holds, offence_period
from .record import Answer, Elements, Offence, Record, duration, months
from .vocabulary import RDF_TYPE, Vocabulary

__all__ = ["Derived", "GraphWriter", "answers_on", "derive_answers", "graph_iri", "jurisdiction_iri", "map_record"]

XSD = "http://www.w3.org/2001/XMLSchema#"
DCTERMS = "http://purl.org/dc/terms/"
ELI = "http://data.europa.eu/eli/ontology#"
PROV = "http://www.w3.org/ns/prov#"
RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"})


def iri(text: str) -> str:
    """Write an IRI as N-Quads do."""
    return f"<{text}>"


def literal(text: str, datatype: str | None = None, language: str | None = None) -> str:
    """Write a literal as canonical N-Quads do."""
    body = text.translate(_ESCAPES)
    if language:
        return f'"{body}"@{language.lower()}'
    return f'"{body}"^^<{XSD}{datatype}>' if datatype else f'"{body}"'


def date_literal(text: str) -> str:
    """Write a full or partial date with the XML Schema type that its precision calls for."""
    return literal(text, {4: "gYear", 7: "gYearMonth"}.get(len(text), "date"))


class GraphWriter:
    """Collects the statements of one named graph."""

    def __init__(self, graph: str) -> None:
        self.graph = graph
        self._lines: set[str] = set()

    def add(self, subject: str, predicate: str, value: str) -> None:
        """Add one statement; ``value`` is already written as N-Quads write terms."""
        self._lines.add(f"<{subject}> <{predicate}> {value} <{self.graph}> .\n")

    def lines(self) -> list[str]:
        """Give the statements, sorted."""
        return sorted(self._lines)

    def nquads(self) -> str:
        """Give the graph as sorted N-Quads."""
        return "".join(self.lines())


def jurisdiction_iri(base: str, code: str) -> str:
    """Give the IRI of a jurisdiction."""
    return f"{base}jurisdiction/{code}"


def graph_iri(base: str, code: str) -> str:
    """Give the IRI of the named graph that a jurisdiction's record becomes."""
    return f"{base}graph/{code}"


# --- answers that follow from the offences' elements ---------------------------------------------------------------


@dataclass(frozen=True)
class Derived:
    """An answer that follows from what the trafficking offences say of one element."""

    question: str
    value: str
    claims: tuple[str, ...]
    """Identities of the claims that it rests on."""
    searched: tuple[str, ...]
    offences: tuple[str, ...]
    from_: str | None = None
    until: str | None = None
    note: str | None = None


@dataclass
class Said:
    """What one offence says of one element."""

    value: str
    claims: list[str] = field(default_factory=list)
    note: str | None = None


def speaks(
    key: str, offence: Offence, scheme: str, elements: Elements | None, name: str, vocabulary: Vocabulary
) -> Said:
    """Say what one offence says of one element."""
    if elements is None:
        return Said("unknown")
    own = f"offence/{key}"
    reading = elements.named.get(name)
    if reading is not None:
        prefix = f"{own}/{scheme}/{name}"
        return Said(reading.answer, [prefix, *(c.id for c in also_claims(prefix, reading.also))], reading.note)
    list_claim = [f"{own}/{scheme}"] if elements.at and elements.words else []
    return Said(vocabulary.list_scheme_result(elements.list), list_claim or [own], elements.note)


def _segments(periods: Iterable[Period]) -> list[Period]:
    """Cut time at every day on which an offence begins or ends."""
    listed = list(periods)
    cuts = sorted({start for start, _ in listed if start} | {day_after(end) for _, end in listed if end})
    if not cuts:
        return [(None, None)]
    return [(None, day_before(cuts[0])), *zip(cuts, [*(day_before(c) for c in cuts[1:]), None], strict=True)]


def derive_answers(record: Record, vocabulary: Vocabulary) -> Iterator[Derived]:
    """Derive the answers on acts, means and purposes from the trafficking offences, unless stated by hand.

    For each stretch of time the best answer of any offence that counts stands: the Protocol asks that conduct be
    punishable, not that one article do it. Which answer is better is the rank in the ontology's scheme.
    """
    counting = {
        key: offence
        for key, offence in record.offences.items()
        if vocabulary.defines_trafficking(offence.kind, offence.victims)
    }
    if not counting:
        return
    ranks = {notation: concept.rank for notation, concept in vocabulary.schemes["answer"].items()}
    periods = {key: offence_period(offence, record) for key, offence in counting.items()}
    found: dict[str, list[Derived]] = {}
    for start, end in _segments(periods.values()):
        # a segment lies wholly inside or wholly outside every period
        active = {k: o for k, o in counting.items() if start is not None and holds(*periods[k], start)}
        if start is None:
            active = {k: o for k, o in counting.items() if periods[k][0] is None}
        if not active:
            continue
        # an offence whose wording is known only from a later day may have been there before: its absence says nothing
        unread = [
            k
            for k, o in counting.items()
            if k not in active and not o.from_ and start is not None and start < (periods[k][0] or "")
        ]
        instruments = tuple(dict.fromkeys(record.claim_instrument(o.at)[0] for o in active.values()))
        lists = {k: {scheme: elements for scheme, _, elements in o.elements()} for k, o in active.items()}
        for question, scheme, name in vocabulary.element_questions():
            if question.id in record.answers:
                continue
            said = {k: speaks(k, o, scheme, lists[k].get(scheme), name, vocabulary) for k, o in active.items()}
            said |= {k: Said("unknown") for k in unread}
            best = min((s.value for s in said.values()), key=lambda value: ranks[value])
            behind = {k: s for k, s in said.items() if s.value == best}
            found.setdefault(question.id, []).append(
                Derived(
                    question.id,
                    best,
                    tuple(dict.fromkeys(c for s in behind.values() for c in s.claims)),
                    instruments if best == "absent" else (),
                    tuple(behind),
                    start,
                    end,
                    next((s.note for s in behind.values() if s.note), None),
                )
            )
    for stretches in found.values():
        yield from _joined(stretches)


def _joined(stretches: list[Derived]) -> Iterator[Derived]:
    """Join stretches of time that follow one another and rest on the same."""
    current = stretches[0]
    for following in stretches[1:]:
        touching = current.until is not None and following.from_ == day_after(current.until)
        if touching and replace(following, from_=None, until=None) == replace(current, from_=None, until=None):
            current = replace(current, until=following.until)
        else:
            yield current
            current = following
    yield current


def answers_on(record: Record, vocabulary: Vocabulary, day: str) -> dict[str, Answer | Derived | None]:
    """Give the answer to every question that holds on a day; None where nothing is recorded for it."""
    found: dict[str, Answer | Derived | None] = dict.fromkeys(vocabulary.questions)
    for derived in derive_answers(record, vocabulary):
        if holds(derived.from_, derived.until, day):
            found[derived.question] = derived
    for question, answers in record.answers.items():
        for answer in answers:
            if holds(*answer_period(answer, record), day):
                found[question] = answer
    return found


# --- the graph -----------------------------------------------------------------------------------------------------


class _Mapper:
    def __init__(self, record: Record, vocabulary: Vocabulary, lock: EvidenceLock) -> None:
        self.record, self.vocabulary, self.lock = record, vocabulary, lock
        self.base = vocabulary.base
        self.pa = vocabulary.pa
        self.me = jurisdiction_iri(self.base, record.jurisdiction)
        self.out = GraphWriter(graph_iri(self.base, record.jurisdiction))

    # writing helpers
    def set(self, subject: str, name: str, value: str | None) -> None:
        if value is not None:
            predicate = name if name.startswith("http") else self.pa + name
            self.out.add(subject, predicate, value)

    def type(self, subject: str, name: str) -> None:
        self.out.add(subject, RDF_TYPE, iri(self.pa + name))

    def concept(self, scheme: str, notation: str) -> str:
        return iri(self.vocabulary.concept(scheme, notation).iri)

    def text(self, subject: str, name: str, value: str | None, language: str | None = "en") -> None:
        if value is not None:
            self.set(subject, name, literal(value, None, language))

    def boolean(self, value: bool) -> str:
        return literal("true" if value else "false", "boolean")

    # parts
    def map(self) -> GraphWriter:
        self._head()
        for key in self.record.instruments:
            self._instrument(key)
            self.set(self.me, "instrument", iri(f"{self.me}/instrument/{key}"))
        for located in claims_of(self.record):
            self._claim(located)
        for key, offence in self.record.offences.items():
            self._offence(key, offence)
        self._answers()
        return self.out

    def _head(self) -> None:
        record, me = self.record, self.me
        self.type(me, "Jurisdiction")
        self.set(me, "code", literal(record.jurisdiction))
        self.text(me, RDFS_LABEL, record.name)
        self.text(me, "scope", record.scope)
        if record.part_of:
            self.set(me, "partOf", iri(jurisdiction_iri(self.base, record.part_of)))
        self.set(me, "legalFamily", self.concept("legal-family", record.legal_family))
        self.set(me, "inRegion", self.concept("region", record.region))
        self.set(me, "asAt", literal(record.as_at, "date"))
        self.set(me, "encoded", literal(record.encoded, "date"))
        if record.second_reading:
            self.set(me, "secondReading", literal(record.second_reading, "date"))
        self.set(me, "lawyerReviewed", self.boolean(record.lawyer_reviewed))
        if record.fictional:
            self.set(me, "fictional", self.boolean(True))
        self.text(me, "note", record.note)

    def _instrument(self, key: str) -> None:
        instrument = self.record.instruments[key]
        node = f"{self.me}/instrument/{key}"
        self.type(node, "Instrument")
        self.text(node, DCTERMS + "title", instrument.title, instrument.language)
        self.text(node, "titleEnglish", instrument.title_en)
        if instrument.number:
            self.set(node, ELI + "number", literal(instrument.number))
        self.set(node, DCTERMS + "language", literal(instrument.language))
        self.set(node, "translation", self.concept("translation", instrument.translation))
        for name, value in (
            ("enacted", instrument.enacted),
            ("inForce", instrument.in_force),
            ("amended", instrument.amended),
            ("repealed", instrument.repealed),
            ("asAt", instrument.as_at),
        ):
            if value:
                self.set(node, name, date_literal(value))
        if instrument.link:
            self.set(node, DCTERMS + "source", iri(quote(instrument.link, safe=":/?#[]@!$&'()*+,;=%-._~")))
        if instrument.text:
            self.set(node, "textFile", literal(instrument.text))
        self.set(node, "complete", self.boolean(instrument.complete))
        self.text(node, "caution", instrument.caution)

    def claim_iri(self, id_: str) -> str:
        return f"{self.me}/claim/{id_}"

    def _claim(self, located: LocatedClaim) -> None:
        claim, node = located.claim, self.claim_iri(located.id)
        key, pinpoint = self.record.claim_instrument(claim.at)
        provision = f"{self.me}/provision/{key}/{quote(slug(pinpoint), safe='-')}"
        self.type(node, "Claim")
        self.set(node, "jurisdiction", iri(self.me))
        self.set(node, "provision", iri(provision))
        self.text(node, "words", claim.words, self.record.instruments[key].language)
        self.text(node, "says", claim.says)
        self.set(node, PROV + "wasDerivedFrom", iri(provision))
        self.type(provision, "Provision")
        self.set(provision, "pinpoint", literal(pinpoint))
        self.set(provision, ELI + "is_part_of", iri(f"{self.me}/instrument/{key}"))
        check = self.lock.check(located)
        evidence = f"{self.me}/evidence/{located.id}"
        self.set(node, "evidence", iri(evidence))
        self.type(evidence, "Evidence")
        self.set(evidence, "evidenceResult", self.concept("evidence-result", check.result if check else "unverified"))
        if check:
            self.set(evidence, "checkedOn", literal(check.checked, "date"))
            if check.file:
                self.set(evidence, "textFile", literal(check.file))
            if check.sha256:
                self.set(evidence, "textSha256", literal(check.sha256))
            if check.version:
                self.set(evidence, "asAt", date_literal(check.version))

    def _offence(self, key: str, offence: Offence) -> None:
        node = f"{self.me}/offence/{key}"
        self.type(node, "Offence")
        self.set(self.me, "offence", iri(node))
        self.set(node, "jurisdiction", iri(self.me))
        self.text(node, RDFS_LABEL, offence.title)
        self.set(node, "offenceKind", self.concept("offence-kind", offence.kind))
        self.set(node, "victimGroup", self.concept("victim-group", offence.victims))
        self._period(node, *offence_period(offence, self.record))
        self.text(node, "note", offence.note)
        self.set(node, "claim", iri(self.claim_iri(f"offence/{key}")))
        for located in also_claims(f"offence/{key}", offence.also):
            self.set(node, "claim", iri(self.claim_iri(located.id)))
        for scheme, _, elements in offence.elements():
            self.set(node, self.vocabulary.list_property(scheme), self.concept("list", elements.list))
            for name in self.vocabulary.schemes[scheme]:
                said = speaks(key, offence, scheme, elements, name, self.vocabulary)
                reading = f"{node}/{scheme}/{name}"
                self.type(reading, "ElementReading")
                self.set(node, "reading", iri(reading))
                self.set(reading, "element", self.concept(scheme, name))
                self.set(reading, "value", self.concept("answer", said.value))
                self.text(reading, "note", said.note)
                for claim in said.claims:
                    self.set(reading, "claim", iri(self.claim_iri(claim)))
        self._penalties(key, offence, node)

    def _penalties(self, key: str, offence: Offence, node: str) -> None:
        for claims, penalty in zip(penalty_claims(key, offence), offence.penalties, strict=True):
            frame = f"{self.me}/{claims[0].id}"
            self.type(frame, "Penalty")
            self.set(node, "penalty", iri(frame))
            for located in claims:
                self.set(frame, "claim", iri(self.claim_iri(located.id)))
            self.set(frame, "penaltyTier", self.concept("penalty-tier", penalty.tier))
            self.text(frame, "note", penalty.note)
            for bound, value in (
                ("minimum", penalty.term and penalty.term.min),
                ("maximum", penalty.term and penalty.term.max),
            ):
                if not value:
                    continue
                if (span := duration(value)) is not None:
                    self.set(frame, f"{bound}Term", literal(span, "duration"))
                    self.set(frame, f"{bound}Months", literal(f"{months(value):g}", "decimal"))
                else:
                    self.set(frame, f"{bound}Punishment", self.concept("punishment", value))
            fine = penalty.fine
            if fine:
                for name, amount in (("fineMinimum", fine.min), ("fineMaximum", fine.max)):
                    if amount is not None:
                        self.set(frame, name, literal(f"{amount}", "decimal"))
                if fine.currency:
                    self.set(frame, "fineCurrency", literal(fine.currency))
                if fine.unlimited:
                    self.set(frame, "fineUnlimited", self.boolean(True))
            if penalty.relation:
                self.set(frame, "fineRelation", self.concept("fine-relation", penalty.relation))

    def _period(self, node: str, from_: str | None, until: str | None) -> None:
        if from_:
            self.set(node, "holdsFrom", literal(from_, "date"))
        if until:
            self.set(node, "holdsUntil", literal(until, "date"))

    def _answer(self, id_: str, question: str, value: str, origin: str) -> str:
        node = f"{self.me}/answer/{id_}"
        self.type(node, "Answer")
        self.out.add(self.me, self.vocabulary.questions[question].iri, iri(node))
        self.set(node, "question", iri(self.vocabulary.questions[question].iri))
        self.set(node, "jurisdiction", iri(self.me))
        self.set(node, "value", self.concept("answer", value))
        self.set(node, "origin", self.concept("origin", origin))
        return node

    def _answers(self) -> None:
        recorded = set(self.record.answers)
        periods: dict[str, list[Period]] = {
            question: [answer_period(answer, self.record) for answer in answers]
            for question, answers in self.record.answers.items()
        }
        for derived in derive_answers(self.record, self.vocabulary):
            recorded.add(derived.question)
            periods.setdefault(derived.question, []).append((derived.from_, derived.until))
            id_ = derived.question if derived.until is None else f"{derived.question}/until-{derived.until}"
            node = self._answer(id_, derived.question, derived.value, "derived")
            self._period(node, derived.from_, derived.until)
            self.text(node, "note", derived.note)
            for claim in derived.claims:
                self.set(node, "claim", iri(self.claim_iri(claim)))
            for offence in derived.offences:
                self.set(node, PROV + "wasDerivedFrom", iri(f"{self.me}/offence/{offence}"))
            for key in derived.searched:
                self.set(node, "searched", iri(f"{self.me}/instrument/{key}"))
        for question, answers in self.record.answers.items():
            for answer in answers:
                self._stated(question, answer)
        for question in self.vocabulary.questions:
            if question not in recorded:
                self._answer(question, question, "unknown", "unrecorded")
        for question, stretches in periods.items():
            for start, end in gaps(stretches):
                node = self._answer(f"{question}/unknown-until-{end or 'now'}", question, "unknown", "unrecorded")
                self._period(node, start, end)

    def _stated(self, question: str, answer: Answer) -> None:
        node = self._answer(answer_id(question, answer), question, answer.answer, "stated")
        self._period(node, *answer_period(answer, self.record))
        self.text(node, "says", answer.says)
        self.text(node, "note", answer.note)
        for located in answer_claims(question, answer):
            property_ = "excludes" if located.id.endswith("/excludes") else "claim"
            self.set(node, property_, iri(self.claim_iri(located.id)))
        for key in answer.searched:
            self.set(node, "searched", iri(f"{self.me}/instrument/{key}"))
        for form in answer.form:
            self.set(node, "form", self.concept("form", form))
        for act in answer.covers_acts:
            self.set(node, "coversActs", self.concept("covered-act", act))
        for test in answer.test:
            self.set(node, "test", self.concept("test", test))
        for name, scheme, value in (
            ("children", "children", answer.children),
            ("tiedToCooperation", "tie", answer.tied_to_cooperation),
        ):
            if value:
                self.set(node, name, self.concept(scheme, value))
        if answer.days is not None:
            self.set(node, "days", literal(str(answer.days), "integer"))
        if answer.length and (span := duration(answer.length)):
            self.set(node, "length", literal(span, "duration"))
        if answer.renewable is not None:
            self.set(node, "renewable", self.boolean(answer.renewable))


def map_record(record: Record, vocabulary: Vocabulary, lock: EvidenceLock) -> GraphWriter:
    """Turn a record, with what the evidence check found, into its named graph."""
    return _Mapper(record, vocabulary, lock).map()
