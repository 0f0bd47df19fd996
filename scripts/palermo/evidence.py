"""The evidence check: do a claim's words stand in the provision it points at?

The outcome is kept in a lock beside the records, so that a build without the corpus still says what was verified,
when, and against which text.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import yamlio
from .claims import LocatedClaim, claims_of
from .corpus import Corpus, Provision
from .problems import Problem, display_path
from .record import Record, normalise, place

__all__ = ["Check", "EvidenceLock", "Outcome", "read_lock", "verify", "write_lock"]


@dataclass(frozen=True)
class Check:
    """The outcome for one claim."""

    at: str
    words: str
    result: str
    """verified, unverified or not-found: the notations of the ontology's scheme."""
    checked: str
    """Day of the check, ISO 8601."""
    reason: str = ""
    file: str = ""
    provision: str = ""
    sha256: str = ""
    version: str = ""


@dataclass
class EvidenceLock:
    """What the evidence check found for one jurisdiction."""

    jurisdiction: str
    checks: dict[str, Check] = field(default_factory=dict)

    def check(self, located: LocatedClaim) -> Check | None:
        """Give the check of a claim, or None where the claim is new or has changed since the lock was written."""
        found = self.checks.get(located.id)
        claim = located.claim
        return found if found and (found.at, found.words) == (claim.at, claim.words) else None


@dataclass
class Outcome:
    """One run of the check over one record."""

    lock: EvidenceLock
    problems: list[Problem]
    drifted: list[str]
    """Sentences on claims whose provision's text is no longer the one that was read."""

    def count(self, result: str) -> int:
        """Count the claims with one result."""
        return sum(check.result == result for check in self.lock.checks.values())


def _find(provisions: Iterable[Provision], words: str) -> Provision | None:
    folded = normalise(words)
    return next((provision for provision in provisions if folded in provision.folded), None)


def _check(located: LocatedClaim, record: Record, corpus: Corpus, today: str) -> tuple[Check, str]:
    """Check one claim; the second value says what to write instead where it fails."""
    claim = located.claim
    key, pinpoint = record.claim_instrument(claim.at)
    instrument = record.instruments[key]
    blank = Check(claim.at, claim.words, "unverified", today)
    if instrument.text is None:
        return Check(claim.at, claim.words, "unverified", today, "no official text is at hand"), ""
    document = corpus.document(instrument.text)
    if document is None:
        return (
            Check(
                claim.at, claim.words, "not-found", today, f"the corpus has no text {instrument.text}", instrument.text
            ),
            "Name the corpus file without its ending, such as GB/modern-slavery-act-2015, or leave “text” out.",
        )
    provisions = document.find(pinpoint)
    hit = _find(provisions, claim.words)
    if hit:
        return (
            Check(claim.at, claim.words, "verified", today, "", document.name, hit.name, hit.sha256, document.version),
            "",
        )
    elsewhere = _find(document.provisions, claim.words)
    hint = f"The words stand under “{elsewhere.heading}”." if elsewhere else "The words stand nowhere in this text."
    if not provisions:
        reason = f"{document.name} has no provision “{pinpoint}”"
    else:
        reason = f"the words are not in “{provisions[0].heading}” of {document.name}"
    return Check(blank.at, blank.words, "not-found", today, reason, document.name, version=document.version), hint


def verify(record: Record, path: Path, corpus: Corpus, before: EvidenceLock, today: dt.date | None = None) -> Outcome:
    """Check every claim of a record against a corpus, and compare with the lock of an earlier check."""
    day = (today or dt.date.today()).isoformat()
    outcome = Outcome(EvidenceLock(record.jurisdiction), [], [])
    places = None
    for located in claims_of(record):
        check, hint = _check(located, record, corpus, day)
        earlier = before.check(located)
        if earlier:
            same = {**asdict(earlier), "checked": ""} == {**asdict(check), "checked": ""}
            if same:
                check = earlier
            elif earlier.sha256 and earlier.sha256 != check.sha256:
                outcome.drifted.append(
                    f"{record.jurisdiction} {located.id}: the text of {claim_place(earlier)} has changed since "
                    f"{earlier.checked} ({earlier.version or 'undated'} then, {check.version or 'undated'} now): "
                    f"{check.result}"
                )
        outcome.lock.checks[located.id] = check
        if check.result == "not-found":
            places = places or yamlio.locate(path)
            line, column = place(places, (*located.path, "words"), on_key=False)
            outcome.problems.append(
                Problem(display_path(path), line, column, f"{located.claim.at}: {check.reason}", hint)
            )
    return outcome


def claim_place(check: Check) -> str:
    """Name the provision of a check for a person."""
    return f"{check.file} {check.provision or check.at}"


def lock_path(folder: Path, jurisdiction: str) -> Path:
    """Give the file of a jurisdiction's lock."""
    return folder / f"{jurisdiction}.json"


def read_lock(folder: Path, jurisdiction: str) -> EvidenceLock:
    """Read a jurisdiction's lock; an empty one where there is none yet.

    Raises:
        ValueError: the file is not a lock.
    """
    path = lock_path(folder, jurisdiction)
    if not path.is_file():
        return EvidenceLock(jurisdiction)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return EvidenceLock(jurisdiction, {id_: Check(**check) for id_, check in data["claims"].items()})
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"{display_path(path)} is not an evidence lock: {error}. Run palermo verify again.") from error


def write_lock(folder: Path, lock: EvidenceLock) -> bool:
    """Write a lock whole or not at all; say whether its content changed."""
    data = {
        "jurisdiction": lock.jurisdiction,
        "claims": {
            id_: {key: value for key, value in asdict(check).items() if value}
            for id_, check in sorted(lock.checks.items())
        },
    }
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    path = lock_path(folder, lock.jurisdiction)
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
    return True
