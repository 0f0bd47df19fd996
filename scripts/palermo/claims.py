"""Every claim of a record, each under an identity that reordering the record does not change."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from .record import Answer, Claim, Offence, Record

__all__ = ["LocatedClaim", "also_claims", "answer_claims", "answer_id", "claims_of", "penalty_claims", "slug"]


def slug(text: str) -> str:
    """Make the part of an IRI that stands for a pinpoint.

    What joins two signs into one number keeps apart from a bracket: article 240.1 is not paragraph 1 of article 240,
    and subsection (b-1) is not paragraph 1 of subsection (b).

    >>> slug("§ 232(1) Nr. 2"), slug("177 bis(1)"), slug("240.1(1)"), slug("240(1)")
    ('232-1-nr-2', '177-bis-1', '240.1-1', '240-1')
    >>> slug("225-7-1"), slug("225-7(1)"), slug("27^1")
    ('225_7_1', '225_7-1', '27~1')
    >>> slug("20A.02(b-1)"), slug("20A.02(b)(1)")
    ('20a-02-b_1', '20a-02-b-1')
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    joined = re.sub(r"(?<=\d)\^(?=\d)", "~", re.sub(r"(?<=[^\W_])-(?=\d)", "_", folded))
    return "-".join(re.findall(r"[^\W_]+(?:(?:_|(?<=\d)[.~])(?=\d)[^\W_]+)*", joined))


@dataclass(frozen=True)
class LocatedClaim:
    """A claim with its identity and its path in the record."""

    id: str
    claim: Claim
    path: tuple[str | int, ...]


def answer_id(question: str, answer: Answer) -> str:
    """Give the identity of an answer: its question, and the day it begins where it does not always hold."""
    return f"{question}/from-{answer.from_}" if answer.from_ else question


def _numbered(name: str, seen: Counter[str]) -> str:
    """Tell claims on the same pinpoint apart: the second of a name ends in -2."""
    seen[name] += 1
    return f"{name}-{seen[name]}" if seen[name] > 1 else name


def also_claims(prefix: str, claims: list[Claim], path: tuple[str | int, ...] = ()) -> Iterator[LocatedClaim]:
    """Give the further claims of an answer, offence or element, each named after its pinpoint."""
    seen: Counter[str] = Counter()
    for index, claim in enumerate(claims):
        yield LocatedClaim(_numbered(f"{prefix}/{slug(claim.at)}", seen), claim, (*path, "also", index))


def answer_claims(question: str, answer: Answer, path: tuple[str | int, ...] = ()) -> Iterator[LocatedClaim]:
    """Give the claims of one answer, the main one first."""
    prefix = answer_id(question, answer)
    if answer.at and answer.words:
        yield LocatedClaim(prefix, Claim(at=answer.at, words=answer.words, says=answer.says), path)
    yield from also_claims(prefix, answer.also, path)
    if answer.excludes:
        yield LocatedClaim(f"{prefix}/excludes", answer.excludes, (*path, "excludes"))


def penalty_claims(key: str, offence: Offence, path: tuple[str | int, ...] = ()) -> Iterator[list[LocatedClaim]]:
    """Give the claims of each frame of punishment of an offence, the main one of each first."""
    seen: Counter[str] = Counter()
    for index, penalty in enumerate(offence.penalties):
        name = _numbered(f"offence/{key}/penalty/{penalty.tier}/{slug(penalty.at)}", seen)
        main = LocatedClaim(name, penalty, (*path, "penalties", index))
        yield [main, *also_claims(main.id, penalty.also, main.path)]


def claims_of(record: Record) -> Iterator[LocatedClaim]:
    """Give every claim of a record."""
    for key, offence in record.offences.items():
        path: tuple[str | int, ...] = ("offences", key)
        yield LocatedClaim(f"offence/{key}", Claim(at=offence.at, words=offence.words, says=offence.says), path)
        yield from also_claims(f"offence/{key}", offence.also, path)
        for scheme, list_key, elements in offence.elements():
            if elements.at and elements.words:
                claim = Claim(at=elements.at, words=elements.words, says=elements.says)
                yield LocatedClaim(f"offence/{key}/{scheme}", claim, (*path, list_key))
            for name, reading in elements.named.items():
                prefix = f"offence/{key}/{scheme}/{name}"
                yield LocatedClaim(prefix, reading, (*path, list_key, name))
                yield from also_claims(prefix, reading.also, (*path, list_key, name))
        for frame in penalty_claims(key, offence, path):
            yield from frame
    for question, answers in record.answers.items():
        for index, answer in enumerate(answers):
            yield from answer_claims(question, answer, ("answers", question, index))
