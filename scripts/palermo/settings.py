"""Where the project keeps its parts, and the one base under which every IRI is made."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["DEFAULT_BASE", "Project", "find_project"]

DEFAULT_BASE = "https://w3id.org/palermo-atlas/"
"""The base IRI of the public data. ``PALERMO_BASE`` in the environment replaces it for a private copy."""


@dataclass(frozen=True)
class Project:
    """The folders of one checkout, and the base IRI of the data made from it."""

    root: Path
    base: str = field(default_factory=lambda: os.environ.get("PALERMO_BASE", DEFAULT_BASE))

    @property
    def ontology(self) -> Path:
        """Folder of the terms, concepts, questions, treaties and shapes."""
        return self.root / "ontology"

    @property
    def records(self) -> Path:
        """Folder of the jurisdictions' records."""
        return self.root / "jurisdictions"

    @property
    def evidence(self) -> Path:
        """Folder of the evidence locks, one a jurisdiction."""
        return self.records / "evidence"

    @property
    def queries(self) -> Path:
        """Folder of the worked research questions in SPARQL."""
        return self.root / "site" / "queries"

    @property
    def build(self) -> Path:
        """Folder of everything that is made; never committed."""
        return self.root / "build"

    @property
    def app(self) -> Path:
        """Folder of the site's bundled scripts and the drawn world, made from site/app."""
        return self.build / "app"

    def record_files(self) -> list[Path]:
        """Every record of the project, in the order of its code."""
        return sorted(self.records.glob("*.yaml"))


def find_project(start: Path | None = None) -> Project:
    """Find the checkout that holds ``start`` (by default the working folder).

    Raises:
        FileNotFoundError: no folder upwards holds both ``jurisdictions/`` and ``ontology/``.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "jurisdictions").is_dir() and (folder / "ontology").is_dir():
            return Project(folder)
    raise FileNotFoundError(f"no Palermo Atlas checkout at {here} or above: jurisdictions/ and ontology/ are missing")
