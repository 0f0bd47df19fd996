"""The command ``palermo``."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from . import __version__
from .corpus import Corpus
from .coverage import coverage_report
from .dataset import build_dataset, data_day, write_nquads
from .dumps import write_dumps
from .evidence import read_lock, verify, write_lock
from .problems import InvalidInput, Problem, display_path, nearest
from .query import FORMATS as QUERY_FORMATS
from .query import run_query
from .record import Answer, Record, is_code, new_record, read_record
from .reports import FORMATS as REPORTS
from .reports import render, status_report
from .schema import schema_text
from .settings import Project, find_project
from .treaties import import_table, load_status
from .vocabulary import load_vocabulary

__all__ = ["main"]


class _Group(click.Group):
    """Turns every expected fault into a sentence and an exit code; a trace is for faults of ours only."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except InvalidInput as error:
            report(error.problems)
            ctx.exit(1)
        except (FileNotFoundError, ValueError) as error:
            raise click.ClickException(str(error)) from error
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(141)


def report(problems: Iterable[Problem]) -> None:
    """Print problems to standard error, and how many there are."""
    listed = list(problems)
    for problem in listed:
        click.echo(str(problem), err=True)
    click.echo(f"{len(listed)} problem{'s' if len(listed) != 1 else ''} found; nothing was written.", err=True)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="palermo")
@click.option(
    "--project", type=click.Path(path_type=Path, file_okay=False), help="A folder of the checkout to work on."
)
@click.pass_context
def main(ctx: click.Context, project: Path | None) -> None:
    """How every country's law on human trafficking measures up to the Palermo Protocol."""
    ctx.obj = find_project(project)


def chosen_files(project: Project, names: tuple[str, ...]) -> list[Path]:
    """Give the record files that codes or paths name; all of them where none is named."""
    if not names:
        return project.record_files()
    files = []
    for name in names:
        path = Path(name)
        files.append(path if path.suffix in (".yaml", ".yml") else project.records / f"{name}.yaml")
    return files


def read_records(project: Project, names: tuple[str, ...] = ()) -> list[tuple[Path, Record]]:
    """Read records, all faults of all files in one run.

    Raises:
        InvalidInput: with the faults of every file.
    """
    vocabulary = load_vocabulary(project)
    records, problems = [], []
    for path in chosen_files(project, names):
        try:
            records.append((path, read_record(path, vocabulary)))
        except InvalidInput as error:
            problems += error.problems
    if problems:
        raise InvalidInput(problems)
    return records


@main.command()
@click.argument("records", nargs=-1)
@click.pass_obj
def validate(project: Project, records: tuple[str, ...]) -> None:
    """Check records (codes or files; all by default) for faults of form, without looking at the law's text."""
    read = read_records(project, records)
    click.echo(f"{len(read)} record{'s' if len(read) != 1 else ''} valid")


@main.command("verify")
@click.argument("records", nargs=-1)
@click.option(
    "--corpus", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder of official texts."
)
@click.option("--check", is_flag=True, help="Write nothing; fail if the committed lock is not up to date.")
@click.pass_obj
def verify_command(project: Project, records: tuple[str, ...], corpus: Path, check: bool) -> None:
    """Look for every claim's words in the official text, and write the evidence lock."""
    texts = Corpus(corpus)
    problems: list[Problem] = []
    stale: list[str] = []
    verified = total = 0
    for path, record in read_records(project, records):
        before = read_lock(project.evidence, record.jurisdiction)
        outcome = verify(record, path, texts, before)
        for sentence in outcome.drifted:
            click.echo(f"drift: {sentence}", err=True)
        problems += outcome.problems
        good, count = outcome.count("verified"), len(outcome.lock.checks)
        verified, total = verified + good, total + count
        click.echo(
            f"{record.jurisdiction}: {good} of {count} claims verified, {outcome.count('unverified')} unverified, "
            f"{outcome.count('not-found')} not found"
        )
        if check and outcome.lock.checks != before.checks:
            stale.append(record.jurisdiction)
        elif not check:
            write_lock(project.evidence, outcome.lock)
    for problem in sorted(problems):
        click.echo(str(problem), err=True)
    if total:
        click.echo(f"{verified} of {total} claims verified ({verified / total:.1%})")
    if stale:
        raise click.ClickException(f"the evidence lock is out of date for {', '.join(stale)}: run palermo verify")
    if problems:
        raise click.ClickException(f"{len(problems)} claims have words that are not where they say")


