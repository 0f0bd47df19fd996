"""How complete and how old the records are."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from .dataset import Dataset
from .reports import rows_for_machines
from .views import JurisdictionView

__all__ = ["Coverage", "coverage_report", "coverage_rows"]


@dataclass(frozen=True)
class Coverage:
    """The state of one record, or of all together (code “all”)."""

    code: str
    name: str
    questions: int
    answered: int
    unknown: int
    claims: int
    verified: int
    unverified: int
    as_at: str
    second_reading: str


def coverage_rows(dataset: Dataset) -> list[Coverage]:
    """Give a row for each jurisdiction, and last one for all."""
    rows = []
    for record in dataset.records:
        view = JurisdictionView(record, dataset)
        unknown = sum(answer.value.notation == "unknown" for answer in view.answers.values())
        rows.append(
            Coverage(
                view.code,
                view.name,
                len(view.answers),
                len(view.answers) - unknown,
                unknown,
                len(view.claims),
                view.verified,
                len(view.claims) - view.verified,
                record.as_at,
                record.second_reading or "",
            )
        )
    total = Coverage(
        "all",
        f"{len(rows)} jurisdictions",
        sum(r.questions for r in rows),
        sum(r.answered for r in rows),
        sum(r.unknown for r in rows),
        sum(r.claims for r in rows),
        sum(r.verified for r in rows),
        sum(r.unverified for r in rows),
        min((r.as_at for r in rows), default=""),
        "",
    )
    return [*rows, total]


def coverage_report(dataset: Dataset, form: str) -> str:
    """Write the coverage as text, CSV or JSON."""
    rows = [asdict(row) for row in coverage_rows(dataset)]
    if form != "text":
        return rows_for_machines(rows, form)
    lines = [
        f"{'':<5} {'':<28} {'answered':>9} {'unknown':>8} {'claims':>7} {'verified':>9}  "
        f"{'text as at':<11} second reading"
    ]
    for row in rows:
        share = row["verified"] / row["claims"] if row["claims"] else 0
        lines.append(
            f"{row['code']:<5} {row['name'][:28]:<28} {row['answered']:>9} {row['unknown']:>8} "
            f"{row['claims']:>7} {share:>9.1%}  {row['as_at']:<11} {row['second_reading']}".rstrip()
        )
    return "\n".join(lines) + "\n"
