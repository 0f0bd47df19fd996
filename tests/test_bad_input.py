"""Bad input is answered with the place, the problem, and what to write instead; nothing is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from palermo import yamlio
from palermo.problems import InvalidInput
from palermo.record import read_record
from palermo.vocabulary import Vocabulary

GOOD = """\
jurisdiction: GB
name: United Kingdom
legal_family: common-law
region: europe
as_at: 2026-04-07
encoded: 2026-11-20
lawyer_reviewed: false
instruments:
  msa:
    title: Modern Slavery Act 2015
    language: en
    as_at: 2026-04-07
answers:
  consent-irrelevant:
    answer: met
    at: msa 2(2)
    words: It is irrelevant whether V consents
    says: Consent does not matter.
"""


def faults(tmp_path: Path, text: str | bytes, vocabulary: Vocabulary, name: str = "GB.yaml") -> list[str]:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        read_record(path, vocabulary)
    except InvalidInput as error:
        return [str(problem) for problem in error.problems]
    return []


def test_the_good_record_is_good(tmp_path: Path, vocabulary: Vocabulary) -> None:
    assert faults(tmp_path, GOOD, vocabulary) == []


@pytest.mark.parametrize(
    ("old", "new", "place", "message", "instead"),
    [
        ("name: U", "nam: U", "2:1", "“nam” is not a known key", "Did you mean name?"),
        ("answer: met", "anwser: met", "15:5", "“anwser” is not a known key", "Did you mean answer?"),
        (
            "consent-irrelevant",
            "consent-irelevant",
            "14:3",
            "is not a known question",
            "Did you mean consent-irrelevant?",
        ),
        ("answer: met", "answer: mett", "15:13", "“mett” is not a known answer", "Did you mean met?"),
        ("common-law", "comon-law", "3:15", "is not a known legal family", "Did you mean common-law?"),
        ("at: msa 2(2)", "at: mas 2(2)", "16:9", "“mas” is not a known instrument", "Did you mean msa?"),
        ("at: msa 2(2)", "at: msa", "16:9", "names an instrument but no provision", "Add the pinpoint"),
        ("    words: It is irrelevant whether V consents\n", "", "16:9", "a pinpoint without words", "at most eight"),
        ("    at: msa 2(2)\n", "", "16:12", "words without a pinpoint", "Say where they stand"),
        (
            "It is irrelevant",
            "It is quite surely now irrelevant",
            "17:12",
            "9 words are quoted; at most 8",
            "operative",
        ),
        ("V consents", "V consents …", "17:12", "words are left out", "unbroken"),
        ("as_at: 2026-04-07\nenc", "as_at: 2026-02-30\nenc", "5:8", "not in the calendar", "Check day and month"),
        ("encoded: 2026-11-20", "encoded: 20.11.2026", "6:10", "is not a date", "year, month, day"),
        (
            "jurisdiction: GB",
            "jurisdiction: UK",
            "1:15",
            "UK is not a country",
            "The code of the United Kingdom is GB.",
        ),
        ("jurisdiction: GB", "jurisdiction: gb", "1:15", "gb is not a country", "Did you mean GB?"),
        ("jurisdiction: GB", "jurisdiction: FR", "1:15", "its jurisdiction is FR", "Call the file FR.yaml."),
        ("lawyer_reviewed: false", "lawyer_reviewed: no", "7:18", "must be true or false", "Write true or false"),
        ("lawyer_reviewed: false\n", "", "1:1", "the key “lawyer_reviewed” is missing", "Add"),
        ("name: United Kingdom", "name: 44", "2:7", "“name” must be text", "quotes"),
        ("name: United Kingdom", "name: GB\nname: UK", "3:1", "already on line 2", "Keep one"),
        ("name: United Kingdom", "name: !!python/object:os.system x", "2:7", "the tag", "Leave the tag out"),
        ("name: United Kingdom", "name: &x UK", "2:7", "alias or anchor", "line by line"),
        ("name: United Kingdom", "\tname: UK", "2:1", "a tab is used to indent", "two spaces"),
        ("name: United Kingdom", "name: [UK", "3:13", "", "not closed"),
        ("name: United Kingdom", "name: a: b", "2:8", "mapping values", "quotes"),
        (
            "    title: Modern",
            "    link: javascript:alert(1)\n    title: Modern",
            "10:11",
            "not a web address",
            "https://",
        ),
        ("    as_at: 2026-04-07\na", "    text: x\n    days: 3\na", "13:5", "“days” is not a known key", "Known here"),
        (
            "    says: Consent",
            "    days: 30\n    says: Consent",
            "18:11",
            "“days” does not belong",
            "Details it takes: none",
        ),
        ("    says: Consent does not matter.\n", "", "14:3", "needs “says”", "Add one English sentence"),
    ],
)
def test_every_fault_is_placed_and_explained(
    tmp_path: Path, vocabulary: Vocabulary, old: str, new: str, place: str, message: str, instead: str
) -> None:
    assert old in GOOD
    found = faults(tmp_path, GOOD.replace(old, new, 1), vocabulary)
    assert found, "the fault went unnoticed"
    first = next((f for f in found if message in f), "")
    assert first, found
    assert re.search(rf"GB\.yaml:{place}: ", first), first
    assert instead in first


def test_all_faults_are_shown_in_one_run(tmp_path: Path, vocabulary: Vocabulary) -> None:
    text = GOOD.replace("name: U", "nam: U").replace("2026-11-20", "2026-11-31").replace("msa 2(2)", "mas 2(2)")
    found = faults(
        tmp_path, text.replace("consent-irrelevant", "consent-irelevant") + "  attempt: {answer: absnt}\n", vocabulary
    )
    for message in ("“nam”", "“name” is missing", "2026-11-31", "consent-irelevant", "absnt"):
        assert any(message in line for line in found), (message, found)


def test_absent_must_name_the_texts_searched(tmp_path: Path, vocabulary: Vocabulary) -> None:
    text = GOOD + "  attempt: {answer: absent, says: None.}\n"
    assert any("which texts were searched" in f for f in faults(tmp_path, text, vocabulary))
    assert faults(tmp_path, text.replace("says: None.", "says: None., searched: [msa]"), vocabulary) == []


def test_answers_must_not_overlap_in_time(tmp_path: Path, vocabulary: Vocabulary) -> None:
    two = (
        "  attempt:\n"
        "    - {answer: met, at: msa 3, words: attempts, says: Yes., until: 2020-06-30}\n"
        "    - {answer: met, at: msa 4, words: attempts, says: Yes., from: 2020-06-30}\n"
    )
    assert any("two answers to attempt hold on the same day" in f for f in faults(tmp_path, GOOD + two, vocabulary))
    assert faults(tmp_path, GOOD + two.replace("from: 2020-06-30", "from: 2020-07-01"), vocabulary) == []


def test_norway_is_not_false(tmp_path: Path, vocabulary: Vocabulary) -> None:
    text = GOOD.replace("jurisdiction: GB", "jurisdiction: NO").replace("United Kingdom", "on")
    assert faults(tmp_path, text, vocabulary, "NO.yaml") == []


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "the file is empty"),
        (b"   \n\n", "the file is empty"),
        (GOOD.encode("utf-16"), "UTF-16"),
        (GOOD.replace("Kingdom", "K\u00f6nigreich").encode("latin-1"), "not UTF-8"),
        (b"- a\n- b\n", "a record is a set of keys"),
        (b"a: " + b"[" * 500, "nested too deeply"),
        (b"a: &a [x]\nb: [*a, *a]\n", "alias or anchor"),
        (b"name: \x07\n", "forbids"),
    ],
)
def test_files_that_are_no_records(tmp_path: Path, vocabulary: Vocabulary, raw: bytes, message: str) -> None:
    assert any(message in fault for fault in faults(tmp_path, raw, vocabulary))


def test_quotations_in_scripts_without_spaces_are_counted_by_character(tmp_path: Path, vocabulary: Vocabulary) -> None:
    long = GOOD.replace("It is irrelevant whether V consents", "拐" * 21)
    assert any("21 characters are quoted; at most 20" in f for f in faults(tmp_path, long, vocabulary))
    assert faults(tmp_path, GOOD.replace("It is irrelevant whether V consents", "拐" * 20), vocabulary) == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, len(GOOD)), junk=st.text(max_size=6))
def test_no_damage_to_a_record_leads_to_a_trace(
    tmp_path: Path, vocabulary: Vocabulary, position: int, junk: str
) -> None:
    """Whatever is typed anywhere, the outcome is a record or a list of problems with places."""
    text = (GOOD[:position] + junk + GOOD[position:]).encode("utf-8", "surrogatepass")
    for fault in faults(tmp_path, text, vocabulary):
        assert re.search(r"GB\.yaml:\d+:\d+: ", fault), fault


def test_yaml_traps_are_read_as_a_lawyer_meant_them(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: NO\nb: 010\nc: 12:30:45\nd: 2020-01-01\ne: on\nf: 5\ng: true\n")
    assert yamlio.load(path) == {
        "a": "NO", "b": "010", "c": "12:30:45", "d": "2020-01-01", "e": "on", "f": 5, "g": True,
    }  # fmt: skip