@main.command()
@click.argument("words", nargs=-1)
@click.pass_obj
def questions(project: Project, words: tuple[str, ...]) -> None:
    """List the questions; with an id or a dimension, also how each is decided and what asks for it."""
    vocabulary = load_vocabulary(project)
    dimensions = vocabulary.schemes["dimension"]
    for word in words:
        if word not in dimensions and word not in vocabulary.questions:
            guess = nearest(word, [*dimensions, *vocabulary.questions])
            raise click.ClickException(
                f"“{word}” is no question or dimension" + (f": did you mean {guess}?" if guess else "")
            )
    for question in vocabulary.questions.values():
        if words and question.id not in words and question.dimension not in words:
            continue
        if not words:
            click.echo(f"{question.dimension:<11} {question.id:<34} {question.wording}")
            continue
        click.echo(f"{question.id} ({question.dimension})\n  {question.wording}\n  {question.decide}")
        if question.details:
            click.echo("  Details: " + ", ".join(k for k, d in Answer.DETAILS.items() if d in question.details))
        for requirement in question.requirements:
            treaty = vocabulary.treaties[requirement.treaty]
            click.echo(f"  - {treaty.short} {requirement.article}: {requirement.obligation}")
        click.echo()


@main.group()
def treaties() -> None:
    """Work with the status of treaties."""


@treaties.command("status")
@click.argument("state")
@click.option("--on", "day", metavar="DATE", help="The day; by default that of the newest record.")
@click.option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True)
@click.pass_obj
def treaties_status(project: Project, state: str, day: str | None, form: str) -> None:
    """Say which instruments bind a state on a day, with the dates and the source of each row."""
    if not is_code(state) or "-" in state:
        raise click.ClickException(f"{state} is not a country code: use ISO 3166-1, in capitals, such as FR")
    vocabulary = load_vocabulary(project)
    on = parse_day(day) if day else data_day(record for _, record in read_records(project))
    click.echo(status_report(load_status(project, vocabulary), vocabulary, state, on, form), nl=False)


