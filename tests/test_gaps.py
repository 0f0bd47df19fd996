"""The proof of the gap checks: a state that meets every question has no finding; each change has exactly its own."""

from __future__ import annotations

import pytest

from palermo.checks import Finding, check_jurisdiction
from palermo.evidence import EvidenceLock
from palermo.mapping import map_record
from palermo.record import Answer, Record
from palermo.settings import find_project
from palermo.treaties import load_status
from palermo.vocabulary import load_vocabulary

PROJECT = find_project()
VOCABULARY = load_vocabulary(PROJECT)
STATUS = load_status(PROJECT, VOCABULARY)
DAY = "2026-11-20"
WITHOUT_STANDARD = {"minimum-penalty"}
"""Recorded for comparison only: nothing asks for it, so nothing about it is a gap (framework, section 2)."""


def findings(record: Record, day: str = DAY) -> list[Finding]:
    lines = map_record(record, VOCABULARY, EvidenceLock(record.jurisdiction)).lines()
    return check_jurisdiction(record, lines, PROJECT, day, VOCABULARY, STATUS)


def changed(record: Record, question: str, value: str) -> Record:
    copy = record.model_copy(deep=True)
    copy.answers[question] = [
        Answer(
            answer=value,
            at="act 1",
            words="model words",
            says="Changed.",
            searched=["act"] if value == "absent" else [],
        )
    ]
    return copy


def test_the_model_state_meets_every_question(model_state: Record) -> None:
    assert findings(model_state) == []


@pytest.mark.parametrize("value", ["absent", "partial", "contrary"])
@pytest.mark.parametrize("question", list(VOCABULARY.questions))
def test_one_gap_gives_one_finding(model_state: Record, question: str, value: str) -> None:
    found = findings(changed(model_state, question, value))
    if question in WITHOUT_STANDARD:
        assert found == []
        return
    assert [(f.question, f.value) for f in found] == [(question, value)]
    finding = found[0]
    assert finding.sentence == VOCABULARY.questions[question].findings[value]
    assert finding.claims, "a finding names the claims it rests on"
    strengths = {r.obligation for r in VOCABULARY.questions[question].requirements}
    # every treaty binds the Model State, so an unqualified duty is a breach and nothing else is
    assert finding.gravity == ("breach" if "shall" in strengths else "recommendation")


@pytest.mark.parametrize("value", ["unknown", "not-expressly-covered", "met"])
@pytest.mark.parametrize("question", list(VOCABULARY.questions))
def test_unknown_and_less_than_absent_are_no_gap(model_state: Record, question: str, value: str) -> None:
    assert findings(changed(model_state, question, value)) == []


@pytest.mark.parametrize(
    ("question", "scheme", "name"), [(q.id, scheme, name) for q, scheme, name in VOCABULARY.element_questions()]
)
def test_an_element_left_out_of_a_closed_list_is_absent(
    model_state: Record, question: str, scheme: str, name: str
) -> None:
    copy = model_state.model_copy(deep=True)
    lists = {s: elements for s, _, elements in copy.offences["trafficking"].elements()}
    assert lists[scheme].__pydantic_extra__ is not None
    del lists[scheme].__pydantic_extra__[name]
    assert [(f.question, f.value) for f in findings(copy)] == [(question, "absent")]
    lists[scheme].list = "open"
    assert findings(copy) == [], "an open list leaves room: not expressly covered, which is less than absent"


def test_a_record_without_offences_has_no_findings(model_state: Record) -> None:
    copy = model_state.model_copy(deep=True, update={"offences": {}, "answers": {}})
    assert findings(copy) == []


def test_gravity_follows_from_what_binds(model_state: Record) -> None:
    record = changed(model_state, "purpose-forced-labour", "absent")
    assert findings(record)[0].gravity == "breach"
    only_soft = {t.slug: "2010-01-01" for t in VOCABULARY.treaties.values() if t.slug == "iccpr"}
    unbound = record.model_copy(update={"treaties": only_soft})
    # without a row the status of most treaties is unknown, and unknown is never “not a party”
    assert findings(unbound)[0].gravity == "not-assessed"
    assert findings(record, "2009-12-31")[0].gravity == "benchmark", "the day before entry into force"
    assert findings(record, "2010-01-01")[0].gravity == "breach", "the first day in force"
