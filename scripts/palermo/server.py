"""``palermo serve``: a read-only SPARQL 1.1 Protocol endpoint over the embedded store, with the site and its data.

Queries run in worker processes, each with the dataset loaded: the engine itself cannot be interrupted, so a query that
takes too long ends with its worker, and a new worker takes the place. The server goes on serving meanwhile.

Sources: SPARQL 1.1 Protocol (W3C Recommendation, 21 March 2013); SPARQL 1.1 Service Description; Cool URIs for the
Semantic Web (W3C Interest Group Note, 3 December 2008).
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing as mp
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

__all__ = ["Limits", "Outcome", "WorkerPool", "create_app"]

SELECT_TYPES = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "application/xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
GRAPH_TYPES = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}


@dataclass(frozen=True)
class Limits:
    """What one query may take."""

    seconds: float = 30.0
    results: int = 100_000
    workers: int = 2
    waiting: int = 400
    """Queries that may wait for a worker before others are turned away."""


@dataclass(frozen=True)
class Outcome:
    """What a worker answers: a status, a media type, a body."""

    status: int
    media_type: str
    body: bytes


@dataclass(frozen=True)
class _Task:
    query: str
    accept: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    limit: int
    prefixes: dict[str, str] = field(default_factory=dict)


def preferred(accept: str, offered: dict[str, Any]) -> str | None:
    """Choose the offered media type that an Accept header likes best; None where it likes none (RFC 9110, 12.5.1).

    >>> preferred("text/csv;q=0.5, application/sparql-results+xml", SELECT_TYPES)
    'application/sparql-results+xml'
    """
    best: tuple[float, int] = (0.0, 0)
    chosen = None
    for part in (accept or "*/*").split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                with contextlib.suppress(ValueError):
                    quality = float(parameter[2:])
        for index, media_type in enumerate(offered):
            whole, _, _ = media_type.partition("/")
            specific = 3 if name == media_type else 2 if name == f"{whole}/*" else 1 if name == "*/*" else 0
            # an exact wish comes before a wildcard; among equals the first on offer
            if specific and quality > 0 and (quality, specific) > best:
                best, chosen = (quality, specific), list(offered)[index]
    return chosen


_STRINGS = re.compile(
    r"\"\"\".*?\"\"\"|'''.*?'''|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|<[^<>\"{}|^`\\\s]*>|#[^\n]*", re.S
)


def forbidden(query: str) -> str | None:
    """Say why a query is refused: updates, other services and files are not for a public endpoint."""
    bare = _STRINGS.sub(" ", query)
    words = {word.upper() for word in re.findall(r"(?<![?$:\w])[A-Za-z]+(?![:\w])", bare)}
    if words & {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"}:
        return "This endpoint is read-only: updates are refused."
    if "SERVICE" in words:
        return "SERVICE is refused: this endpoint asks no other."
    return None


def _evaluate(store: ox.Store, task: _Task) -> Outcome:
    options: dict[str, Any] = {"use_default_graph_as_union": not task.default_graphs and not task.named_graphs}
    if task.default_graphs or task.named_graphs:
        options["default_graph"] = [ox.NamedNode(g) for g in task.default_graphs]
        options["named_graphs"] = [ox.NamedNode(g) for g in task.named_graphs]
    try:
        results = store.query(task.query, prefixes=task.prefixes, **options)
    except SyntaxError as error:
        return _error(400, f"The query is not SPARQL 1.1: {error.msg or error}")
    except (ValueError, OSError) as error:
        return _error(400, f"The query cannot be answered: {error}")
    if isinstance(results, ox.QueryTriples):
        media_type = preferred(task.accept, GRAPH_TYPES)
        if media_type is None:
            return _error(406, f"A graph is served as {', '.join(GRAPH_TYPES)}.")
        triples = []
        for triple in results:
            triples.append(triple)
            if len(triples) > task.limit:
                return _too_many(task.limit)
        body = ox.serialize(triples, format=GRAPH_TYPES[media_type]) or b""
        return Outcome(200, media_type, body)
    media_type = preferred(task.accept, SELECT_TYPES)
    if media_type is None:
        return _error(406, f"Results are served as {', '.join(SELECT_TYPES)}.")
    if isinstance(results, ox.QuerySolutions):
        # results can be read once: they are counted first, no further than the limit, and then asked for again
        if any(number >= task.limit for number, _ in enumerate(results)):
            return _too_many(task.limit)
        again = store.query(task.query, prefixes=task.prefixes, **options)
        assert isinstance(again, ox.QuerySolutions)
        results = again
    return Outcome(200, media_type, results.serialize(format=SELECT_TYPES[media_type]) or b"")


def _error(status: int, sentence: str) -> Outcome:
    return Outcome(status, "text/plain", f"{sentence}\n".encode())


def _too_many(limit: int) -> Outcome:
    return _error(413, f"The query has more than {limit:,} results: add LIMIT, or take the dumps.")


def _work(path: str, pipe: Connection) -> None:
    """Load the dataset, then answer tasks until the pipe closes."""
    store = ox.Store()
    store.bulk_load(path=path, format=ox.RdfFormat.N_QUADS)
    pipe.send("ready")
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(_evaluate(store, task))
        except Exception as error:  # a fault in one query must not take the worker along
            pipe.send(_error(500, f"The query failed: {error}"))


class _Worker:
    """One worker process and the pipe to it."""

    def __init__(self, path: Path) -> None:
        context = mp.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(str(path), theirs), daemon=True)
        self.process.start()
        theirs.close()

    def wait_ready(self) -> None:
        """Block until the dataset is loaded. Raises EOFError where the worker died."""
        self.pipe.recv()

    def answer(self, task: _Task, seconds: float) -> Outcome | None:
        """Answer a task, or give None where the time ran out. Raises EOFError where the worker died."""
        self.pipe.send(task)
        outcome: Outcome | None = self.pipe.recv() if self.pipe.poll(seconds) else None
        return outcome

    def stop(self) -> None:
        """End the process at once."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


