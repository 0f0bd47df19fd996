"""Flat tables for spreadsheets, R and data frames, with the meaning of every column (CSV on the Web)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

from .dataset import Dataset
from .record import months
from .views import JurisdictionView

__all__ = ["TABLES", "Column", "Row", "Table", "csv_text", "csvw_metadata", "make_tables"]

Value = str | int | float | bool | None
Row = dict[str, Value]


@dataclass(frozen=True)
class Column:
    """A column: its name, XML Schema datatype and meaning."""

    name: str
    datatype: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """A table: its name, what one row is, its columns, its rows."""

    name: str
    about: str
    columns: tuple[Column, ...]
    rows: list[Row]


def _c(text: str) -> tuple[Column, ...]:
    """Read columns from lines of name, datatype and meaning."""
    return tuple(Column(*line.strip().split(" | ")) for line in text.strip().splitlines())


_WHO = "jurisdiction | string | ISO 3166 code\nname | string | common English name"


def _views(dataset: Dataset) -> list[JurisdictionView]:
    return [JurisdictionView(record, dataset) for record in dataset.records]


def answers_long(dataset: Dataset) -> Table:
    """One row an answer on the day of the data: every jurisdiction, every question."""
    columns = _c(
        f"""{_WHO}
question | string | id of the question
dimension | string | field the question belongs to
answer | string | met, partial, not-expressly-covered, absent, contrary or unknown
origin | string | stated by the encoder, derived from the offences, or unrecorded
from | date | first day on which the answer holds in the wording read
instrument | string | English title of the instrument of the main claim
pinpoint | string | article, section and paragraph of the main claim
words | string | operative words of the main claim, in the law's language
language | string | language of the operative words (BCP 47)
says | string | the Atlas's own sentence on what the law provides
evidence | string | verified or unverified
note | string | why this reading was taken
details | string | form, days, length and other details of the answer"""
    )
    rows: list[Row] = []
    for view in _views(dataset):
        for question, answer in view.answers.items():
            main = answer.claims[0] if answer.claims else None
            rows.append(
                {
                    "jurisdiction": view.code,
                    "name": view.name,
                    "question": question,
                    "dimension": answer.question.dimension,
                    "answer": answer.value.notation,
                    "origin": answer.origin,
                    "from": answer.from_,
                    "instrument": (main.instrument.title_en or main.instrument.title) if main else None,
                    "pinpoint": main.pinpoint if main else None,
                    "words": main.words if main else None,
                    "language": main.instrument.language if main else None,
                    "says": answer.sentence or None,
                    "evidence": main.evidence if main else None,
                    "note": answer.note,
                    "details": "; ".join(f"{label}: {value}" for label, value in answer.details) or None,
                }
            )
    return Table(
        "answers-long", "One answer to one question in one jurisdiction, on the day of the data.", columns, rows
    )


def answers_wide(dataset: Dataset) -> Table:
    """One row a jurisdiction, one column a question."""
    questions = dataset.vocabulary.questions
    columns = _c(f"{_WHO}\nas_at | date | date of the text that decides") + tuple(
        Column(q.id, "string", q.wording) for q in questions.values()
    )
    rows: list[Row] = [
        {
            "jurisdiction": view.code,
            "name": view.name,
            "as_at": view.record.as_at,
            **{id_: answer.value.notation for id_, answer in view.answers.items()},
        }
        for view in _views(dataset)
    ]
    return Table("answers-wide", "One jurisdiction with its answer to every question.", columns, rows)


def findings(dataset: Dataset) -> Table:
    """One row a requirement behind a finding."""
    columns = _c(
        f"""{_WHO}
question | string | id of the question
answer | string | absent, partial or contrary
gravity | string | breach, not-assessed, benchmark or recommendation
sentence | string | the finding in one sentence
treaty | string | instrument that asks for it
article | string | article that asks for it
obligation | string | shall, endeavour, consider or standard
binding | string | binds, status-unknown, does-not-bind or soft-law, on the day
text_read | boolean | whether the article was read in the instrument's own text
day | date | day of the check"""
    )
    rows: list[Row] = [
        {
            "jurisdiction": f.jurisdiction,
            "name": f.name,
            "question": f.question,
            "answer": f.value,
            "gravity": f.gravity,
            "sentence": f.sentence,
            "treaty": m.treaty,
            "article": m.article,
            "obligation": m.obligation,
            "binding": m.binding,
            "text_read": m.text_read,
            "day": f.day,
        }
        for f in dataset.all_findings
        for m in f.measures
    ]
    return Table("findings", "One requirement that a finding is measured against.", columns, rows)


def penalties(dataset: Dataset) -> Table:
    """One row a frame of punishment in force."""
    columns = _c(
        f"""{_WHO}