@treaties.command("import")
@click.argument("table", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def treaties_import(project: Project, table: Path) -> None:
    """Turn a status table (CSV) into data, replacing what an earlier table of that name made, and say what changed."""
    for line in import_table(table, project, load_vocabulary(project)):
        click.echo(line)


@main.command()
@click.argument("codes", nargs=-1)
@click.option("--format", "form", type=click.Choice(list(REPORTS)), default="text", show_default=True)
@click.option("--as-of", "day", metavar="DATE", help="The day to check for; by default that of the newest record.")
@click.option("--group", help="Only members of a body (eu, coe, asean, saarc, au, oas) or parties of a treaty.")
@click.option("--gravity", multiple=True, help="Only findings of this gravity; may be repeated.")
@click.option("--strict", is_flag=True, help="Exit 1 where there is a breach that the baseline does not list.")
@click.option("--baseline", type=click.Path(path_type=Path, dir_okay=False), help="Known breaches, one a line.")
@click.option("--write-baseline", is_flag=True, help="Write the breaches found now as the baseline.")
@click.pass_obj
def check(
    project: Project,
    codes: tuple[str, ...],
    form: str,
    day: str | None,
    group: str | None,
    gravity: tuple[str, ...],
    strict: bool,
    baseline: Path | None,
    write_baseline: bool,
) -> None:
    """Find gaps: what treaties ask for and the law of a jurisdiction lacks."""
    if day is not None:
        parse_day(day)
    dataset = build_dataset(project, day)
    unknown = [code for code in codes if code not in dataset.findings]
    if unknown:
        guess = nearest(unknown[0], dataset.findings)
        raise click.ClickException(
            f"there is no record of {unknown[0]}" + (f": did you mean {guess}?" if guess else "")
        )
    gravities = dataset.vocabulary.schemes["gravity"]
    for name in gravity:
        if name not in gravities:
            raise click.ClickException(f"“{name}” is no gravity: {', '.join(gravities)}")
    members = dataset.group(group) if group else None
    findings = [
        f
        for f in dataset.all_findings
        if (not codes or f.jurisdiction in codes)
        and (not gravity or f.gravity in gravity)
        and (members is None or f.jurisdiction in members)
    ]
    click.echo(render(findings, dataset.vocabulary, form), nl=False)
    if not (strict or write_baseline):
        return
    baseline = baseline or project.records / "known-breaches.txt"
    breaches = [f.key for f in findings if f.gravity == "breach"]
    if write_baseline:
        baseline.write_text("".join(f"{key}\n" for key in breaches), encoding="utf-8")
        click.echo(f"{len(breaches)} breaches written to {baseline.name}", err=True)
        return
    known = set(baseline.read_text(encoding="utf-8").splitlines()) if baseline.is_file() else set()
    new = [key for key in breaches if key not in known]
    for key in new:
        click.echo(f"new breach: {key}", err=True)
    if new:
        raise click.ClickException(f"{len(new)} breach{'es' if len(new) != 1 else ''} not in {baseline.name}")


def parse_day(day: str) -> str:
    """Check that a day is a date. Raises ClickException where it is not."""
    try:
        return dt.date.fromisoformat(day).isoformat()
    except ValueError as error:
        raise click.ClickException(f"“{day}” is not a date: write it like 2012-06-30") from error


@main.command()
@click.argument("source")
@click.option(
    "--format", "form", type=click.Choice(QUERY_FORMATS), default=None, help="By default a table; Turtle for CONSTRUCT."
)
@click.pass_obj
def query(project: Project, source: str, form: str | None) -> None:
    """Run SPARQL: a file, a query of site/queries by its name, - for standard input, or the query's text itself."""
    name, text = "query", source
    if source == "-":
        name, text = "standard input", sys.stdin.read()
    elif "{" not in source:
        path = Path(source) if Path(source).is_file() else project.queries / f"{source.removesuffix('.rq')}.rq"
        if not path.is_file():
            guess = nearest(source, [p.stem for p in project.queries.glob("*.rq")])
            raise click.ClickException(f"there is no query {source}" + (f": did you mean {guess}?" if guess else ""))
        name, text = str(path), path.read_text(encoding="utf-8")
    click.echo(run_query(build_dataset(project), text, form or "table", name), nl=False)


@main.command()
@click.pass_obj
def build(project: Project) -> None:
    """Read, map and check every record, and write the dataset as N-Quads to build/data/."""
    dataset = build_dataset(project)
    target = project.build / "data" / "palermo-atlas.nq"
    write_nquads(dataset, target)
    click.echo(f"{len(dataset.records)} jurisdictions, {len(dataset.all_findings)} findings as of {dataset.day}")
    click.echo(f"written: {display_path(target)}")


@main.command()
@click.option("--check", is_flag=True, help="Write nothing; fail if the committed file is not up to date.")
@click.pass_obj
def schema(project: Project, check: bool) -> None:
    """Write the JSON Schema of records, which gives editors completion and help."""
    target = project.records / "record.schema.json"
    text = schema_text(load_vocabulary(project))
    if check:
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            raise click.ClickException(f"{display_path(target)} is out of date: run palermo schema")
        return
    target.write_text(text, encoding="utf-8")
    click.echo(f"written: {display_path(target)}")


@main.command()
@click.argument("code")
@click.pass_obj
def new(project: Project, code: str) -> None:
    """Start a record: a form with every key, to fill in."""
    target = project.records / f"{code}.yaml"
    if target.exists():
        raise click.ClickException(f"{display_path(target)} is there already")
    if not is_code(code):
        raise click.ClickException(
            f"{code} is not a country or subdivision code: use ISO 3166, in capitals, such as FR or GB-SCT"
        )
    target.write_text(new_record(code), encoding="utf-8")
    click.echo(f"written: {display_path(target)}; the codebook says how to fill it in")


@main.command()
@click.option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True)
@click.pass_obj
def coverage(project: Project, form: str) -> None:
    """Say, per jurisdiction and overall, what is answered, unknown, verified, unverified, and how old the text is."""
    click.echo(coverage_report(build_dataset(project), form), nl=False)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.pass_obj