class WorkerPool:
    """A bounded number of workers; what takes too long is cut off with its worker, which is then replaced."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path, self.limits = path, limits
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        self._waiting = 0
        self._replacements: set[asyncio.Task[None]] = set()
        self._all: list[_Worker] = []

    async def start(self) -> None:
        """Start the workers and wait until each has loaded the dataset."""
        await asyncio.gather(*(self._add() for _ in range(self.limits.workers)))

    async def _add(self) -> None:
        worker = await asyncio.to_thread(_Worker, self.path)
        self._all.append(worker)
        await asyncio.to_thread(worker.wait_ready)
        self._idle.put_nowait(worker)

    async def stop(self) -> None:
        """End every worker."""
        for replacement in self._replacements:
            replacement.cancel()
        for worker in self._all:
            await asyncio.to_thread(worker.stop)

    def _replace(self, worker: _Worker) -> None:
        self._all.remove(worker)
        worker.stop()
        replacement = asyncio.create_task(self._add())
        self._replacements.add(replacement)
        replacement.add_done_callback(self._replacements.discard)

    async def run(self, task: _Task) -> Outcome:
        """Answer a task within the limits; every way it can end is an outcome with a sentence."""
        if self._waiting >= self.limits.waiting:
            return _error(503, "Too many queries are waiting: try again in a moment.")
        self._waiting += 1
        try:
            worker = await self._idle.get()
        finally:
            self._waiting -= 1
        try:
            outcome = await asyncio.to_thread(worker.answer, task, self.limits.seconds)
        except (EOFError, OSError):
            self._replace(worker)
            return _error(500, "The query ended the worker that answered it, by running out of memory perhaps.")
        if outcome is None:
            self._replace(worker)
            return _error(504, f"The query took longer than {self.limits.seconds:g} seconds and was cut off.")
        self._idle.put_nowait(worker)
        return outcome


SERVICE_DESCRIPTION = """\
@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
@prefix f: <http://www.w3.org/ns/formats/> .
@prefix void: <http://rdfs.org/ns/void#> .