offence | string | title of the offence
kind | string | trafficking, or related
tier | string | basic, aggravated, child-victim, gravest or mitigated
minimum | string | least term as the law states it
maximum | string | greatest term as the law states it; life or death
minimum_months | decimal | least term in months
maximum_months | decimal | greatest term in months; empty for life and death
fine_minimum | decimal | least fine
fine_maximum | decimal | greatest fine
fine_currency | string | ISO 4217 code or unit
fine_without_limit | boolean | a fine whose amount the provision does not limit
relation | string | fine with imprisonment (and), instead (or), either (and-or)
instrument | string | English title of the instrument
pinpoint | string | article, section and paragraph
words | string | operative words in the law's language"""
    )
    rows: list[Row] = []
    for view in _views(dataset):
        for row in view.penalties:
            term, fine = row.penalty.term, row.penalty.fine
            low, high = (term.min, term.max) if term else (None, None)
            rows.append(
                {
                    "jurisdiction": view.code,
                    "name": view.name,
                    "offence": row.offence.title,
                    "kind": row.offence.kind,
                    "tier": row.tier.notation,
                    "minimum": low,
                    "maximum": high,
                    "minimum_months": months(low) if low else None,
                    "maximum_months": months(high) if high else None,
                    "fine_minimum": fine.min if fine else None,
                    "fine_maximum": fine.max if fine else None,
                    "fine_currency": fine.currency if fine else None,
                    "fine_without_limit": bool(fine.unlimited) if fine else None,
                    "relation": row.penalty.relation,
                    "instrument": row.claim.instrument.title_en or row.claim.instrument.title,
                    "pinpoint": row.claim.pinpoint,
                    "words": row.claim.words,
                }
            )
    return Table("penalties", "One frame of punishment of an offence in force.", columns, rows)


def instruments(dataset: Dataset) -> Table:
    """One row a legal text that was read."""
    columns = _c(
        f"""{_WHO}
key | string | key of the instrument in the record
title | string | title in its own language
title_en | string | English title
number | string | official number or citation
language | string | language of the text read (BCP 47)
translation | string | original, official or unofficial translation
enacted | string | day, month or year of adoption
in_force | string | first day in force
repealed | string | first day no longer in force
as_at | string | date of the text read
complete | boolean | whether the whole instrument was at hand
link | string | address of the official text
caution | string | what a reader must know of the text"""
    )
    rows: list[Row] = [
        {
            "jurisdiction": record.jurisdiction,
            "name": record.name,
            "key": key,
            **{c.name: getattr(instrument, c.name) for c in columns[3:]},
        }
        for record in dataset.records
        for key, instrument in record.instruments.items()
    ]
    return Table("instruments", "One legal text that was read for a record.", columns, rows)


def treaty_status(dataset: Dataset) -> Table:
    """One row a state and instrument of which something is known."""
    columns = _c(
        """state | string | ISO 3166-1 code
treaty | string | slug of the instrument
binding | string | binds, status-unknown or does-not-bind, on the day of the data
signed | string | day, month or year of signature
bound | string | day, month or year of consent to be bound
form | string | ratification, accession, acceptance, approval, succession or membership
in_force | string | first day in force for the state
ended | string | first day on which it no longer binds
table_as_at | date | day up to which the source's table is true
note | string | reservations as marked, and other remarks
source | string | where the row comes from"""
    )
    rows: list[Row] = [
        {
            "state": row.state,
            "treaty": row.treaty,
            "binding": dataset.status.binding(row.treaty, row.state, dataset.day),
            "signed": row.signed or None,
            "bound": row.bound or None,
            "form": row.form or None,
            "in_force": row.in_force or None,
            "ended": row.ended or None,
            "table_as_at": dataset.vocabulary.treaties[row.treaty].status_as_at,
            "note": row.note or None,
            "source": row.source or None,
        }
        for (_, _), row in sorted(dataset.status.rows.items())
    ]
    return Table("treaty-status", "One state's relation to one international instrument.", columns, rows)


def claims(dataset: Dataset) -> Table:
    """One row a claim."""
    columns = _c(
        f"""{_WHO}
claim | string | identity of the claim within the jurisdiction
instrument | string | key of the instrument
pinpoint | string | article, section and paragraph
words | string | operative words in the law's language
language | string | language of the words (BCP 47)
says | string | the Atlas's own sentence or gloss
evidence | string | verified or unverified
checked | date | day of the evidence check"""
    )
    rows: list[Row] = [
        {
            "jurisdiction": view.code,
            "name": view.name,
            "claim": claim.id,
            "instrument": claim.instrument_key,
            "pinpoint": claim.pinpoint,
            "words": claim.words,
            "language": claim.instrument.language,
            "says": claim.says,
            "evidence": claim.evidence,
            "checked": claim.checked or None,
        }
        for view in _views(dataset)
        for claim in view.claims.values()
    ]
    return Table("claims", "One claim: a pinpoint, its operative words, and what they say.", columns, rows)


TABLES: dict[str, Callable[[Dataset], Table]] = {
    "answers-long": answers_long,
    "answers-wide": answers_wide,
    "claims": claims,
    "findings": findings,
    "instruments": instruments,
    "penalties": penalties,
    "treaty-status": treaty_status,
}


def make_tables(dataset: Dataset) -> list[Table]:
    """Make every table."""
    return [make(dataset) for make in TABLES.values()]


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def csv_text(table: Table) -> str:
    """Write a table as CSV (RFC 4180, UTF-8, header row)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    writer.writerows([_text(row.get(column.name)) for column in table.columns] for row in table.rows)
    return out.getvalue()


def csvw_metadata(tables: list[Table], base: str) -> dict[str, object]:
    """Describe the tables as CSV on the Web (W3C Recommendation of 17 December 2015)."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": "Palermo Atlas: flat tables",
        "dc:license": {"@id": "https://creativecommons.org/licenses/by/4.0/"},
        "dc:source": {"@id": base},
        "tables": [
            {
                "url": f"{table.name}.csv",
                "dc:description": table.about,
                "tableSchema": {
                    "columns": [
                        {
                            "name": column.name.replace("-", "_"),
                            "titles": column.name,
                            "datatype": column.datatype,
                            "dc:description": column.meaning,
                        }
                        for column in table.columns
                    ]
                },
            }
            for table in tables
        ],
    }
