"""The cookbook: research questions in SPARQL, each with what it is for."""

from __future__ import annotations

from dataclasses import dataclass

from .settings import Project

__all__ = ["Recipe", "recipes"]


@dataclass(frozen=True)
class Recipe:
    """One query of the cookbook."""

    name: str
    question: str
    why: str
    shape: str
    topic: str
    text: str
    """The query itself, without the comments that head it."""


def recipes(project: Project) -> list[Recipe]:
    """Read the cookbook: every query, its head of comments taken apart."""
    found = []
    for path in sorted(project.queries.glob("*.rq")):
        lines = path.read_text(encoding="utf-8").splitlines()
        head = [line.removeprefix("#").strip() for line in lines if line.startswith("#")]
        said = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
        body = "\n".join(line for line in lines if not line.startswith("#"))
        found.append(Recipe(path.stem, head[0], said["Why it matters"], said["Shape"], said["Topic"], body))
    return found
