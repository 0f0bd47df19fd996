"""Load the named graphs into any SPARQL 1.1 Graph Store Protocol server, replacing only what changed.

What a server holds is remembered in a graph of its own there, one fingerprint a graph: a run that was broken off goes
on where it stopped, and a second run with the same data sends nothing. A graph about to change is marked as pending
first, so that what a broken run left half done is never taken for whole.

Sources: SPARQL 1.1 Graph Store HTTP Protocol (W3C Recommendation, 21 March 2013); RFC 6750, section 2.1.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass

import httpx
import pyoxigraph as ox

from .dataset import Dataset

__all__ = ["BearerAuth", "GraphOutcome", "graphs_of", "publish", "reason"]

LEDGER = "graph/published"
PENDING = "pending"
_TAG = re.compile(r"<(?:/?[A-Za-z]\w*(?:\s[^>]*)?|!DOCTYPE[^>]*)>", re.I)


class BearerAuth(httpx.Auth):
    """Authenticate by a token in the header, as QLever asks for it."""

    def __init__(self, token: str) -> None:
        self.token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with the token."""
        request.headers["Authorization"] = f"Bearer {self.token}"
        yield request


def reason(error: httpx.HTTPError) -> str:
    """Say why a request failed, in the server's own words where it gave any, at most 300 characters of them."""
    if not isinstance(error, httpx.HTTPStatusError):
        return str(error) or type(error).__name__
    answer = error.response
    said = " ".join(_TAG.sub(" ", answer.text).split())[:300]
    return f"HTTP {answer.status_code} {answer.reason_phrase}" + (f": {said}" if said else "")


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
        # every server gives one of the two, and N-Triples is Turtle; QLever gives Turtle whatever it is asked for
        accept = "application/n-triples, text/turtle;q=0.9"
        answer = self.client.get(self.url, params={"graph": self.ledger}, headers={"Accept": accept})
        if answer.status_code == 404:
            return {}
        answer.raise_for_status()
        try:
            quads = list(ox.parse(answer.content, format=ox.RdfFormat.TURTLE))
        except SyntaxError as error:
            raise httpx.DecodingError(f"this is no Graph Store: {error.msg}", request=answer.request) from error
        return {q.subject.value: q.object.value for q in quads if q.predicate.value == self.property}

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
        wanted = {graph: _fingerprint(lines) for graph, lines in graphs.items()}
        changing = {g: PENDING for g in [*wanted, *known] if known.get(g) != wanted.get(g)}
        if changing:
            known |= changing
            target.remember(known)
        for graph, lines in graphs.items():
            if graph not in changing:
                yield GraphOutcome(graph, "unchanged", len(lines))
                continue
            try:
                target.put(graph, "".join(lines))
                target.remember(known | {graph: wanted[graph]})
            except httpx.HTTPError as error:
                yield GraphOutcome(graph, "failed", len(lines), reason(error))
                continue
            known[graph] = wanted[graph]
            yield GraphOutcome(graph, "replaced", len(lines))
        for graph in sorted(set(changing) - set(graphs)):
            try:
                target.delete(graph)
                target.remember({g: f for g, f in known.items() if g != graph})
            except httpx.HTTPError as error:
                yield GraphOutcome(graph, "failed", 0, reason(error))
                continue
            del known[graph]
            yield GraphOutcome(graph, "removed")
    finally:
        if client is None:
            own.close()