[] a sd:Service ;
    sd:endpoint <{endpoint}> ;
    sd:supportedLanguage sd:SPARQL11Query ;
    sd:feature sd:UnionDefaultGraph ;
    sd:resultFormat f:SPARQL_Results_JSON , f:SPARQL_Results_XML , f:SPARQL_Results_CSV , f:SPARQL_Results_TSV ,
        f:Turtle , f:N-Triples , f:JSON-LD , f:RDF_XML ;
    sd:defaultDataset [ a sd:Dataset ; sd:defaultGraph [ a sd:Graph ; void:triples {triples} ] ] .
"""


@dataclass
class Service:
    """What the routes share."""

    base: str
    prefixes: dict[str, str]
    triples: int
    limits: Limits
    pool: WorkerPool
    site: Path | None
    started: float = field(default_factory=time.monotonic)

    async def sparql(self, request: Request) -> Response:
        """Answer SPARQL 1.1 Protocol requests: query by GET, by form, or in the body."""
        values = list(request.query_params.multi_items())
        body_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if request.method == "POST":
            if body_type == "application/sparql-query":
                values.append(("query", (await request.body()).decode("utf-8", "replace")))
            elif body_type == "application/x-www-form-urlencoded":
                values += [(k, v) for k, v in (await request.form()).multi_items() if isinstance(v, str)]
            elif body_type == "application/sparql-update":
                return PlainTextResponse("This endpoint is read-only: updates are refused.\n", 403)
            else:
                text = "Send application/sparql-query or application/x-www-form-urlencoded.\n"
                return PlainTextResponse(text, 415)
        if any(name == "update" for name, _ in values):
            return PlainTextResponse("This endpoint is read-only: updates are refused.\n", 403)
        queries = [value for name, value in values if name == "query"]
        if not queries and request.method == "GET":
            return await self._describe_service(request)
        if len(queries) != 1:
            return PlainTextResponse("Exactly one “query” is needed.\n", 400)
        refusal = forbidden(queries[0])
        if refusal:
            return PlainTextResponse(refusal + "\n", 403)
        task = _Task(
            queries[0],
            request.headers.get("accept", "*/*"),
            tuple(value for name, value in values if name == "default-graph-uri"),
            tuple(value for name, value in values if name == "named-graph-uri"),
            self.limits.results,
            self.prefixes,
        )
        return self._response(await self.pool.run(task))

    @staticmethod
    def _response(outcome: Outcome) -> Response:
        headers = {"Vary": "Accept"}
        if outcome.status in (503, 504):
            headers["Retry-After"] = "5"
        return Response(outcome.body, outcome.status, headers, outcome.media_type)

    async def _describe_service(self, request: Request) -> Response:
        endpoint = str(request.url).split("?")[0]
        turtle = SERVICE_DESCRIPTION.format(endpoint=endpoint, triples=self.triples)
        media_type = preferred(request.headers.get("accept", "*/*"), GRAPH_TYPES)
        if media_type is None:
            return PlainTextResponse(f"The service description is served as {', '.join(GRAPH_TYPES)}.\n", 406)
        triples = ox.parse(turtle.encode(), format=ox.RdfFormat.TURTLE)
        body = ox.serialize((q.triple for q in triples), format=GRAPH_TYPES[media_type]) or b""
        return Response(body, media_type=media_type, headers={"Vary": "Accept"})

    async def health(self, _: Request) -> Response:
        """Say whether a query can be answered now."""
        outcome = await self.pool.run(_Task("ASK { ?s ?p ?o }", "application/json", (), (), 1))
        good = outcome.status == 200
        body = {"status": "ok" if good else "failing", "triples": self.triples, "workers": self.limits.workers}
        return JSONResponse(body, 200 if good else 503)

    async def resource(self, request: Request) -> Response:
        """Answer for one IRI of ours: a page by 303 where HTML is wanted, else its description in RDF."""
        path = request.url.path.lstrip("/")
        iri = self.base + path
        wanted = preferred(request.headers.get("accept", "*/*"), {"text/html": None, **GRAPH_TYPES})
        if wanted is None:
            return PlainTextResponse(f"A resource is served as text/html, {', '.join(GRAPH_TYPES)}.\n", 406)
        if wanted == "text/html":
            page = self._page(path)
            if page is not None:
                return RedirectResponse(page, 303, {"Vary": "Accept"})
            wanted = "text/turtle"
        if not re.fullmatch(r"[^<>\"{}|^`\\\s]+", iri):
            return PlainTextResponse("This is no IRI.\n", 400)
        hash_terms = f" UNION {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), '{iri}#')) }}" if path == "ontology" else ""
        query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ BIND(<{iri}> AS ?s) ?s ?p ?o }}{hash_terms} }}"
        outcome = await self.pool.run(_Task(query, wanted, (), (), self.limits.results))
        if outcome.status == 200 and not outcome.body.strip(b"[]\n "):
            return PlainTextResponse(f"Nothing is known of <{iri}>.\n", 404)
        return self._response(outcome)

    def _page(self, path: str) -> str | None:
        """Find the site's page for a resource: the jurisdiction's for what belongs to it, with the anchor."""
        if self.site is None:
            return None
        kind, _, rest = path.partition("/")
        if kind == "jurisdiction" and rest:
            code, _, part = rest.partition("/")
            what, _, name = part.partition("/")
            anchors = {
                "answer": f"#q-{name.split('/')[0]}",
                "finding": f"#q-{name}",
                "instrument": f"#instrument-{name}",
            }
            if what == "claim" and not name.startswith("offence/"):
                anchors["claim"] = f"#q-{name.split('/')[0]}"
            return (
                f"/jurisdictions/{code}/{anchors.get(what, '')}"
                if (self.site / "jurisdictions" / code).is_dir()
                else None
            )
        if kind == "question" and (self.site / "questions" / rest).is_dir():
            return f"/questions/{rest}/"
        if kind == "treaty" and rest:
            return f"/treaties/#{rest.split('/')[0]}"
        return None


RESOURCES = (
    "jurisdiction", "question", "treaty", "requirement", "concept", "group", "graph", "shape", "gravity-rule",
)  # fmt: skip
"""First steps of the paths under which resources live."""


def create_app(
    data: Path, base: str, prefixes: dict[str, str], site: Path | None = None, limits: Limits | None = None
) -> Starlette:
    """Make the ASGI application over a file of N-Quads.

    Args:
        data: The dataset as N-Quads.
        base: The base IRI of the resources to answer for.
        prefixes: Prefixes that queries may use without declaring them.
        site: Folder of the built site, where there is one.
        limits: What a query may take.
    """
    limits = limits or Limits()
    with data.open(encoding="utf-8") as handle:
        triples = sum(1 for _ in handle)
    service = Service(base, prefixes, triples, limits, WorkerPool(data, limits), site)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await service.pool.start()
        yield
        await service.pool.stop()

    routes: list[Route | Mount] = [
        Route("/sparql", service.sparql, methods=["GET", "POST"]),
        Route("/health", service.health),
        *(Route(f"/{kind}/{{rest:path}}", service.resource) for kind in RESOURCES),
        Route("/ontology", service.resource),
    ]
    if site is not None:
        routes.append(Mount("/", StaticFiles(directory=site, html=True)))
    cors = Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST"], allow_headers=["*"])
    return Starlette(routes=routes, middleware=[cors], lifespan=lifespan)
