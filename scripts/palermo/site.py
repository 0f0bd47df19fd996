"""The site: MkDocs builds it, and this hook adds the pages that are made from the dataset.

Generated pages are whole HTML files rendered by our own Jinja templates: they bypass Markdown and stay out of the
navigation, so that building grows linearly with the jurisdictions (measured, see the design notes on the site).
"""

from __future__ import annotations

import datetime as dt
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
from .beside import Sizes, packed_trig, write_beside
from .coverage import coverage_rows
from .dataset import build_dataset
from .problems import InvalidInput
from .recipes import Recipe, recipes
from .settings import Project, find_project
from .terms import Term, read_schemes, read_terms
from .themes import Theme, World, make_themes, penalty_scale, read_world
from .views import SiteView

__all__ = [
    "Made",
    "environment",
    "make",
    "on_config",
    "on_env",
    "on_files",
    "on_post_build",
    "on_startup",
    "pages",
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
class Made:
    """What pages and the files beside them both need, made once."""

    recipes: list[Recipe]
    terms: list[Term]
    themes: list[Theme]
    world: World
    packed: bytes
    sizes: Sizes


def make(view: SiteView, project: Project) -> Made:
    """Make what pages and files share.

    Raises:
        FileNotFoundError: the scripts are not bundled yet.
    """
    cookbook = recipes(project)
    terms = read_terms(view.dataset, {recipe.name: recipe.text for recipe in cookbook})
    packed, unpacked = packed_trig(view.dataset)
    sizes = Sizes(len(packed), (project.app / "oxigraph.wasm").stat().st_size, unpacked)
    return Made(cookbook, terms, make_themes(view), read_world(project.app / "world.json"), packed, sizes)


def pages(view: SiteView, project: Project, made: Made | None = None) -> dict[str, str]:
    """Render every page made from the dataset: its address below the root, and its HTML."""
    shared = made or make(view, project)
    env = environment(project)
    common = {"site": view, "vocabulary": view.vocabulary, "day": view.dataset.day, "base": project.base}
    rendered: dict[str, str] = {}

    def render(url: str, template: str, **values: Any) -> None:
        rendered[url] = env.get_template(template).render(root=root_of(url), url=url, **common, **values)

    render("", "start.html", themes=shared.themes, world=shared.world)
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
    render("cookbook/", "cookbook.html", recipes=shared.recipes)
    render("sparql/", "sparql.html", sizes=shared.sizes, editor_style=_editor_style(project))
    render("ontology/", "ontology.html", terms=shared.terms, schemes=read_schemes(view.dataset))
    render("codebook/questions/", "casebook.html")
    for dimension, questions in view.dimensions:
        render(f"overview/{dimension.notation}/", "matrix.html", dimension=dimension, questions=questions)
    render("coverage/", "coverage.html", rows=coverage_rows(view.dataset))
    render("groups/", "groups.html")
    for group in view.group_pages:
        render(group.url, "group.html", group=group)
    for jurisdiction in view.jurisdictions:
        render(jurisdiction.url, "jurisdiction.html", j=jurisdiction, scale=penalty_scale(view, jurisdiction.code))
    for state in view.unrecorded:
        render(state.url, "state.html", state=state)
    for question in view.vocabulary.questions.values():
        render(f"questions/{question.id}/", "question.html", q=view.question(question), question=question)
    return rendered


def _editor_style(project: Project) -> str:
    """Give the style of the query editor, which lives in a shadow root of its own."""
    return (project.root / "site" / "app" / "editor.css").read_text(encoding="utf-8")


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
    view = SiteView(dataset)
    config.extra["view"] = view
    try:
        config.extra["made"] = make(view, project)
    except FileNotFoundError as error:
        raise Abort(
            f"The site's scripts are not bundled yet ({error.filename} is missing): run “make site”."
        ) from error
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
    for url, html in pages(config.extra["view"], project, config.extra["made"]).items():
        files.append(File.generated(config, f"{url}index.html", content=html, inclusion=InclusionLevel.INCLUDED))
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
    """Put the dataset and the bundled scripts beside the pages."""
    made: Made = config.extra["made"]
    view: SiteView = config.extra["view"]
    project = _project(config)
    site = Path(config.site_dir)
    write_beside(view, site, project.app, made.packed, made.terms, made.recipes, made.themes, made.world)
    if not _serving:
        index_search(site)
