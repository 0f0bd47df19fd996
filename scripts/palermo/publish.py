"""Load the named graphs into any SPARQL 1.1 Graph Store Protocol server, replacing only what changed.

What a server holds is remembered in a graph of its own there, one fingerprint a graph: a run that was broken off goes
on where it stopped, and a second run with the same data sends nothing.

Source: SPARQL 1.1 Graph Store HTTP Protocol (W3C Recommendation, 21 March 2013).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from .dataset import Dataset

__all__ = ["GraphOutcome", "graphs_of", "publish"]

LEDGER = "graph/published"
_FINGERPRINT = re.compile(r"<([^>]+)>\s+<[^>]*textSha256>\s+\"([0-9a-f]{64})\"")


@dataclass(frozen=True)
class GraphOutcome:
    """What became of one graph: replaced, unchanged, removed, or failed with the reason."""

    graph: str
    outcome: str
    statements: int = 0
    reason: str = ""


def graphs_of(dataset: Dataset) -> dict[str, list[str]]:
    """Give every named graph of the dataset with its statements as N-Triples lines."""
    graphs: dict[str, list[str]] = {}
    for line in dataset.lines():
        start = line.rindex(" <")
        graphs.setdefault(line[start + 2 : line.rindex("> .")], []).append(line[:start] + " .\n")
    return graphs


def _fingerprint(lines: list[str]) -> str:
    return hashlib.sha256("".join(lines).encode()).hexdigest()


class _Target:
    def __init__(self, client: httpx.Client, url: str, base: str) -> None:
        self.client, self.url = client, url
        self.ledger = base + LEDGER
        self.property = f"{base}ontology#textSha256"

    def known(self) -> dict[str, str]:
        answer = self.client.get(self.url, params={"graph": self.ledger}, headers={"Accept": "application/n-triples"})
        if answer.status_code == 404:
            return {}
        answer.raise_for_status()
        return dict(_FINGERPRINT.findall(answer.text))

    def put(self, graph: str, body: str) -> None:
        headers = {"Content-Type": "application/n-triples"}
        self.client.put(self.url, params={"graph": graph}, content=body.encode(), headers=headers).raise_for_status()

    def delete(self, graph: str) -> None:
        answer = self.client.delete(self.url, params={"graph": graph})
        if answer.status_code != 404:
            answer.raise_for_status()

    def remember(self, known: dict[str, str]) -> None:
        self.put(self.ledger, "".join(f'<{g}> <{self.property}> "{h}" .\n' for g, h in sorted(known.items())))


def publish(
    dataset: Dataset, url: str, auth: httpx.Auth | None = None, client: httpx.Client | None = None
) -> Iterator[GraphOutcome]:
    """Send what changed to a server, a graph at a time, and say what became of each.

    Args:
        dataset: What to publish.
        url: The server's Graph Store address.
        auth: How to authenticate, where the server asks for it.
        client: An HTTP client to use instead of a new one.

    Raises:
        httpx.HTTPError: the server cannot be reached, or does not tell what it holds.
    """
    own = client or httpx.Client(auth=auth, timeout=120)
    try:
        target = _Target(own, url, dataset.project.base)
        known = target.known()
        graphs = graphs_of(dataset)
        for graph, lines in graphs.items():
            fingerprint = _fingerprint(lines)
            if known.get(graph) == fingerprint:
                yield GraphOutcome(graph, "unchanged", len(lines))
                continue
            try:
                target.put(graph, "".join(lines))
                known[graph] = fingerprint
                target.remember(known)
            except httpx.HTTPError as error:
                yield GraphOutcome(graph, "failed", len(lines), str(error))
                continue
            yield GraphOutcome(graph, "replaced", len(lines))
        for graph in sorted(set(known) - set(graphs)):
            try:
                target.delete(graph)
                del known[graph]
                target.remember(known)
            except httpx.HTTPError as error:
                yield GraphOutcome(graph, "failed", 0, str(error))
                continue
            yield GraphOutcome(graph, "removed")
    finally:
        if client is None:
            own.close()