def dump(project: Project, folder: Path | None) -> None:
    """Write every dump: N-Quads, TriG, Turtle, JSON-LD, CSV with CSVW, Parquet, DCAT and checksums."""
    dataset = build_dataset(project)
    target = folder or project.build / "dump"
    for path in write_dumps(dataset, target):
        click.echo(f"{path.stat().st_size:>12,}  {display_path(path)}")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--time-limit", default=30.0, show_default=True, help="Seconds that a query may take.")
@click.option("--result-limit", default=100_000, show_default=True, help="Results that a query may have.")
@click.option("--workers", default=2, show_default=True, help="Queries that are answered at the same time.")
@click.pass_obj
def serve(project: Project, host: str, port: int, time_limit: float, result_limit: int, workers: int) -> None:
    """Serve a read-only SPARQL endpoint at /sparql, with the built site and every IRI (needs the extra “serve”)."""
    try:
        import uvicorn

        from .server import Limits, create_app
    except ImportError as error:
        raise click.ClickException(f"the extra “serve” is not installed: {error}") from error
    dataset = build_dataset(project)
    data = project.build / "data" / "palermo-atlas.nq"
    write_nquads(dataset, data)
    site = project.build / "site"
    if not site.is_dir():
        click.echo("The site is not built: only data is served. “make site” builds it.", err=True)
    app = create_app(
        data,
        project.base,
        dataset.vocabulary.prefixes,
        site if site.is_dir() else None,
        Limits(time_limit, result_limit, workers),
    )
    click.echo(f"SPARQL at http://{host}:{port}/sparql; stop with Ctrl-C", err=True)
    uvicorn.run(app, host=host, port=port, log_level="info", timeout_graceful_shutdown=5)


@main.command("publish")
@click.option("--to", "url", required=True, help="Graph Store address, such as http://localhost:7878/store")
@click.option(
    "--user",
    envvar="PALERMO_USER",
    help="User name, where the server asks for one (or PALERMO_USER); the password is read from PALERMO_PASSWORD, "
    "a token in place of both from PALERMO_TOKEN.",
)
@click.option("--digest", is_flag=True, help="Authenticate by digest (Virtuoso) and not by the basic scheme.")
@click.pass_obj
def publish_command(project: Project, url: str, user: str | None, digest: bool) -> None:
    """Load the named graphs into a SPARQL 1.1 Graph Store server, replacing only what changed."""
    try:
        import httpx

        from .publish import BearerAuth, publish, reason
    except ImportError as error:
        raise click.ClickException(f"the extra “serve” is not installed: {error}") from error
    password, token = os.environ.get("PALERMO_PASSWORD", ""), os.environ.get("PALERMO_TOKEN")
    auth: httpx.Auth | None = BearerAuth(token) if token else None
    if user:
        auth = (httpx.DigestAuth if digest else httpx.BasicAuth)(user, password)
    failed = 0
    try:
        for outcome in publish(build_dataset(project), url, auth):
            failed += outcome.outcome == "failed"
            click.echo(f"{outcome.outcome:<10} {outcome.statements:>8} {outcome.graph} {outcome.reason}".rstrip())
    except httpx.HTTPError as error:
        raise click.ClickException(f"{url}: {reason(error)}") from error
    if failed:
        raise click.ClickException(
            f"{failed} graph{'s' if failed != 1 else ''} could not be loaded; run again to go on"
        )
