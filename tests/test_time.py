"""Who is bound by what on which day, and what the law was then."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
from pathlib import Path

import pytest
from click.testing import CliRunner

from palermo.checks import check_jurisdiction, history
from palermo.cli import main
from palermo.dataset import Dataset
from palermo.evidence import EvidenceLock
from palermo.mapping import answers_on, map_record
from palermo.periods import answer_period, gaps, offence_period
from palermo.query import run_query
from palermo.record import Answer, Record
from palermo.settings import Project, find_project
from palermo.treaties import Status, StatusTable, load_status
from palermo.vocabulary import Vocabulary, load_vocabulary

PROJECT = find_project()
VOCABULARY = load_vocabulary(PROJECT)
STATUS = load_status(PROJECT, VOCABULARY)
PALERMO = [row for row in STATUS.rows.values() if row.treaty == "palermo-protocol" and len(row.bound) == 10]
SUCCESSIONS = {"ME", "RS"}
"""States whose date is that of a succession, which follows no thirtieth day."""


def test_the_table_covers_the_protocol() -> None:
    assert len(PALERMO) > 170


@pytest.mark.parametrize("row", [r for r in PALERMO if r.state not in SUCCESSIONS], ids=lambda r: r.state)
def test_the_thirtieth_day_rule(row: Status) -> None:
    """Palermo Protocol, article 17: from 25 December 2003, or on the thirtieth day after a later deposit."""
    expected = max(dt.date(2003, 12, 25), dt.date.fromisoformat(row.bound) + dt.timedelta(days=30))
    assert row.in_force == expected.isoformat()
    day_before = (expected - dt.timedelta(days=1)).isoformat()
    assert STATUS.binding("palermo-protocol", row.state, day_before) == "does-not-bind"
    assert STATUS.binding("palermo-protocol", row.state, expected.isoformat()) == "binds"


def test_nobody_was_bound_by_the_protocol_before_it_began() -> None:
    states = {row.state for row in STATUS.rows.values() if row.treaty == "palermo-protocol"}
    assert not [s for s in states if STATUS.binding("palermo-protocol", s, "2003-12-24") == "binds"]
    assert len([s for s in states if STATUS.binding("palermo-protocol", s, "2003-12-25") == "binds"]) >= 40


def test_a_missing_row_is_unknown_unless_the_source_lists_every_party() -> None:
    for slug, treaty in VOCABULARY.treaties.items():
        expected = "soft-law" if treaty.soft_law else "does-not-bind" if treaty.lists_all_parties else "status-unknown"
        assert STATUS.binding(slug, "XX", "2026-11-20") == expected


@pytest.mark.parametrize(
    ("state", "day", "binding"),
    [
        ("FR", "2013-04-05", "does-not-bind"),  # Directive 2011/36/EU, article 22(1): transposition by 6 April 2013
        ("FR", "2013-04-06", "binds"),
        ("HR", "2013-06-30", "does-not-bind"),  # joined the Union on 1 July 2013
        ("HR", "2013-07-01", "binds"),
        ("DK", "2026-11-20", "status-unknown"),  # the protocol on its position is not at hand
        ("IE", "2026-11-20", "status-unknown"),
        ("GB", "2019-06-30", "status-unknown"),
        ("GB", "2020-02-01", "does-not-bind"),  # left the Union on 31 January 2020
        ("NO", "2026-11-20", "does-not-bind"),
    ],
)
def test_union_law_binds_by_membership(state: str, day: str, binding: str) -> None:
    assert STATUS.binding("eu-2011-36", state, day) == binding
    assert all(row.source for row in STATUS.rows.values()), "every row keeps its source"


@pytest.mark.parametrize(
    ("row", "day", "binding"),
    [
        (Status("XX", "iccpr", bound="2016"), "2015-12-31", "does-not-bind"),
        (Status("XX", "iccpr", bound="2016"), "2016-06-01", "status-unknown"),
        (Status("XX", "iccpr", bound="2016"), "2018-01-02", "binds"),
        (Status("XX", "iccpr", in_force="2016-02"), "2016-02-10", "status-unknown"),
        (Status("XX", "iccpr", in_force="2016-02"), "2016-02-29", "binds"),
        (Status("XX", "iccpr", in_force="2016-02-01", ended="2020-05-05"), "2020-05-04", "binds"),
        (Status("XX", "iccpr", in_force="2016-02-01", ended="2020-05-05"), "2020-05-05", "does-not-bind"),
        (Status("XX", "iccpr", signed="2016-02-01"), "2020-05-05", "status-unknown"),
    ],
)
def test_dates_no_more_precise_than_their_source(row: Status, day: str, binding: str) -> None:
    assert StatusTable([row], VOCABULARY).binding("iccpr", "XX", day) == binding


def found(record: Record, day: str) -> set[tuple[str, str]]:
    lines = map_record(record, VOCABULARY, EvidenceLock(record.jurisdiction)).lines()
    return {(f.question, f.gravity) for f in check_jurisdiction(record, lines, PROJECT, day, VOCABULARY, STATUS)}


def test_no_breach_the_day_before_a_treaty_binds_and_a_breach_on_the_day(dataset: Dataset) -> None:
    """Pakistan joined the Protocol in 2022; its act of 2018 leaves out organ removal."""
    pakistan = dataset.record("PK")
    row = STATUS.rows["palermo-protocol", "PK"]
    before = (dt.date.fromisoformat(row.in_force) - dt.timedelta(days=1)).isoformat()
    assert ("purpose-organ-removal", "benchmark") in found(pakistan, before)
    assert ("purpose-organ-removal", "breach") in found(pakistan, row.in_force)


def test_a_law_that_changes_changes_its_finding_on_the_day(model_state: Record) -> None:
    copy = model_state.model_copy(deep=True)
    old = copy.offences["trafficking"].model_copy(deep=True)
    assert old.purposes is not None and old.purposes.__pydantic_extra__ is not None
    del old.purposes.__pydantic_extra__["forced-labour"]
    old.until, copy.offences["trafficking"].from_ = "2019-12-31", "2020-01-01"
    copy.offences["old"] = old
    assert found(copy, "2019-12-31") == {("purpose-forced-labour", "breach")}
    assert found(copy, "2020-01-01") == set()


def test_before_the_wording_at_hand_the_law_is_unknown(model_state: Record) -> None:
    copy = model_state.model_copy(deep=True)
    copy.instruments["act"].wording_since = "2015-03-26"
    for day, known in (("2015-03-25", False), ("2015-03-26", True)):
        answers = answers_on(copy, VOCABULARY, day)
        assert all((answer is not None) == known for answer in answers.values()), day
    text = map_record(copy, VOCABULARY, EvidenceLock("XM")).nquads()
    assert (
        '/answer/attempt/unknown-until-2015-03-25> <https://w3id.org/palermo-atlas/ontology#holdsUntil> "2015-03-25"'
        in text
    )


def test_a_claim_may_be_younger_than_its_text_and_a_repeal_ends_it(model_state: Record) -> None:
    copy = model_state.model_copy(deep=True)
    answer = copy.answers["attempt"][0]
    assert answer_period(answer, copy) == ("2000-01-01", None)
    answer.since = "2012-05-01"
    assert answer_period(answer, copy) == ("2012-05-01", None)
    copy.instruments["act"].repealed = "2021-01-01"
    assert answer_period(answer, copy) == ("2012-05-01", "2020-12-31")
    assert offence_period(copy.offences["trafficking"], copy) == ("2000-01-01", "2020-12-31")
    absent = Answer(answer="absent", says="None.", searched=["act"])
    assert answer_period(absent, copy) == ("2000-01-01", "2020-12-31"), "what was searched has its time too"


def test_gaps_between_wordings_are_unknown() -> None:
    assert list(gaps([(None, None)])) == []
    assert list(gaps([("2001-01-01", "2001-12-31"), ("2002-01-01", "2003-01-01")])) == [
        (None, "2000-12-31"),
        ("2003-01-02", None),
    ]


def test_every_day_has_exactly_one_answer_to_every_question(dataset: Dataset) -> None:
    """In the graph of every real record the answers tile time: none missing, none twice."""
    text = """SELECT ?code ?question ?from ?until { ?a a pa:Answer ; pa:jurisdiction/pa:code ?code ;
              pa:question/skos:notation ?question
              OPTIONAL { ?a pa:holdsFrom ?from } OPTIONAL { ?a pa:holdsUntil ?until } }"""
    spans: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(run_query(dataset, text, "csv"))):
        spans.setdefault((row["code"], row["question"]), []).append((row["from"] or "0000", row["until"] or "9999"))
    assert len(spans) == len(dataset.records) * len(VOCABULARY.questions)
    for key, stretches in spans.items():
        stretches.sort()
        assert stretches[0][0] == "0000" and stretches[-1][1] == "9999", (key, stretches)
        for (_, end), (start, _) in itertools.pairwise(stretches):
            assert (dt.date.fromisoformat(end) + dt.timedelta(days=1)).isoformat() == start, (key, stretches)


def test_the_history_says_what_a_check_of_the_day_says(dataset: Dataset) -> None:
    for code in ("PK", "FR", "IN"):
        record = dataset.record(code)
        lines = dataset.jurisdiction_lines(code)
        assert dataset.history[code] == history(record, lines, PROJECT, dataset.day, VOCABULARY, STATUS)
        for snapshot in dataset.history[code]:
            findings = check_jurisdiction(record, lines, PROJECT, snapshot.day, VOCABULARY, STATUS)
            counts = {g: sum(f.gravity == g for f in findings) for g in VOCABULARY.schemes["gravity"]}
            assert counts == snapshot.counts, (code, snapshot.day)


def test_sparql_and_check_agree_on_a_day_in_the_past(dataset: Dataset, project: Project) -> None:
    day = "2023-06-30"
    text = (project.queries / "the-law-on-a-day.rq").read_text(encoding="utf-8")
    assert day in text
    rows = csv.DictReader(io.StringIO(run_query(dataset, text, "csv")))
    states = {
        r.jurisdiction: r.name for r in dataset.records if not r.part_of
    }  # the query knows states, not their parts
    sparql = {(row["jurisdiction"], row["question"]) for row in rows}
    check = set()
    for code, name in states.items():
        record, lines = dataset.record(code), dataset.jurisdiction_lines(code)
        for finding in check_jurisdiction(record, lines, PROJECT, day, VOCABULARY, STATUS):
            bound = [m for m in finding.measures if m.gravity == "breach" and len(
                STATUS.rows[m.treaty, code].in_force) == 10]  # fmt: skip
            if bound:
                check.add((name, finding.label))
    assert sparql == check and sparql


def test_groups_select_members_and_parties(dataset: Dataset, vocabulary: Vocabulary) -> None:
    assert {"FR", "DE", "ES"} <= dataset.group("eu") and "GB" not in dataset.group("eu")
    assert {"GB", "FR"} <= dataset.group("coe") & dataset.group("cets-197")
    assert {"IN", "PK"} <= dataset.group("saarc") and "BR" in dataset.group("oas")
    assert all(group.source and group.as_at and group.members for group in vocabulary.groups.values())
    sizes = {slug: len(group.members) for slug, group in vocabulary.groups.items()}
    assert sizes == {"eu": 27, "coe": 46, "asean": 11, "saarc": 8, "au": 55, "oas": 35}
    with pytest.raises(ValueError, match="did you mean saarc"):
        dataset.group("saac")


def test_the_command_answers_for_any_state_and_day(project: Project) -> None:
    def run(*arguments: str) -> str:
        result = CliRunner().invoke(main, ["--project", str(project.root), *arguments])
        assert result.exit_code == 0, result.output
        return result.stdout

    rows = {
        r["treaty"]: r
        for r in csv.DictReader(io.StringIO(run("treaties", "status", "NE", "--on", "2012-06-30", "--format", "csv")))
    }
    assert rows["palermo-protocol"]["binding"] == "binds" and rows["cets-197"]["binding"] == "does-not-bind"
    assert "Palermo Protocol" in run("treaties", "status", "NE", "--on", "2001-01-01")
    assert "No findings." in run("check", "GB", "--as-of", "2000-06-30"), "no wording of that day is at hand"
    assert Path(project.root / "ontology" / "status").is_dir()
