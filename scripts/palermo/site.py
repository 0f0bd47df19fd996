"""The site: MkDocs builds it, and this hook adds the pages that are made from the dataset.

Generated pages are whole HTML files rendered by our own Jinja templates: they bypass Markdown and stay out of the
navigation, so that building grows linearly with the jurisdictions (measured, see the design notes on the site).
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.structure.files import File, Files, InclusionLevel

from . import __version__
from .coverage import coverage_rows
from .dataset import build_dataset, write_nquads
from .problems import InvalidInput
from .schema import schema_text
from .settings import Project, find_project
from .views import JurisdictionView, SiteView

__all__ = [
    "Recipe",
    "environment",
    "on_config",
    "on_env",
    "on_files",
    "on_post_build",
    "on_startup",
    "pages",
    "recipes",
]

SYMBOLS = {"met": "✓", "partial": "◐", "not-expressly-covered": "○", "unknown": "?", "absent": "✕", "contrary": "⊘"}
"""A sign for each answer, so that colour is never the only difference."""


def long_date(day: str) -> str:
    """Write a date for a reader.

    >>> long_date("2026-04-07"), long_date("2016")
    ('7 April 2026', '2016')
    """
    if len(day) != 10:
        return day
    date = dt.date.fromisoformat(day)
    return f"{date.day} {date:%B} {date.year}"


def root_of(url: str) -> str:
    """Give the way from a page back to the site's root, so that the site works below any path.

    >>> root_of("jurisdictions/GB/"), root_of("")
    ('../../', './')
    """
    return "../" * url.count("/") or "./"


def environment(project: Project) -> jinja2.Environment:
    """Make the Jinja environment of the generated pages; everything is escaped unless it is a template's own."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader([project.root / "site" / "templates", project.root / "site" / "theme"]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["long_date"] = long_date
    env.globals.update(symbols=SYMBOLS, version=__version__)
    return env


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


def pages(view: SiteView, project: Project) -> dict[str, str]:
    """Render every page made from the dataset: its address below the root, and its HTML."""
    env = environment(project)
    common = {"site": view, "vocabulary": view.vocabulary, "day": view.dataset.day}
    made: dict[str, str] = {}

    def render(url: str, template: str, **values: Any) -> None:
        made[url] = env.get_template(template).render(root=root_of(url), url=url, **common, **values)

    render("", "start.html")
    render("jurisdictions/", "jurisdictions.html")
    render("questions/", "questions.html")
    render("treaties/", "treaties.html")
    render("search/", "search.html")
    render(
        "compare/",
        "compare.html",
        signs={n: {"sign": SYMBOLS[n], "label": c.label} for n, c in view.vocabulary.schemes["answer"].items()},
        questions=[{"id": q.id, "label": q.label} for q in view.vocabulary.questions.values()],
    )
    render("overview/", "overview.html")
    render("cookbook/", "cookbook.html", recipes=recipes(project))
    render("codebook/questions/", "casebook.html")
    for dimension, questions in view.dimensions:
        render(f"overview/{dimension.notation}/", "matrix.html", dimension=dimension, questions=questions)
    render("coverage/", "coverage.html", rows=coverage_rows(view.dataset))
    render("groups/", "groups.html")
    for group in view.group_pages:
        render(group.url, "group.html", group=group)
    for jurisdiction in view.jurisdictions:
        render(jurisdiction.url, "jurisdiction.html", j=jurisdiction)
    for state in view.unrecorded:
        render(state.url, "state.html", state=state)
    for question in view.vocabulary.questions.values():
        render(f"questions/{question.id}/", "question.html", q=view.question(question), question=question)
    return made


def jurisdiction_json(view: JurisdictionView) -> dict[str, Any]:
    """Give the answers of one jurisdiction as the comparison reads them."""
    return {
        "code": view.code,
        "name": view.name,
        "as_at": view.record.as_at,
        "answers": {
            id_: {
                "value": answer.value.notation,
                "says": answer.sentence,
                "claims": [
                    {"words": c.words, "language": c.instrument.language, "pinpoint": c.pinpoint}
                    for c in answer.claims[:2]
                ],
            }
            for id_, answer in view.answers.items()
        },
    }


# --- MkDocs events -------------------------------------------------------------------------------------------------


def _project(config: MkDocsConfig) -> Project:
    return find_project(Path(config.config_file_path).parent)


def on_startup(command: str, dirty: bool) -> None:
    """Remember what MkDocs is run for: while a reader edits, pages count and the search index does not."""
    global _serving
    _serving = command == "serve"


_serving = False


def index_search(site: Path) -> None:
    """Make the search index of the built pages with Pagefind, which reads nothing but them.

    Raises:
        RuntimeError: Pagefind failed; its own words say why.
    """
    command = [sys.executable, "-m", "pagefind", "--site", str(site), "--output-subdir", "pagefind", "--quiet"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(f"the search index could not be made: {result.stderr or result.stdout}")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read the dataset before anything is written: where it has faults, the last good build stays."""
    project = _project(config)
    try:
        dataset = build_dataset(project)
    except InvalidInput as error:
        raise Abort(f"{error}\n{len(error.problems)} problem(s) found; the last good site stays as it is.") from error
    config.extra["view"] = SiteView(dataset)
    config.watch += [
        str(project.records),
        str(project.ontology),
        str(project.root / "site"),
        str(project.root / "CODEBOOK.md"),
    ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages, and the codebook from the project's root."""
    project = _project(config)
    codebook = (project.root / "CODEBOOK.md").read_text(encoding="utf-8")
    link = '<a href="questions/">Codebook by question</a>'
    codebook = codebook.replace("*Codebook by question*", link)
    files.append(File.generated(config, "codebook.md", content=codebook))
    for url, html in pages(config.extra["view"], project).items():
        made = File.generated(config, f"{url}index.html", content=html, inclusion=InclusionLevel.INCLUDED)
        files.append(made)
    return files


def on_env(env: jinja2.Environment, config: MkDocsConfig, files: Files) -> jinja2.Environment:
    """Give the theme's templates what the generated pages have."""
    view: SiteView = config.extra["view"]
    env.filters["long_date"] = long_date
    env.globals.update(
        symbols=SYMBOLS,
        version=__version__,
        site=view,
        vocabulary=view.vocabulary,
        day=view.dataset.day,
        root_of=root_of,
    )
    return env


def on_post_build(config: MkDocsConfig) -> None:
    """Put the dataset beside the pages."""
    view: SiteView = config.extra["view"]
    write_nquads(view.dataset, Path(config.site_dir) / "data" / "palermo-atlas.nq")
    shutil.copy(_project(config).root / "site" / "notebooks" / "atlas.ipynb", Path(config.site_dir) / "data")
    folder = Path(config.site_dir) / "data" / "jurisdiction"
    folder.mkdir(parents=True, exist_ok=True)
    for jurisdiction in view.jurisdictions:
        text = json.dumps(jurisdiction_json(jurisdiction), ensure_ascii=False, separators=(",", ":"))
        (folder / f"{jurisdiction.code}.json").write_text(text + "\n", encoding="utf-8")
    published = Path(config.site_dir) / "schema" / "record.json"
    published.parent.mkdir(parents=True, exist_ok=True)
    published.write_text(schema_text(view.vocabulary), encoding="utf-8")
    if not _serving:
        index_search(Path(config.site_dir))
