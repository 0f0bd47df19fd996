"""Which international instrument binds which state on which day.

The status rows are data (``ontology/status/*.ttl``), made from a table by ``palermo treaties import`` and never edited.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .mapping import DCTERMS, date_literal, iri, literal
from .problems import InvalidInput, Problem, display_path, nearest
from .record import _PARTIAL_DATE, is_code
from .settings import DEFAULT_BASE, Project
from .vocabulary import Vocabulary, parse_turtle

__all__ = ["Status", "StatusTable", "import_table", "load_status"]


@dataclass(frozen=True)
class Status:
    """One state's relation to one instrument. Dates are as precise as the source has them; empty where it has none."""

    state: str
    treaty: str
    signed: str = ""
    bound: str = ""
    form: str = ""
    in_force: str = ""
    ended: str = ""
    note: str = ""
    source: str = ""


def _span(date: str) -> tuple[str, str]:
    """Give the first and last day that a full or partial date may mean."""
    if len(date) == 10:
        return date, date
    if len(date) == 7:
        year, month = int(date[:4]), int(date[5:7])
        last = dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
        return f"{date}-01", last.isoformat()
    return f"{date}-01-01", f"{date}-12-31"


class StatusTable:
    """Every status row at hand."""

    def __init__(self, rows: list[Status], vocabulary: Vocabulary) -> None:
        self.rows = {(row.treaty, row.state): row for row in rows}
        self._treaties = vocabulary.treaties

    def binding(self, treaty: str, state: str, day: str) -> str:
        """Say whether an instrument binds a state on a day: the notation of a concept in the scheme ``binding``.

        A missing row is unknown, except where the source of the instrument's status lists every party.
        """
        instrument = self._treaties[treaty]
        if instrument.soft_law:
            return "soft-law"
        row = self.rows.get((treaty, state))
        if row is None:
            return "does-not-bind" if instrument.lists_all_parties else "status-unknown"
        if row.ended and day >= row.ended:
            return "does-not-bind"
        if row.in_force:
            first, last = _span(row.in_force)
            return "binds" if day >= last else "does-not-bind" if day < first else "status-unknown"
        if row.bound:
            # the day of entry into force is not in the source; a year on, no rule of these instruments leaves a doubt
            first, last = _span(row.bound)
            sure = (dt.date.fromisoformat(last) + dt.timedelta(days=366)).isoformat()
            return "binds" if day >= sure else "does-not-bind" if day < first else "status-unknown"
        return "status-unknown"

    def of_state(self, state: str) -> list[Status]:
        """Give every row of one state, in the order of the instruments."""
        return [row for slug in self._treaties if (row := self.rows.get((slug, state)))]


_FIELDS = {
    "signed": "signed",
    "bound": "bound",
    "consentForm": "form",
    "inForce": "in_force",
    "ended": "ended",
    "note": "note",
}


def read_turtle(path: Path, vocabulary: Vocabulary) -> list[Status]:
    """Read status rows from Turtle.

    Raises:
        InvalidInput: the file is not valid Turtle.
    """
    found: dict[str, dict[str, str]] = {}
    for triple in parse_turtle(path, vocabulary.base):
        row = found.setdefault(str(getattr(triple.subject, "value", "")), {})
        name, value = triple.predicate.value, str(getattr(triple.object, "value", ""))
        if name == vocabulary.pa + "jurisdiction":
            row["state"] = value.rsplit("/", 1)[1]
        elif name == vocabulary.pa + "treaty":
            row["treaty"] = value.rsplit("/", 1)[1]
        elif name == DCTERMS + "source":
            row["source"] = value
        elif (key := _FIELDS.get(name.removeprefix(vocabulary.pa))) is not None:
            row[key] = value
    return [Status(**row) for row in found.values()]


def status_files(project: Project) -> list[Path]:
    """Give the files of status rows, in a fixed order."""
    return sorted((project.ontology / "status").glob("*.ttl"))


@functools.lru_cache(maxsize=4)
def load_status(project: Project, vocabulary: Vocabulary) -> StatusTable:
    """Read the status rows of a project.

    Raises:
        InvalidInput: a file is not valid Turtle.
    """
    return StatusTable([row for path in status_files(project) for row in read_turtle(path, vocabulary)], vocabulary)


COLUMNS = ("iso2", "treaty", "signed", "bound", "kind", "in_force", "note", "source")


