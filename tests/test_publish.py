"""Publishing to servers that are not ours: Oxigraph's own, and Virtuoso where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from palermo.cli import main
from palermo.dataset import Dataset
from palermo.publish import BearerAuth, graphs_of, publish

from .servers import free_port, running

VIRTUOSO = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
[HTTPServer]
ServerPort = 127.0.0.1:{http}
"""
DURATION = "http://www.w3.org/2001/XMLSchema#duration"


@dataclass(frozen=True)
class Server:
    """A server to publish to: where it takes graphs, where it answers queries, who may write."""

    name: str
    store: str
    query: str
    user: str | None = None
    password: str = ""

    @property
    def auth(self) -> httpx.Auth | None:
        # a new one each time: the first request of a client is then always refused and sent again
        return httpx.DigestAuth(self.user, self.password) if self.user else None

    def sizes(self) -> dict[str, int]:
        """Count the statements of every graph."""
        query = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
        answer = httpx.post(
            self.query, data={"query": query}, headers={"Accept": "application/sparql-results+json"}, timeout=60
        )
        return {row["g"]["value"]: int(row["n"]["value"]) for row in answer.json()["results"]["bindings"]}

    def triples(self, graph: str) -> list[ox.Triple]:
        """Fetch one graph."""
        accept = {"Accept": "application/n-triples"}
        with httpx.Client(auth=self.auth, timeout=60) as client:
            answer = client.get(self.store, params={"graph": graph}, headers=accept).raise_for_status()
        return [quad.triple for quad in ox.parse(answer.content, format=ox.RdfFormat.N_TRIPLES)]


