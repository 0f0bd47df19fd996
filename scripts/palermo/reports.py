"""Findings for people and for machines."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from .checks import Finding, findings_graph
from .treaties import StatusTable
from .vocabulary import Vocabulary

__all__ = ["FORMATS", "render"]


def _against(finding: Finding, vocabulary: Vocabulary) -> str:
    parts = []
    for item in finding.measures:
        treaty = vocabulary.treaties[item.treaty]
        status = vocabulary.concept("binding", item.binding).label.lower()
        article = item.article if item.text_read else f"{item.article}, text not read"
        parts.append(f"{treaty.short} {article} ({status})")
    return "; ".join(parts)


def as_text(findings: Sequence[Finding], vocabulary: Vocabulary) -> str:
    """Findings for a person: a heading a jurisdiction, the gravest first."""
    lines: list[str] = []
    current = None
    for finding in findings:
        if finding.jurisdiction != current:
            current = finding.jurisdiction
            here = [f for f in findings if f.jurisdiction == current]
            tally = Counter(f.gravity for f in here)
            summary = ", ".join(
                f"{tally[g]} {concept.label.lower()}"
                for g, concept in vocabulary.schemes["gravity"].items()
                if tally[g]
            )
            lines += ["", f"{finding.name} ({current}): {summary}"]
        label = vocabulary.concept("gravity", finding.gravity).label
        lines.append(f"  {label} · {finding.question} · {finding.value}")
        lines.append(f"      {finding.sentence}")
        lines.append(f"      Asked for by {_against(finding, vocabulary)}")
    if not findings:
        return "No findings.\n"
    return "\n".join(lines).lstrip("\n") + "\n"


COLUMNS = ("jurisdiction", "name", "question", "dimension", "value", "gravity", "sentence", "day", "against", "claims")


def _rows(findings: Sequence[Finding], vocabulary: Vocabulary) -> list[dict[str, str]]:
    return [
        {
            "jurisdiction": f.jurisdiction,
            "name": f.name,
            "question": f.question,
            "dimension": f.dimension,
            "value": f.value,
            "gravity": f.gravity,
            "sentence": f.sentence,
            "day": f.day,
            "against": _against(f, vocabulary),
            "claims": " ".join(f.claims),
        }
        for f in findings
    ]


def as_csv(findings: Sequence[Finding], vocabulary: Vocabulary) -> str:
    """Findings as CSV (RFC 4180), one row a finding."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(_rows(findings, vocabulary))
    return out.getvalue()


def as_json(findings: Sequence[Finding], vocabulary: Vocabulary) -> str:
    """Findings as JSON, with every requirement behind each."""
    items = []
    for f in findings:
        item: dict[str, object] = {
            "jurisdiction": f.jurisdiction,
            "name": f.name,
            "question": f.question,
            "label": f.label,
            "dimension": f.dimension,
            "value": f.value,
            "gravity": f.gravity,
            "sentence": f.sentence,
            "day": f.day,
            "answer": f.answer,
            "claims": list(f.claims),
            "requirements": [
                {
                    "treaty": m.treaty,
                    "article": m.article,
                    "obligation": m.obligation,
                    "binding": m.binding,
                    "gravity": m.gravity,
                    "text_read": m.text_read,
                }
                for m in f.measures
            ],
        }
        items.append(item)
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def as_turtle(findings: Sequence[Finding], vocabulary: Vocabulary) -> str:
    """Findings as Turtle, in the terms of the ontology."""
    lines = []
    for code in dict.fromkeys(f.jurisdiction for f in findings):
        lines += findings_graph(code, [f for f in findings if f.jurisdiction == code], vocabulary).lines()
    quads = ox.parse("".join(lines).encode(), format=ox.RdfFormat.N_QUADS)
    prefixes = {"pa": vocabulary.pa, "xsd": "http://www.w3.org/2001/XMLSchema#"}
    return (ox.serialize((q.triple for q in quads), format=ox.RdfFormat.TURTLE, prefixes=prefixes) or b"").decode()


def as_junit(findings: Sequence[Finding], vocabulary: Vocabulary) -> str:
    """Findings as a JUnit report: a suite a jurisdiction, a case a finding; only breaches count as failures."""
    suites = []
    for code in dict.fromkeys(f.jurisdiction for f in findings):
        here = [f for f in findings if f.jurisdiction == code]
        cases = []
        for f in here:
            detail = escape(f"{f.sentence} Asked for by {_against(f, vocabulary)}.")
            inner = f"<failure type={quoteattr(f.gravity)} message={quoteattr(f.sentence)}>{detail}</failure>"
            if f.gravity != "breach":
                inner = f"<system-out>{escape(f.gravity)}: {detail}</system-out>"
            cases.append(f"<testcase classname={quoteattr(code)} name={quoteattr(f.question)}>{inner}</testcase>")
        failures = sum(f.gravity == "breach" for f in here)
        suites.append(
            f'<testsuite name={quoteattr(code)} tests="{len(here)}" failures="{failures}" errors="0" skipped="0">'
            + "".join(cases)
            + "</testsuite>"
        )
    return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>' + "\n".join(suites) + "</testsuites>\n"


def rows_for_machines(rows: Sequence[Mapping[str, object]], form: str) -> str:
    """Write rows as JSON, or as CSV (RFC 4180) with the keys of the first as header."""
    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def status_report(status: StatusTable, vocabulary: Vocabulary, state: str, day: str, form: str) -> str:
    """Say which instruments bind a state on a day, as text, CSV or JSON."""
    rows = []
    for slug, treaty in vocabulary.treaties.items():
        row = status.rows.get((slug, state))
        rows.append(
            {
                "treaty": slug,
                "title": treaty.short,
                "day": day,
                "binding": status.binding(slug, state, day),
                "signed": row.signed if row else "",
                "bound": row.bound if row else "",
                "form": row.form if row else "",
                "in_force": row.in_force if row else "",
                "ended": row.ended if row else "",
                "table_as_at": treaty.status_as_at or "",
                "note": row.note if row else "",
                "source": row.source if row else "",
            }
        )
    if form != "text":
        return rows_for_machines(rows, form)
    lines = [f"{state} on {day}"]
    for entry in rows:
        label = vocabulary.concept("binding", entry["binding"]).label
        dates = ", ".join(
            f"{name} {entry[key]}" for name, key in (("in force", "in_force"), ("until", "ended")) if entry[key]
        )
        lines.append(f"  {entry['title']:<44} {label:<16} {dates}".rstrip())
    return "\n".join(lines) + "\n"


FORMATS: dict[str, Callable[[Sequence[Finding], Vocabulary], str]] = {
    "text": as_text,
    "json": as_json,
    "csv": as_csv,
    "ttl": as_turtle,
    "junit": as_junit,
}


def render(findings: Sequence[Finding], vocabulary: Vocabulary, form: str) -> str:
    """Write findings in one of the formats. Raises KeyError for a format there is not."""
    return FORMATS[form](findings, vocabulary)
