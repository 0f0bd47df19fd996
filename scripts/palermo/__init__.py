"""Palermo Atlas: how every country's law on human trafficking measures up to the Palermo Protocol.

Data flows one way: records (YAML) → graph (RDF) → checks (SHACL) → findings → pages, dumps and answers.
"""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