def read_table(path: Path, vocabulary: Vocabulary) -> list[Status]:
    """Read a status table in CSV.

    Raises:
        InvalidInput: a column is missing, or a code, treaty or date is not one, with the line.
    """
    problems: list[Problem] = []
    rows: list[Status] = []
    file = display_path(path)
    with path.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.DictReader(handle)
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or [])]
        if missing:
            raise InvalidInput(
                [Problem(file, 1, 1, f"columns are missing: {', '.join(missing)}", "See the table's README.")]
            )
        for entry in reader:
            line = reader.line_num
            if not is_code(entry["iso2"]) and entry["iso2"] != "EU":
                problems.append(Problem(file, line, 1, f"“{entry['iso2']}” is not a country code"))
            if entry["treaty"] not in vocabulary.treaties:
                guess = nearest(entry["treaty"], vocabulary.treaties)
                problems.append(
                    Problem(
                        file,
                        line,
                        1,
                        f"“{entry['treaty']}” is not a known treaty",
                        f"Did you mean {guess}?" if guess else "",
                    )
                )
            problems += [
                Problem(
                    file, line, 1, f"“{entry[column]}” in {column} is not a date", "Write 2003-12-25, 2003-12 or 2003."
                )
                for column in ("signed", "bound", "in_force", *(["ended"] if "ended" in entry else []))
                if entry[column] and not _PARTIAL_DATE.fullmatch(entry[column])
            ]
            rows.append(
                Status(
                    entry["iso2"],
                    entry["treaty"],
                    entry["signed"],
                    entry["bound"],
                    entry["kind"],
                    entry["in_force"],
                    entry.get("ended") or "",
                    " ".join(entry["note"].split()),
                    " ".join(entry["source"].split()),
                )
            )
    if problems:
        raise InvalidInput(problems)
    return rows


def write_turtle(rows: list[Status], path: Path) -> None:
    """Write status rows as Turtle under the public base, one block a row, sorted."""
    pa = f"{DEFAULT_BASE}ontology#"
    blocks = [
        f"@prefix pa: <{pa}> .\n@prefix dcterms: <{DCTERMS}> .\n@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n\n"
        "# Made by “palermo treaties import”; not edited by hand.\n"
    ]
    for row in sorted(rows, key=lambda r: (r.treaty, r.state)):
        lines = [
            f"<{DEFAULT_BASE}treaty/{row.treaty}/status/{row.state}> a pa:TreatyStatus",
            f"    pa:treaty {iri(f'{DEFAULT_BASE}treaty/{row.treaty}')}",
            f"    pa:jurisdiction {iri(f'{DEFAULT_BASE}jurisdiction/{row.state}')}",
        ]
        for name, value in (
            ("signed", row.signed),
            ("bound", row.bound),
            ("inForce", row.in_force),
            ("ended", row.ended),
        ):
            if value:
                lines.append(f"    pa:{name} {date_literal(value)}")
        for name, value in (("pa:consentForm", row.form), ("pa:note", row.note), ("dcterms:source", row.source)):
            if value:
                lines.append(f"    {name} {literal(value)}")
        blocks.append(" ;\n".join(lines) + " .\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text("\n".join(blocks), encoding="utf-8")
    temporary.replace(path)


def import_table(path: Path, project: Project, vocabulary: Vocabulary) -> Iterator[str]:
    """Replace the status rows of the treaties in a table, and say what changed, a line a change.

    Raises:
        InvalidInput: the table has faults; nothing is written.
    """
    rows = read_table(path, vocabulary)
    target = project.ontology / "status" / f"{path.stem.replace('_', '-')}.ttl"
    before: dict[tuple[str, str], Status] = {}
    if target.is_file():
        before = {(row.treaty, row.state): row for row in read_turtle(target, vocabulary)}
    after = {(row.treaty, row.state): row for row in rows}
    write_turtle(rows, target)
    for key in sorted(set(before) | set(after)):
        old, new = before.get(key), after.get(key)
        name = f"{key[1]} {key[0]}"
        if old is None and before:
            yield f"{name}: new row"
        elif new is None:
            yield f"{name}: row gone"
        elif old is not None and old != new:
            changes = [
                f"{f} {getattr(old, f) or '–'} → {getattr(new, f) or '–'}"
                for f in Status.__dataclass_fields__
                if getattr(old, f) != getattr(new, f)
            ]
            yield f"{name}: {'; '.join(changes)}"
    yield f"{len(after)} rows written to {display_path(target)}"
