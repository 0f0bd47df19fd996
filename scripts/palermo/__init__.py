"""Palermo Atlas: how every country's law on human trafficking measures up to the Palermo Protocol.

Data flows one way: records (YAML) → graph (RDF) → checks (SHACL) → findings → pages, dumps and answers.

``palermo.load()`` gives the dataset of a checkout as Python objects and data frames; see :mod:`palermo.api`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import Atlas, load

__all__ = ["Atlas", "__version__", "load"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import the programming interface only when it is asked for, so that the command starts fast."""
    if name in ("Atlas", "load"):
        from . import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
