"""The evidence check finds what is there, and says where the words are when they are not where the claim says."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from palermo.corpus import Corpus, designation, heading_designations
from palermo.dataset import Dataset
from palermo.evidence import EvidenceLock, read_lock, verify, write_lock
from palermo.record import read_record
from palermo.vocabulary import Vocabulary

RECORD = """\
jurisdiction: KR
name: Korea
legal_family: east-asian
region: asia
as_at: 2026-01-01
encoded: 2026-11-20
lawyer_reviewed: false
instruments:
  law: {{title: 법, title_en: Act, language: ko, text: KR/law}}
  web: {{title: Web, language: en}}
answers:
  attempt: {{answer: met, at: "{at}", words: "{words}", says: Attempts are punished.}}
  participation: {{answer: met, at: web 5, words: anything at all, says: Not checked.}}
"""
TEXT = """\
---
title: 법
version_date: {version}
---

## 제2조의2 (정의)
약취, 유인 및 인신매매

## 제294조 (미수범)
제287조의  미수범은 “처벌한다”.
"""
DAY = dt.date(2026, 11, 20)


@pytest.fixture
def law(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus" / "KR"
    folder.mkdir(parents=True)
    (folder / "law.md").write_text(TEXT.format(version="2026-01-01"), encoding="utf-8")
    return tmp_path


def run(folder: Path, vocabulary: Vocabulary, at: str, words: str, before: EvidenceLock | None = None):  # type: ignore[no-untyped-def]
    path = folder / "KR.yaml"
    path.write_text(RECORD.format(at=at, words=words), encoding="utf-8")
    record = read_record(path, vocabulary)
    return verify(record, path, Corpus(folder / "corpus"), before or EvidenceLock("KR"), DAY)


@pytest.mark.parametrize("words", ["미수범은 “처벌한다”", '미수범은 \\"처벌한다\\"', "제287조의 미수범은"])
def test_words_are_found_through_spacing_and_quotes(law: Path, vocabulary: Vocabulary, words: str) -> None:
    outcome = run(law, vocabulary, "law 294", words)
    check = outcome.lock.checks["attempt"]
    assert (check.result, check.provision, check.version) == ("verified", "제294조 (미수범)", "2026-01-01")
    assert len(check.sha256) == 64
    assert outcome.lock.checks["participation"].result == "unverified"
    assert outcome.problems == []


def test_words_in_another_provision_are_a_fault_that_says_where_they_are(law: Path, vocabulary: Vocabulary) -> None:
    outcome = run(law, vocabulary, "law 294", "유인 및 인신매매")
    assert outcome.lock.checks["attempt"].result == "not-found"
    (problem,) = outcome.problems
    assert (problem.line, problem.instead) == (12, "The words stand under “제2조의2 (정의)”.")
    assert run(law, vocabulary, "law 2-2", "유인 및 인신매매").problems == []


def test_a_missing_provision_is_named(law: Path, vocabulary: Vocabulary) -> None:
    (problem,) = run(law, vocabulary, "law 999", "처벌한다").problems
    assert "has no provision “999”" in problem.message


def test_drift_is_reported(law: Path, vocabulary: Vocabulary) -> None:
    first = run(law, vocabulary, "law 294", "미수범은").lock
    assert run(law, vocabulary, "law 294", "미수범은", first).drifted == []
    text = TEXT.format(version="2027-01-01").replace("처벌한다", "벌한다")
    (law / "corpus" / "KR" / "law.md").write_text(text, encoding="utf-8")
    (sentence,) = run(law, vocabulary, "law 294", "미수범은", first).drifted
    assert "2026-01-01 then, 2027-01-01 now" in sentence and sentence.endswith("verified")


def test_a_lock_is_kept_whole_and_changes_only_with_its_content(
    law: Path, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    lock = run(law, vocabulary, "law 294", "미수범은").lock
    assert write_lock(tmp_path / "locks", lock)
    assert not write_lock(tmp_path / "locks", lock)
    assert read_lock(tmp_path / "locks", "KR") == lock
    (tmp_path / "locks" / "KR.json").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="not an evidence lock"):
        read_lock(tmp_path / "locks", "KR")


def test_no_path_leads_out_of_the_corpus(law: Path) -> None:
    (law / "secret.md").write_text("## 1\nx", encoding="utf-8")
    assert Corpus(law / "corpus").document("../secret") is None


@pytest.mark.parametrize(
    ("heading", "pinpoint"),
    [
        ("Artículo 177 bis. De la trata de seres humanos", "177 bis(1)"),
        ("§ 232a Zwangsprostitution", "232a(1)"),
        ("Article 225-4-1", "225-4-1(I)(2)"),
        ("Article L425-1", "L425-1, al. 2"),
        ("SCHEDULE 4", "Schedule 4 para 1"),
        ("第二百四十条", "240(1)"),
        ("ধারা ৩। অধ্যাদেশের প্রাধান্য", "3"),
        ("المادة 2- جريمة الاتجار بالبشر", "2(1)"),
        ("المادة الأولى- التعريفات", "الأولى"),
        ("1 luku 7 § Kansainvälinen rikos", "1 luku 7"),
        ("Artigo 110.º — Informação às vítimas", "110"),
        ("50/A. §", "50/A"),
    ],
)
def test_pinpoints_name_headings_in_every_numbering(heading: str, pinpoint: str) -> None:
    assert designation(pinpoint) in heading_designations(heading)


def test_a_plain_number_does_not_name_a_suffixed_article() -> None:
    assert designation("177") not in heading_designations("Artículo 177 bis. De la trata")
    assert designation("2") not in heading_designations("제2조의2 (정의)")


def test_every_committed_claim_has_an_up_to_date_check(dataset: Dataset) -> None:
    from palermo.claims import claims_of

    total = verified = 0
    for record in dataset.records:
        lock = dataset.locks[record.jurisdiction]
        for located in claims_of(record):
            check = lock.check(located)
            assert check is not None, f"{record.jurisdiction} {located.id}: run palermo verify"
            assert check.result != "not-found"
            if record.instruments[record.claim_instrument(located.claim.at)[0]].text:  # it cites a text of the corpus
                total, verified = total + 1, verified + (check.result == "verified")
        assert set(lock.checks) == {located.id for located in claims_of(record)}, record.jurisdiction
    assert verified / total >= 0.9


def test_locks_are_sorted_json(dataset: Dataset) -> None:
    for path in dataset.project.evidence.glob("*.json"):
        claims = json.loads(path.read_text(encoding="utf-8"))["claims"]
        assert list(claims) == sorted(claims)
