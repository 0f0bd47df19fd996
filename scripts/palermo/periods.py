"""From which day to which day an answer or an offence holds.

What a record says in so many words (``from``, ``until``) stands. Otherwise a statement begins on the first day on which
the wording it rests on is known to have been the law, and ends when an instrument it rests on was repealed. Earlier
wording that is not at hand is unknown, never back-dated.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from .record import Answer, Claim, Instrument, Offence, Record

__all__ = ["Period", "answer_period", "day_after", "day_before", "gaps", "holds", "offence_period", "wording_since"]

Period = tuple[str | None, str | None]
"""First and last day, ISO 8601; None where it has no beginning or no end."""


def day_after(day: str) -> str:
    """Give the next day, both in ISO 8601."""
    return (dt.date.fromisoformat(day) + dt.timedelta(days=1)).isoformat()


def day_before(day: str) -> str:
    """Give the day before, both in ISO 8601."""
    return (dt.date.fromisoformat(day) - dt.timedelta(days=1)).isoformat()


def holds(from_: str | None, until: str | None, day: str) -> bool:
    """Say whether something that holds from one day to another holds on a day.

    >>> holds("2024-07-01", None, "2024-06-30"), holds(None, "2024-06-30", "2024-06-30")
    (False, True)
    """
    return (from_ or "") <= day and (until is None or day <= until)


def gaps(periods: Iterable[Period]) -> Iterator[Period]:
    """Give the stretches of time that no period covers: what was the law then is unknown.

    >>> list(gaps([("2018-05-30", "2024-12-31"), ("2025-04-23", None)]))
    [(None, '2018-05-29'), ('2025-01-01', '2025-04-22')]
    """
    covered: str | None = None  # the last day covered so far; None before all time
    for start, end in sorted(periods, key=lambda period: period[0] or ""):
        if start is not None and (covered is None or start > day_after(covered)):
            yield (day_after(covered) if covered else None), day_before(start)
        if end is None:
            return
        covered = max(covered or end, end)
    if covered:
        yield day_after(covered), None


def last_day(date: str) -> str:
    """Give the last day that a full or partial date may mean, so that nothing is dated too early.

    >>> last_day("2016"), last_day("2015-03-26")
    ('2016-12-31', '2015-03-26')
    """
    if len(date) == 4:
        return f"{date}-12-31"
    if len(date) == 7:
        year, month = int(date[:4]), int(date[5:])
        return day_before(f"{year + month // 12:04d}-{month % 12 + 1:02d}-01")
    return date


def wording_since(instrument: Instrument, record: Record) -> str:
    """Give the first day on which the wording that was read is known to have been the law.

    That is what the record says, else the date of the text that was read; a consolidation dated ahead of its reading
    counts from the reading.
    """
    if instrument.wording_since:
        return last_day(instrument.wording_since)
    return min(last_day(instrument.as_at or record.as_at), record.encoded)


def _starts(record: Record, claims: Iterable[Claim], keys: Iterable[str] = ()) -> list[str]:
    starts = [
        claim.since or wording_since(record.instruments[record.claim_instrument(claim.at)[0]], record)
        for claim in claims
    ]
    return starts + [wording_since(record.instruments[key], record) for key in keys]


def _ends(record: Record, claims: Iterable[Claim], keys: Iterable[str] = ()) -> list[str]:
    used = {record.claim_instrument(claim.at)[0] for claim in claims} | set(keys)
    repealed = (record.instruments[key].repealed for key in used)
    return [day_before(last_day(day)) for day in repealed if day]


def _period(from_: str | None, until: str | None, starts: list[str], ends: list[str]) -> Period:
    end = until or min(ends, default=None)
    start = from_ or max(starts, default=None)
    if start and end and start > end:
        start = end  # a text dated after its repeal: known at least for the last day
    return start, end


def answer_period(answer: Answer, record: Record) -> Period:
    """Give the first and the last day of an answer: those of its main claim, else of all that it rests on."""
    claims = list(answer.also)
    if answer.at and answer.words:
        claims = [Claim(at=answer.at, words=answer.words, says=answer.says, since=answer.since)]
    return _period(
        answer.from_,
        answer.until,
        _starts(record, claims, answer.searched),
        _ends(record, claims, answer.searched),
    )


def offence_period(offence: Offence, record: Record) -> Period:
    """Give the first and the last day of an offence in the wording that was read."""
    claims: list[Claim] = [Claim(at=offence.at, words=offence.words, says=offence.says, since=offence.since)]
    return _period(offence.from_, offence.until, _starts(record, claims), _ends(record, claims))
