"""Every question of the cookbook has the answer that the records give when they are read without SPARQL."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import pytest

from palermo.dataset import Dataset
from palermo.mapping import Derived, answers_on
from palermo.periods import answer_period, offence_period
from palermo.query import run_query
from palermo.recipes import recipes
from palermo.record import Answer, Offence, Penalty, duration, months
from palermo.settings import find_project
from palermo.treaties import Status
from palermo.views import AnswerView, JurisdictionView, SiteView

Rows = Iterable[tuple[object, ...]]
Check = Callable[[SiteView], Rows]

QUERIES = sorted(find_project().queries.glob("*.rq"))
CHECKS: dict[str, Check] = {}
GAPS = ("absent", "partial", "contrary")
TOPICS = {
    "Definition",
    "Offences and penalties",
    "Victims",
    "Treaties and gaps",
    "Time",
    "Comparison",
    "Evidence and method",
}


def check(function: Check) -> Check:
    """Enter a function as the check of the query that it is named after."""
    CHECKS[function.__name__.replace("_", "-")] = function
    return function


@pytest.fixture(scope="module")
def site(dataset: Dataset) -> SiteView:
    return SiteView(dataset)


# --- reading the records -------------------------------------------------------------------------------------------


def raw(view: JurisdictionView, question: str) -> Answer | None:
    """Give the stated answer that holds on the day of the data."""
    answer = answers_on(view.record, view.vocabulary, view.dataset.day)[question]
    return answer if isinstance(answer, Answer) else None


def label(site: SiteView, scheme: str, notation: str | None) -> str:
    return site.vocabulary.concept(scheme, notation).label if notation else ""


def values(site: SiteView, question: str) -> Iterator[tuple[JurisdictionView, AnswerView, str]]:
    for view in site.jurisdictions:
        yield view, view.answers[question], view.answers[question].value.notation


def with_claims(site: SiteView, question: str) -> Rows:
    for view, answer, _ in values(site, question):
        rows = [(view.name, answer.value.label, c.words, c.pinpoint) for c in answer.claims]
        yield from rows or [(view.name, answer.value.label, "", "")]


def known(site: SiteView, question: str) -> Rows:
    for view, answer, value in values(site, question):
        if value != "unknown":
            yield view.name, answer.value.label, answer.says or ""


def left_out(site: SiteView, scheme: str) -> Rows:
    for question, its_scheme, name in site.vocabulary.element_questions():
        if its_scheme == scheme:
            for view, answer, value in values(site, question.id):
                if value in GAPS:
                    yield view.name, label(site, scheme, name), answer.value.label


def counts(found: Iterable[str]) -> tuple[int, int, int, int]:
    """Count met, partial, absent or contrary, and unknown."""
    tally = Counter(found)
    return tally["met"], tally["partial"], tally["absent"] + tally["contrary"], tally["unknown"]


def by_question(site: SiteView, ids: Iterable[str]) -> Rows:
    for id_ in ids:
        yield site.vocabulary.questions[id_].label, *counts(v for _, _, v in values(site, id_))


def trafficking(site: SiteView) -> Iterator[tuple[JurisdictionView, Offence]]:
    for view in site.jurisdictions:
        for offence in view.record.offences.values():
            if offence.kind == "trafficking" and offence_period(offence, view.record)[1] is None:
                yield view, offence


def frames(site: SiteView, tier: str | None = None) -> Iterator[tuple[JurisdictionView, Offence, Penalty]]:
    for view, offence in trafficking(site):
        for penalty in offence.penalties:
            if tier in (None, penalty.tier):
                yield view, offence, penalty


def number(term: str | None) -> str:
    length = months(term) if term else None
    return "" if length is None else f"{length:g}"


def length_of_time(answer: Answer | None) -> str:
    """Give the length as the embedded engine writes durations, which turns twelve months into a year."""
    text = duration(answer.length) if answer and answer.length else None
    if text and (match := re.fullmatch(r"P(\d+)M", text)):
        years, rest = divmod(int(match[1]), 12)
        text = "P" + (f"{years}Y" if years else "") + (f"{rest}M" if rest else "")
    return text or ""


def maximum(penalty: Penalty) -> str | None:
    return penalty.term.max if penalty.term else None


def timed(view: JurisdictionView) -> Iterator[AnswerView]:
    """Give every known answer of every time."""
    for answer in [*view.answers.values(), *(a for answers in view.other_times.values() for a in answers)]:
        if answer.value.notation != "unknown":
            yield answer


def short(site: SiteView, treaty: str) -> str:
    return site.vocabulary.treaties[treaty].short


def status_rows(site: SiteView) -> Iterable[Status]:
    return site.dataset.status.rows.values()


def state_iri(site: SiteView, code: str) -> str:
    return f"{site.vocabulary.base}jurisdiction/{code}"


# --- definition ----------------------------------------------------------------------------------------------------


@check
def forced_labour_in_the_definition(site: SiteView) -> Rows:
    return with_claims(site, "purpose-forced-labour")


@check
def consent_of_the_victim(site: SiteView) -> Rows:
    return with_claims(site, "consent-irrelevant")


@check
def purposes_left_out(site: SiteView) -> Rows:
    return left_out(site, "purpose")


@check
def acts_left_out(site: SiteView) -> Rows:
    return left_out(site, "act")


@check
def means_left_out(site: SiteView) -> Rows:
    return left_out(site, "means")


@check
def reach_of_each_purpose(site: SiteView) -> Rows:
    for question, scheme, name in site.vocabulary.element_questions():
        if scheme == "purpose":
            tally = Counter(v for _, _, v in values(site, question.id))
            absent = tally["absent"] + tally["contrary"]
            open_ = tally["not-expressly-covered"]
            yield label(site, scheme, name), tally["met"], tally["partial"], open_, absent, tally["unknown"]


@check
def lists_closed_and_open(site: SiteView) -> Rows:
    for view, o in trafficking(site):
        kinds = [label(site, "list", e.list if e else None) for e in (o.acts, o.means, o.purposes)]
        yield view.name, o.title, *kinds


@check
def offences_without_means(site: SiteView) -> Rows:
    for view, o in trafficking(site):
        if o.means and o.means.list == "not-required" and o.victims != "child":
            yield view.name, o.title, label(site, "victim-group", o.victims)


@check
def open_to_new_exploitation(site: SiteView) -> Rows:
    return known(site, "purposes-open-ended")


@check
def words_for_vulnerability(site: SiteView) -> Rows:
    for view, answer, value in values(site, "means-abuse-of-vulnerability"):
        if value in ("met", "partial"):
            yield from ((view.name, c.words, c.pinpoint) for c in answer.claims)


@check
def where_children_must_prove_means(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        for a in [view.answers["child-no-means"], *view.other_times.get("child-no-means", [])]:
            if a.value.notation in GAPS:
                yield view.name, a.value.label, a.until or "", a.says or ""


@check
def child_rule_in_full(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        if {view.answers[q].value.notation for q in ("child-under-18", "child-no-means")} == {"met"}:
            yield (view.name,)


@check
def which_laws_require_movement(site: SiteView) -> Rows:
    for view, answer, value in values(site, "no-movement-required"):
        if value in ("contrary", "partial"):
            yield view.name, answer.value.label, answer.says or ""


@check
def definition_in_full(site: SiteView) -> Rows:
    asked = [
        q.id
        for q in site.vocabulary.questions.values()
        if any(r.treaty == "palermo-protocol" and r.article.startswith("3") for r in q.requirements)
    ]
    for view in site.jurisdictions:
        yield view.name, sum(view.answers[q].value.notation == "met" for q in asked), len(asked)


# --- offences and penalties ----------------------------------------------------------------------------------------


@check
def basic_penalties(site: SiteView) -> Rows:
    for view, o, p in frames(site, "basic"):
        top = maximum(p)
        beyond = label(site, "punishment", top) if top in ("life", "death") else ""
        yield view.name, o.title, number(top), beyond


@check
def penalties_against_the_marks(site: SiteView) -> Rows:
    tally: Counter[str] = Counter()
    for _, _, p in frames(site, "basic"):
        top = maximum(p)
        length = months(top) if top else None
        if top in ("life", "death"):
            band = "5 life or death"
        elif length is None:
            band = "6 no maximum stated"
        else:
            marks = ((48, "1 below 4 years"), (60, "2 from 4 years"), (120, "3 from 5 years"))
            band = next((name for mark, name in marks if length < mark), "4 from 10 years")
        tally[band] += 1
    return tally.items()


@check
def short_of_the_marks(site: SiteView) -> Rows:
    for id_ in ("serious-crime", "base-penalty-5y", "aggravated-penalty-10y"):
        for view, answer, value in values(site, id_):
            if value in GAPS:
                yield view.name, answer.question.label, answer.value.label


@check
def minimum_penalties(site: SiteView) -> Rows:
    for view, o, p in frames(site, "basic"):
        if p.term and number(p.term.min):
            yield view.name, o.title, number(p.term.min)


@check
def life_and_death(site: SiteView) -> Rows:
    for view, o, p in frames(site):
        if maximum(p) in ("life", "death"):
            yield view.name, o.title, label(site, "penalty-tier", p.tier), label(site, "punishment", maximum(p))


@check
def fine_instead_of_prison(site: SiteView) -> Rows:
    for view, o, p in frames(site):
        if p.relation in ("or", "and-or"):
            yield view.name, o.title, label(site, "penalty-tier", p.tier), label(site, "fine-relation", p.relation)


@check
def fines_without_limit(site: SiteView) -> Rows:
    for view, o, p in frames(site):
        if p.fine and p.fine.unlimited:
            yield view.name, o.title, label(site, "penalty-tier", p.tier)


@check
def penalties_where_the_victim_is_a_child(site: SiteView) -> Rows:
    for view, o in trafficking(site):
        longest = [
            max((m for p in o.penalties if p.tier == tier and (t := maximum(p)) and (m := months(t))), default=None)
            for tier in ("basic", "child-victim")
        ]
        if None not in longest:
            yield view.name, o.title, *(f"{m:g}" for m in longest)


@check
def aggravating_circumstances(site: SiteView) -> Rows:
    ids = [q for q in site.vocabulary.questions if q.startswith("aggravated-") and q != "aggravated-penalty-10y"]
    return by_question(site, ids)


@check
def using_the_services_of_a_victim(site: SiteView) -> Rows:
    return known(site, "use-of-services")


@check
def liability_of_companies(site: SiteView) -> Rows:
    for view, answer, _ in values(site, "legal-persons"):
        yield from [(view.name, answer.value.label, c.pinpoint) for c in answer.claims] or [
            (view.name, answer.value.label, "")
        ]


@check
def offences_by_kind(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        tally = Counter(o.kind for _, o in view.offences)
        yield view.name, tally["trafficking"], tally["related"]


@check
def offences_for_some_victims_only(site: SiteView) -> Rows:
    for view, o in trafficking(site):
        if o.victims != "any":
            yield view.name, o.title, label(site, "victim-group", o.victims)


# --- victims -------------------------------------------------------------------------------------------------------


@check
def non_punishment_by_form(site: SiteView) -> Rows:
    for view, answer, _ in values(site, "non-punishment"):
        stated = raw(view, "non-punishment")
        forms = sorted(label(site, "form", f) for f in stated.form) if stated else []
        tests = sorted(label(site, "test", t) for t in stated.test) if stated else []
        yield view.name, answer.value.label, ", ".join(forms or ["–"]), ", ".join(tests or ["–"])


@check
def acts_victims_go_unpunished_for(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        if stated := raw(view, "non-punishment"):
            yield from ((view.name, label(site, "covered-act", act)) for act in stated.covers_acts)


@check
def non_punishment_test(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        if stated := raw(view, "non-punishment"):
            yield from ((view.name, label(site, "test", test)) for test in stated.test)


@check
def children_and_non_punishment(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        stated = raw(view, "non-punishment")
        if stated and stated.children in ("easier", "no-test"):
            yield view.name, label(site, "children", stated.children)


@check
def non_punishment_excluded_acts(site: SiteView) -> Rows:
    for view, answer, _ in values(site, "non-punishment"):
        if answer.excludes:
            yield view.name, answer.excludes.words, answer.excludes.pinpoint, answer.excludes.says or ""


@check
def victims_punished_for_illegal_entry(site: SiteView) -> Rows:
    for view, answer, value in values(site, "victim-criminalised-immigration"):
        if value in ("contrary", "partial"):
            yield from ((view.name, answer.value.label, c.words, c.pinpoint) for c in answer.claims)


@check
def victims_criminalised(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        kinds = ("prostitution", "immigration", "other")
        yield view.name, *(view.answers[f"victim-criminalised-{kind}"].value.label for kind in kinds)


@check
def reflection_days(site: SiteView) -> Rows:
    for view, answer, _ in values(site, "reflection-period"):
        stated = raw(view, "reflection-period")
        days = "" if stated is None or stated.days is None else stated.days
        yield view.name, answer.value.label, days, length_of_time(stated)


@check
def rights_tied_to_testimony(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        for id_, question in site.vocabulary.questions.items():
            stated = raw(view, id_)
            if stated and stated.tied_to_cooperation in ("tied", "either"):
                yield view.name, question.label, label(site, "tie", stated.tied_to_cooperation)


@check
def residence_permits(site: SiteView) -> Rows:
    for view, answer, _ in values(site, "residence-permit"):
        stated = raw(view, "residence-permit")
        renewable = "" if stated is None or stated.renewable is None else str(stated.renewable).lower()
        tie = label(site, "tie", stated.tied_to_cooperation if stated else None)
        yield view.name, answer.value.label, length_of_time(stated), renewable, tie


FORMS = ("housing", "counselling", "medical-psychological", "employment-education", "legal-aid")


@check
def assistance_by_form(site: SiteView) -> Rows:
    return by_question(site, FORMS)


@check
def assistance_by_jurisdiction(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        yield view.name, *counts(view.answers[f].value.notation for f in FORMS)


@check
def compensation(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        yield view.name, *(view.answers[q].value.label for q in ("compensation", "compensation-fund"))


# --- treaties and gaps ---------------------------------------------------------------------------------------------


@check
def breaches_by_question(site: SiteView) -> Rows:
    return Counter(f.label for f in site.dataset.all_findings if f.gravity == "breach").items()


@check
def findings_against_the_palermo_protocol(site: SiteView) -> Rows:
    for f in site.dataset.all_findings:
        for m in f.measures:
            if (m.treaty, m.binding, m.obligation) == ("palermo-protocol", "binds", "shall"):
                yield f.name, m.article, f.label, label(site, "answer", f.value)


@check
def gaps_by_treaty(site: SiteView) -> Rows:
    tally: Counter[tuple[str, str]] = Counter()
    for f in site.dataset.all_findings:
        tally.update({(short(site, m.treaty), label(site, "gravity", m.gravity)) for m in f.measures})
    return ((*key, n) for key, n in tally.items())


@check
def gaps_by_jurisdiction(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        tally = Counter(f.gravity for f in view.findings)
        if tally:
            yield view.name, *(tally[g] for g in ("breach", "not-assessed", "benchmark", "recommendation"))


def requirements_behind(site: SiteView, gravity: str) -> Rows:
    for f in site.dataset.all_findings:
        for m in f.measures:
            if f.gravity == m.gravity == gravity:
                yield f.name, f.label, short(site, m.treaty), m.article


@check
def gaps_not_assessed(site: SiteView) -> Rows:
    return requirements_behind(site, "not-assessed")


@check
def gaps_against_a_benchmark(site: SiteView) -> Rows:
    return requirements_behind(site, "benchmark")


@check
def rules_to_the_contrary(site: SiteView) -> Rows:
    for f in site.dataset.all_findings:
        if f.value == "contrary":
            yield f.name, f.label, label(site, "gravity", f.gravity), f.sentence


def in_force(row: Status, day: str) -> bool:
    """Say whether a row has a full date of entry into force, and the treaty bound on the day."""
    return len(row.in_force) == 10 and row.in_force <= day and (not row.ended or row.ended > day)


@check
def treaties_in_force_on_a_day(site: SiteView) -> Rows:
    for row in status_rows(site):
        if in_force(row, "2005-02-04"):
            assert site.dataset.status.binding(row.treaty, row.state, "2005-02-04") == "binds"
            yield state_iri(site, row.state), short(site, row.treaty), row.in_force


@check
def what_binds_whom(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        for slug, _, row in view.treaty_rows:
            if row and row.in_force and not row.ended:
                yield view.name, short(site, slug), row.in_force


@check
def signed_but_not_bound(site: SiteView) -> Rows:
    for row in status_rows(site):
        if row.signed and not row.bound and not row.in_force:
            yield state_iri(site, row.state), short(site, row.treaty), row.signed


@check
def how_states_joined(site: SiteView) -> Rows:
    tally = Counter((short(site, r.treaty), r.form) for r in status_rows(site) if r.form)
    return ((*key, n) for key, n in tally.items())


@check
def what_each_treaty_asks(site: SiteView) -> Rows:
    every = [r for q in site.vocabulary.questions.values() for r in q.requirements]
    tally = Counter((short(site, r.treaty), label(site, "obligation", r.obligation)) for r in every)
    return ((*key, n) for key, n in tally.items())


@check
def requirements_never_read(site: SiteView) -> Rows:
    for question in site.vocabulary.questions.values():
        for r in question.requirements:
            if not r.text_read:
                yield short(site, r.treaty), question.label, r.article


# --- time ----------------------------------------------------------------------------------------------------------


@check
def the_law_on_a_day(site: SiteView) -> Rows:
    day = "2023-06-30"
    for view in site.jurisdictions:
        for id_, answer in answers_on(view.record, site.vocabulary, day).items():
            if answer is None:
                continue
            derived = isinstance(answer, Derived)
            value = answer.value if derived else answer.answer
            start = answer.from_ if derived else answer_period(answer, view.record)[0]
            question = site.vocabulary.questions[id_]
            for r in question.requirements if start and value in GAPS else ():
                row = site.dataset.status.rows.get((r.treaty, view.code))
                if r.obligation == "shall" and row and in_force(row, day):
                    yield view.name, question.label, label(site, "answer", value), short(site, r.treaty), r.article


@check
def what_changed_over_time(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        answers = sorted(timed(view), key=lambda a: a.from_ or "")
        for old in answers:
            later = (a for a in answers if a.question is old.question and old.until and (a.from_ or "") > old.until)
            new = next(later, None)
            if new and new.value != old.value:
                yield view.name, old.question.label, new.from_, old.value.label, new.value.label


@check
def before_and_after_a_reform(site: SiteView) -> Rows:
    record = site.dataset.record("PK")
    before, after = (answers_on(record, site.vocabulary, day) for day in ("2024-12-31", "2025-04-23"))
    for id_, question in site.vocabulary.questions.items():
        old, new = (
            "unknown" if a is None else a.value if isinstance(a, Derived) else a.answer
            for a in (before[id_], after[id_])
        )
        if old != new:
            yield question.label, label(site, "answer", old), label(site, "answer", new)


@check
def offences_no_longer_in_force(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        for offence in view.record.offences.values():
            if until := offence_period(offence, view.record)[1]:
                yield view.name, offence.title, until


@check
def how_far_back_each_record_reaches(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        days = [a.from_ for a in timed(view) if a.from_]
        if days:  # a record that knows nothing yet reaches nowhere
            yield view.name, min(days)


# --- comparison ----------------------------------------------------------------------------------------------------


@check
def regional_comparison(site: SiteView) -> Rows:
    for group in site.vocabulary.groups.values():
        found = [value for view, _, value in values(site, "non-punishment") if view.code in group.members]
        if found:
            yield group.label, *counts(found)


@check
def breaches_by_regional_body(site: SiteView) -> Rows:
    breaches = [f for f in site.dataset.all_findings if f.gravity == "breach"]
    for group in site.vocabulary.groups.values():
        found = [f.jurisdiction for f in breaches if f.jurisdiction in group.members]
        if found:
            yield group.label, len(set(found)), len(found)


def by_record(site: SiteView, scheme: str, key: Callable[[JurisdictionView], str]) -> Rows:
    for notation, concept in site.vocabulary.schemes[scheme].items():
        views = [view for view in site.jurisdictions if key(view) == notation]
        if views:
            yield concept.label, len(views), *counts(a.value.notation for v in views for a in v.answers.values())


@check
def legal_families(site: SiteView) -> Rows:
    return by_record(site, "legal-family", lambda view: view.record.legal_family)


@check
def parts_of_the_world(site: SiteView) -> Rows:
    return by_record(site, "region", lambda view: view.record.region)


@check
def nearest_neighbours(site: SiteView) -> Rows:
    mine = next(view for view in site.jurisdictions if view.code == "GB")
    for view in site.jurisdictions:
        pairs = [(mine.answers[q].value.notation, view.answers[q].value.notation) for q in site.vocabulary.questions]
        compared = [(a, b) for a, b in pairs if "unknown" not in (a, b)]
        if view is not mine and compared:
            yield view.name, sum(a == b for a, b in compared), len(compared)


@check
def answers_by_field(site: SiteView) -> Rows:
    for dimension, questions in site.dimensions:
        yield dimension.label, *counts(v.answers[q.id].value.notation for v in site.jurisdictions for q in questions)


@check
def met_by_almost_all(site: SiteView) -> Rows:
    return by_question(site, site.vocabulary.questions)


# --- evidence and method -------------------------------------------------------------------------------------------


@check
def evidence_by_jurisdiction(site: SiteView) -> Rows:
    return ((view.name, view.verified, len(view.claims)) for view in site.jurisdictions)


@check
def claims_not_verified(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        for claim in view.claims.values():
            if claim.evidence == "unverified":
                yield view.name, f"{state_iri(site, view.code)}/claim/{claim.id}", claim.words, claim.pinpoint


@check
def old_texts(site: SiteView) -> Rows:
    return ((v.name, v.record.as_at, v.years_old) for v in site.jurisdictions if v.years_old >= 3)


@check
def texts_to_read_with_care(site: SiteView) -> Rows:
    return ((view.name, i.title, caution) for view in site.jurisdictions for i, caution in view.cautions)


@check
def translations(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        for i in view.record.instruments.values():
            if i.translation != "original":
                yield view.name, i.title, label(site, "translation", i.translation), i.language


@check
def texts_read_whole(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        texts = view.record.instruments.values()
        yield view.name, sum(i.complete for i in texts), len(texts)


@check
def absences_and_texts_searched(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        for answer in view.answers.values():
            if answer.value.notation == "absent":
                for i in answer.searched:
                    yield view.name, answer.question.label, i.title, str(i.complete).lower()


@check
def stated_or_derived(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        tally = Counter(a.origin for a in view.answers.values())
        yield view.name, tally["stated"], tally["derived"], tally["unrecorded"]


@check
def most_often_unknown(site: SiteView) -> Rows:
    for id_, question in site.vocabulary.questions.items():
        if unknown := sum(value == "unknown" for _, _, value in values(site, id_)):
            yield question.label, unknown


@check
def how_much_is_known(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        notations = [a.value.notation for a in view.answers.values()]
        yield view.name, sum(n != "unknown" for n in notations), len(notations)


@check
def who_has_read_the_record(site: SiteView) -> Rows:
    for view in site.jurisdictions:
        r = view.record
        yield view.name, r.encoded, r.second_reading or "", str(r.lawyer_reviewed).lower()


# --- the tests -----------------------------------------------------------------------------------------------------


def test_every_query_has_a_check_and_every_check_a_query() -> None:
    assert {path.stem for path in QUERIES} == set(CHECKS)


@pytest.mark.parametrize("path", QUERIES, ids=lambda p: p.stem)
def test_a_query_says_what_it_asks_why_and_what_comes_back(path) -> None:  # type: ignore[no-untyped-def]
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ") and lines[0].endswith("?")
    for line, start in zip(lines[1:4], ("# Why it matters: ", "# Shape: ", "# Topic: "), strict=True):
        assert line.startswith(start) and line[len(start) :].strip()
    assert lines[3].removeprefix("# Topic: ") in TOPICS


def test_no_two_queries_ask_the_same() -> None:
    asked = [recipe.question for recipe in recipes(find_project())]
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("path", QUERIES, ids=lambda p: p.stem)
def test_a_query_has_the_answer_that_the_records_give(dataset: Dataset, site: SiteView, path) -> None:  # type: ignore[no-untyped-def]
    text = path.read_text(encoding="utf-8")
    header, *rows = csv.reader(io.StringIO(run_query(dataset, text, "csv", path.name)))
    listed = re.search(r"Shape: ([^;]*)", text)
    assert listed and listed[1].split(",")[0].startswith(header[0])
    if path.stem == "non-punishment-by-form":  # the order inside GROUP_CONCAT is not fixed by the standard
        rows = [[cell if i < 2 else ", ".join(sorted(cell.split(", "))) for i, cell in enumerate(row)] for row in rows]
    found = [tuple(row) for row in rows]
    assert len(found) == len(set(found)), "a row is there twice"
    assert set(found) == {tuple(map(str, row)) for row in CHECKS[path.stem](site)}
    # the order is total: no two rows agree on all that they are sorted by
    keys = [header.index(name) for name in re.findall(r"\?(\w+)", text[text.rindex("ORDER BY") :])]
    assert len({tuple(row[i] for i in keys) for row in found}) == len(found)
