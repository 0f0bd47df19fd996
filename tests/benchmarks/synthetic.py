"""Made-up records as large as the real ones, the same for the same seed."""

from __future__ import annotations

import random
from pathlib import Path

import pycountry
import yaml

from palermo.vocabulary import Vocabulary

WORDS = ("whoever", "recruits", "transports", "harbours", "receives", "persons", "force", "deceit", "power", "labour")


def codes(count: int) -> list[str]:
    """Give valid codes, as many as are asked for."""
    known = sorted(subdivision.code for subdivision in pycountry.subdivisions)
    return known[:: max(1, len(known) // count)][:count]


def synthetic_record(code: str, seed: int, vocabulary: Vocabulary) -> dict[str, object]:
    """Make a record of about 25 KB of YAML with an answer to every question and some gaps."""
    chance = random.Random(seed)

    def claim(number: int) -> dict[str, str]:
        words = " ".join(chance.choices(WORDS, k=7))
        return {
            "at": f"law {number}({chance.randint(1, 9)})",
            "words": words,
            "says": f"It says this in section {number}: {words}.",
        }

    def elements(scheme: str) -> dict[str, object]:
        names = [n for n in vocabulary.schemes[scheme] if chance.random() < 0.8]
        return {
            "list": chance.choice(["closed", "closed", "open"]),
            **claim(3),
            **{n: claim(i) for i, n in enumerate(names, 4)},
        }

    def offence(kind: str) -> dict[str, object]:
        made: dict[str, object] = {"title": "An offence", "kind": kind, **claim(2)}
        if kind == "trafficking":
            made |= {"acts": elements("act"), "means": elements("means"), "purposes": elements("purpose")}
        low = chance.randint(1, 5)
        made["penalties"] = [
            {"tier": tier, **claim(30), "term": {"min": f"{low} years", "max": f"{low + chance.randint(1, 9)} years"}}
            for tier in ("basic", "aggravated", "child-victim")
        ]
        return made

    def answer(number: int) -> dict[str, object]:
        value = chance.choices(["met", "partial", "absent", "contrary", "unknown"], [60, 12, 12, 2, 14])[0]
        if value == "unknown":
            return {"answer": value, "note": "The text that would answer was not at hand."}
        made: dict[str, object] = {
            "answer": value,
            **claim(number),
            "note": f"Read as {value} for a reason of some length.",
        }
        if value == "absent":
            made["searched"] = ["law"]
        return made

    questions = [q for q in vocabulary.questions.values() if not q.element]
    return {
        "jurisdiction": code,
        "name": f"Synthetic {code}",
        "legal_family": chance.choice(list(vocabulary.schemes["legal-family"])),
        "region": chance.choice(list(vocabulary.schemes["region"])),
        "as_at": f"202{chance.randint(0, 6)}-0{chance.randint(1, 9)}-15",
        "encoded": "2026-11-20",
        "lawyer_reviewed": False,
        "instruments": {"law": {"title": "Law", "language": "en", "as_at": "2024-01-01", "complete": True}},
        "offences": {"first": offence("trafficking"), "second": offence("trafficking"), "third": offence("related")},
        "answers": {question.id: answer(40 + i) for i, question in enumerate(questions)},
    }


def write_records(folder: Path, count: int, vocabulary: Vocabulary) -> int:
    """Write records, and give the mean size in bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    total = 0
    for seed, code in enumerate(codes(count)):
        text = yaml.safe_dump(synthetic_record(code, seed, vocabulary), allow_unicode=True, sort_keys=False, width=110)
        (folder / f"{code}.yaml").write_text(text, encoding="utf-8")
        total += len(text)
    return total // count
