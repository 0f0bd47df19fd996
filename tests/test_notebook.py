"""The notebook runs on the real records, and what it finds is what the records say when they are read without it."""

from __future__ import annotations

import json
import re
import statistics
from collections import defaultdict
from typing import Any

import nbclient
import nbformat
import pytest

from palermo.claims import claims_of
from palermo.dataset import Dataset
from palermo.mapping import Derived, answers_on
from palermo.periods import offence_period
from palermo.record import Record, months

from .conftest import ROOT

NOTEBOOK = ROOT / "site" / "notebooks" / "atlas.ipynb"
TOLD = """
import json
print(json.dumps({
    "jurisdictions": len(atlas.jurisdictions),
    "answer": reply_gb,
    "findings": len(atlas.findings("PK")),
    "differences": sorted(d.question for d in differences),
    "moving": [(row["name"], row["value"]) for row in moving],
    "tiers": tiers.to_dicts(),
    "spares_children": sorted(spares_children.index),
    "known": sorted(known.index),
    "open": sorted(known.index[open_to_punishment]),
    "years": {code: int(year) for code, year in laws["year"].items()},
    "by_group": by_group["median"].to_dict(),
    "periods": int(crossed.to_numpy().sum()),
}, ensure_ascii=False))
"""


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """Execute the notebook as it is, with one more cell that tells what its names stand for."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    last = nbformat.v4.new_code_cell(TOLD.replace("reply_gb", 'atlas.answer("GB", "non-punishment").value'))
    notebook.cells.append(last)
    place = {"metadata": {"path": str(ROOT)}}
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", resources=place).execute()
    found: dict[str, Any] = json.loads(last.outputs[0]["text"])
    return found


def value(dataset: Dataset, record: Record, question: str) -> str:
    answer = answers_on(record, dataset.vocabulary, dataset.day)[question]
    if answer is None:
        return "unknown"
    return answer.value if isinstance(answer, Derived) else answer.answer


def test_it_is_kept_clean() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[a-z-]+", id_) for id_ in ids)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None
    assert text == json.dumps(json.loads(text), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def test_single_answers(told: dict[str, Any], dataset: Dataset) -> None:
    assert told["jurisdictions"] == len(dataset.records)
    assert told["answer"] == value(dataset, dataset.record("GB"), "non-punishment")
    assert told["findings"] == len(dataset.findings["PK"]) > 0
    pair = [dataset.record(code) for code in ("FR", "DE")]
    assert told["differences"] == sorted(
        q for q in dataset.vocabulary.questions if len({value(dataset, r, q) for r in pair}) > 1
    )


def test_the_query(told: dict[str, Any], dataset: Dataset) -> None:
    found = {(r.name, value(dataset, r, "no-movement-required")) for r in dataset.records}
    assert sorted(map(tuple, told["moving"])) == sorted(
        (name, v) for name, v in found if v in ("absent", "partial", "contrary")
    )
    assert told["moving"]


def test_the_penalties(told: dict[str, Any], dataset: Dataset) -> None:
    frames = defaultdict(list)
    for record in dataset.records:
        for offence in record.offences.values():
            if offence.kind == "trafficking" and offence_period(offence, record)[1] is None:
                for penalty in offence.penalties:
                    if penalty.term and penalty.term.max:
                        frames[penalty.tier].append((record.jurisdiction, penalty.term.max))
    assert {row["tier"] for row in told["tiers"]} == set(frames)
    for row in told["tiers"]:
        terms = frames[row["tier"]]
        lengths = [length for _, term in terms if (length := months(term)) is not None]
        assert row["frames"] == len(terms)
        assert row["jurisdictions"] == len({code for code, _ in terms})
        assert row["life_or_death"] == sum(term in ("life", "death") for _, term in terms)
        assert row["median_maximum_months"] == pytest.approx(statistics.median(lengths))


def test_the_research_question(told: dict[str, Any], dataset: Dataset) -> None:
    both = {
        r.jurisdiction: [value(dataset, r, q) for q in ("child-no-means", "non-punishment")] for r in dataset.records
    }
    met = sorted(code for code, (child, _) in both.items() if child == "met")
    known = [code for code in met if both[code][1] != "unknown"]
    assert told["spares_children"] == met and told["known"] == known
    assert told["open"] == [code for code in known if both[code][1] != "met"]
    years = {}
    for code in known:
        record = dataset.record(code)
        answer = answers_on(record, dataset.vocabulary, dataset.day)["child-no-means"]
        assert answer is not None
        if isinstance(answer, Derived):
            by_id = {c.id: c for c in claims_of(record)}
            keys = [by_id[id_].instrument_key for id_ in answer.claims]
        else:
            keys = [(answer.at or "").split(" ")[0]]
        enacted = record.instruments[keys[0]].enacted if keys and keys[0] else None
        if enacted:
            years[code] = int(str(enacted)[:4])
    assert told["years"] == years and told["periods"] == len(years) > 20
    groups = defaultdict(list)
    for code, year in years.items():
        groups[str(both[code][1] != "met").lower()].append(year)
    assert {k.lower(): v for k, v in told["by_group"].items()} == {k: statistics.median(v) for k, v in groups.items()}