@pytest.fixture(scope="module", params=["oxigraph", "virtuoso"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder, port = tmp_path_factory.mktemp(request.param), free_port()
    url = f"http://127.0.0.1:{port}"
    if request.param == "oxigraph":
        program = str(Path(sys.executable).parent / "oxigraph")
        command = [program, "serve", "--location", str(folder / "db"), "--bind", f"127.0.0.1:{port}"]
        made = Server("oxigraph", f"{url}/store", f"{url}/query")
        ready = f"{url}/"
    else:
        program = shutil.which("virtuoso-t") or ""
        if not program:
            pytest.skip("virtuoso-t is not on this machine: apt-get install virtuoso-opensource-7-bin")
        (folder / "virtuoso.ini").write_text(VIRTUOSO.format(http=port, sql=free_port()), encoding="utf-8")
        command = [program, "+foreground", "+configfile", "virtuoso.ini"]
        made = Server("virtuoso", f"{url}/sparql-graph-crud-auth", f"{url}/sparql", "dba", "dba")
        ready = f"{url}/sparql?query=ASK+%7B%7D"
    with running(command, ready, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        yield made


@pytest.fixture
def full(server: Server, dataset: Dataset) -> Server:
    """The server with the whole dataset on it."""
    assert {o.outcome for o in publish(dataset, server.store, server.auth)} <= {"replaced", "unchanged", "removed"}
    return server


@pytest.fixture(scope="module")
def changed(dataset: Dataset) -> tuple[Dataset, str]:
    """The dataset without one finding, and the graph in which that makes a difference."""
    code = next(code for code in sorted(dataset.findings) if len(dataset.findings[code]) > 1)
    findings = {**dataset.findings, code: dataset.findings[code][:-1]}
    other = replace(dataset, findings=findings)
    before, after = graphs_of(dataset), graphs_of(other)
    (graph,) = (g for g in before if before[g] != after[g])
    return other, graph


def expected(dataset: Dataset) -> dict[str, int]:
    return {graph: len(set(lines)) for graph, lines in graphs_of(dataset).items()}


def ours(sizes: dict[str, int], dataset: Dataset) -> dict[str, int]:
    """Leave out the ledger, and what the server has of its own."""
    base = dataset.project.base
    return {g: n for g, n in sizes.items() if g.startswith(base) and g != f"{base}graph/published"}


def sending(log: list[str], auth: httpx.Auth | None) -> httpx.Client:
    """Make a client that logs which graphs it writes."""

    def note(request: httpx.Request) -> None:
        if request.method != "GET":
            log.append(request.url.params["graph"])

    return httpx.Client(auth=auth, timeout=120, event_hooks={"request": [note]})


def test_every_graph_arrives_whole(server: Server, dataset: Dataset) -> None:
    ledger = {"graph": f"{dataset.project.base}graph/published"}
    with httpx.Client(auth=server.auth) as client:
        assert client.delete(server.store, params=ledger).status_code in (200, 204, 404)
    outcomes = list(publish(dataset, server.store, server.auth))
    assert {o.outcome for o in outcomes} == {"replaced"}
    assert ours(server.sizes(), dataset) == expected(dataset)


def test_a_second_run_sends_nothing(full: Server, dataset: Dataset) -> None:
    log: list[str] = []
    with sending(log, full.auth) as client:
        assert {o.outcome for o in publish(dataset, full.store, client=client)} == {"unchanged"}
    assert log == []


def test_a_changed_graph_alone_is_replaced(full: Server, dataset: Dataset, changed: tuple[Dataset, str]) -> None:
    other, graph = changed
    log: list[str] = []
    with sending(log, full.auth) as client:
        outcomes = {o.graph: o.outcome for o in publish(other, full.store, client=client)}
    assert [g for g, outcome in outcomes.items() if outcome != "unchanged"] == [graph] and outcomes[graph] == "replaced"
    assert set(log) == {graph, f"{dataset.project.base}graph/published"}
    assert ours(full.sizes(), dataset) == expected(other) != expected(dataset)


def test_a_graph_that_is_no_more_goes(full: Server, dataset: Dataset) -> None:
    code = dataset.records[0].jurisdiction
    findings = {k: v for k, v in dataset.findings.items() if k != code}
    fewer = replace(dataset, records=dataset.records[1:], findings=findings)
    outcomes = Counter(o.outcome for o in publish(fewer, full.store, full.auth))
    assert outcomes["removed"] == 2, "the graph of the record and that of its findings"
    assert ours(full.sizes(), dataset) == expected(fewer)


def test_it_goes_on_where_it_broke_off(full: Server, dataset: Dataset) -> None:
    ledger = f"{dataset.project.base}graph/published"
    unlucky = sorted(graphs_of(dataset))[3]

    def refuse(request: httpx.Request) -> None:
        if request.method == "PUT" and request.url.params["graph"] == unlucky:
            raise httpx.ConnectError("the line is down")

    with httpx.Client(auth=full.auth, event_hooks={"request": [refuse]}, timeout=60) as client:
        client.delete(full.store, params={"graph": ledger})
        (failed,) = (o for o in publish(dataset, full.store, client=client) if o.outcome == "failed")
    assert (failed.graph, failed.reason) == (unlucky, "the line is down")
    again = {o.graph: o.outcome for o in publish(dataset, full.store, full.auth)}
    assert [g for g, outcome in again.items() if outcome == "replaced"] == [unlucky]
    assert set(again.values()) == {"replaced", "unchanged"}


def test_a_graph_whose_fate_is_unknown_is_sent_again(
    full: Server, dataset: Dataset, changed: tuple[Dataset, str]
) -> None:
    other, graph = changed

    def lose(response: httpx.Response) -> None:
        if response.request.url.params["graph"] == graph and response.status_code < 300:
            raise httpx.ReadError("the answer is lost")

    with httpx.Client(auth=full.auth, event_hooks={"response": [lose]}, timeout=60) as client:
        assert [o.graph for o in publish(other, full.store, client=client) if o.outcome == "failed"] == [graph]
    # the server holds the change; the data goes back to what it was, whose fingerprint was there before
    assert [o.graph for o in publish(dataset, full.store, full.auth) if o.outcome == "replaced"] == [graph]
    assert ours(full.sizes(), dataset) == expected(dataset)


def comparable(triple: ox.Triple) -> tuple[str, str, str]:
    """Give a statement with its duration as a number, of months or else of seconds.

    Virtuoso keeps durations as such numbers, Oxigraph in canonical form: the length is the same in all three.
    """
    value = triple.object
    if isinstance(value, ox.Literal) and value.datatype.value == DURATION:
        parts = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?)?", value.value)
        years, months, days, hours = (int(part or 0) for part in parts.groups()) if parts else (0, 0, 0, 0)
        length = float(value.value) if parts is None else years * 12 + months or (days * 24 + hours) * 3600
        return str(triple.subject), str(triple.predicate), f"{length:g}"
    return str(triple.subject), str(triple.predicate), str(value)


def test_every_value_comes_back_as_it_was_sent(full: Server, dataset: Dataset) -> None:
    compared = 0
    for graph, lines in graphs_of(dataset).items():
        sent = [quad.triple for quad in ox.parse("".join(lines).encode(), format=ox.RdfFormat.N_TRIPLES)]
        sets = [
            {comparable(t) for t in side if not any(isinstance(x, ox.BlankNode) for x in (t.subject, t.object))}
            for side in (sent, full.triples(graph))
        ]
        assert sets[0] == sets[1], graph
        compared += len(sets[0])
    assert compared > 0.9 * sum(expected(dataset).values())


def run_command(server: Server, password: str) -> tuple[int, str]:
    arguments = ["publish", "--to", server.store, *(["--digest"] if server.user else [])]
    env = {"PALERMO_USER": server.user, "PALERMO_PASSWORD": password, "PALERMO_TOKEN": None}
    result = CliRunner().invoke(main, arguments, env=env)
    return result.exit_code, result.output


def test_the_command_publishes_with_the_password_from_the_environment(full: Server, dataset: Dataset) -> None:
    status, output = run_command(full, full.password)
    assert status == 0 and {line.split()[0] for line in output.splitlines()} == {"unchanged"}
    assert len(output.splitlines()) == len(graphs_of(dataset))
    if full.user:
        status, output = run_command(full, "wrong")
        assert status == 1 and "HTTP 401" in output


def test_a_failure_is_told_in_the_words_of_the_server(dataset: Dataset) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(404)
        if request.url.params["graph"].endswith("published"):
            return httpx.Response(204)
        return httpx.Response(413, text="<html><h1>Too  large</h1> in <http://x/y></html>")

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        reasons = {o.reason for o in publish(dataset, "http://store.test/", client=client)}
    assert reasons == {"HTTP 413 Request Entity Too Large: Too large in <http://x/y>"}


def test_a_server_that_knows_turtle_only_and_asks_for_a_token(dataset: Dataset) -> None:
    """What QLever does: a bearer token, and Turtle whatever was asked for."""
    base = dataset.project.base
    held: dict[str, bytes] = {}
    tokens = set()

    def answer(request: httpx.Request) -> httpx.Response:
        tokens.add(request.headers["authorization"])
        graph = request.url.params["graph"]
        if request.method == "PUT":
            held[graph] = request.content
            return httpx.Response(201)
        head = f"@prefix p: <{base}ontology#> .\n".encode()
        body = held.get(graph, b"").replace(f"<{base}ontology#textSha256>".encode(), b"p:textSha256")
        return httpx.Response(200, content=head + body, headers={"Content-Type": "text/turtle"})

    with httpx.Client(transport=httpx.MockTransport(answer), auth=BearerAuth("secret")) as client:
        assert {o.outcome for o in publish(dataset, "http://qlever.test/", client=client)} == {"replaced"}
        assert {o.outcome for o in publish(dataset, "http://qlever.test/", client=client)} == {"unchanged"}
    assert tokens == {"Bearer secret"}


def test_a_page_in_place_of_a_graph_is_no_store(dataset: Dataset) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, html="<html><body>Welcome</body></html>"))
    with (
        httpx.Client(transport=transport) as client,
        pytest.raises(httpx.DecodingError, match="this is no Graph Store"),
    ):
        list(publish(dataset, "http://web.test/", client=client))
