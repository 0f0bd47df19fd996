"""What is wrong with an input, said to a person: where, what, and what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["InvalidInput", "Problem", "nearest"]


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in one file. ``line`` and ``column`` count from 1."""

    file: str
    line: int
    column: int
    message: str
    instead: str = ""

    def __str__(self) -> str:
        text = f"{self.file}:{self.line}:{self.column}: {self.message}"
        return f"{text}\n    {self.instead}" if self.instead else text


class InvalidInput(Exception):
    """Input that cannot be used. Carries every problem found, so that one run shows them all."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Give the known word that ``word`` was most likely meant to be, or None.

    >>> nearest("purpse-slavery", ["purpose-slavery", "purpose-servitude"])
    'purpose-slavery'
    """
    found = difflib.get_close_matches(word.casefold(), list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def display_path(path: Path) -> str:
    """Give a path as the reader would type it: relative to the working folder where it lies below."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
