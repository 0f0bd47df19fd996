"""The dated log of what changed in the data: site/changes.yaml, for a page and a feed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from . import yamlio
from .problems import InvalidInput, Problem, display_path
from .record import place

__all__ = ["Change", "read_changes"]


@dataclass(frozen=True)
class Change:
    """One change of the data."""

    date: str
    title: str
    text: str
    jurisdictions: tuple[str, ...]
    anchor: str
    """Name of the entry on its page: the day, and a number where a day has several."""


def read_changes(path: Path, known: set[str]) -> list[Change]:
    """Read the log, the newest first.

    Args:
        path: The log.
        known: Codes of the recorded jurisdictions.

    Raises:
        InvalidInput: an entry lacks a day or a title, names a jurisdiction without a record, or stands out of order.
    """
    entries = yamlio.load(path)
    places = yamlio.locate(path)
    made: list[Change] = []
    problems: list[Problem] = []

    def fault(at: tuple[str | int, ...], message: str, instead: str) -> None:
        problems.append(Problem(display_path(path), *place(places, at, False), message, instead))

    for number, entry in enumerate(entries):
        if not isinstance(entry, dict) or not {"date", "title"} <= entry.keys():
            fault((number,), "an entry needs a date and a title", "Write “date: 2026-11-21” and “title: …”.")
            continue
        day, codes = str(entry["date"]), tuple(str(code) for code in entry.get("jurisdictions", ()))
        for index, code in enumerate(codes):
            if code not in known:
                fault((number, "jurisdictions", index), f"there is no record for {code}", "Name recorded ones only.")
        if made and day > made[-1].date:
            fault((number, "date"), f"{day} is later than the entry before it", "The newest entry comes first.")
        same = sum(change.date == day for change in made)
        anchor = f"{day}-{same + 1}" if same else day
        made.append(Change(day, str(entry["title"]), str(entry.get("text", "")).strip(), codes, anchor))
    if problems:
        raise InvalidInput(problems)
    return made
