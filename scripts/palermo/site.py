"""The site: MkDocs builds it, and this hook adds the pages that are made from the dataset.

Generated pages are whole HTML files rendered by our own Jinja templates: they bypass Markdown and stay out of the
navigation, so that building grows linearly with the jurisdictions (measured, see the design notes on the site).
"""

from __future__ import annotations

import datetime as dt
import re
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
from mkdocs.structure.pages import Page

from . import __version__
from .beside import Sizes, packed_trig, write_beside
from .cards import write_cards
from .changes import Change, read_changes
from .coverage import coverage_rows
from .dataset import build_dataset
from .problems import InvalidInput
from .recipes import Recipe, recipes
from .settings import Project, find_project
from .terms import Term, read_schemes, read_terms
from .themes import Theme, World, make_themes, penalty_scales, read_world
from .views import SiteView

__all__ = [
    "Made",
    "environment",
    "make",
    "on_config",
    "on_env",
    "on_files",
    "on_page_markdown",
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


def article_anchor(treaty: str, article: str) -> str:
    """Name an article of an instrument as an anchor on the page of treaties.

    >>> article_anchor("cets-197", "12(1)(a); 28")
    'cets-197-12-1-a-28'
    """
    return f"{treaty}-{re.sub(r'[^a-z0-9]+', '-', article.lower()).strip('-')}"


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
    env.globals.update(symbols=SYMBOLS, version=__version__, article_anchor=article_anchor)
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
    changes: list[Change]


def make(view: SiteView, project: Project) -> Made:
    """Make what pages and files share.

    Raises:
        FileNotFoundError: the scripts are not bundled yet.
        InvalidInput: the log of changes has faults.
    """
    cookbook = recipes(project)
    terms = read_terms(view.dataset, {recipe.name: recipe.text for recipe in cookbook})
    packed, unpacked = packed_trig(view.dataset)
    changes = read_changes(project.root / "site" / "changes.yaml", {r.jurisdiction for r in view.dataset.records})
    sizes = Sizes(len(packed), (project.app / "oxigraph.wasm").stat().st_size, unpacked)
    return Made(cookbook, terms, make_themes(view), read_world(project.app / "world.json"), packed, sizes, changes)


def _common(view: SiteView, project: Project, site_url: str) -> dict[str, Any]:
    """Give what every template may use."""
    return {
        "site": view,
        "vocabulary": view.vocabulary,
        "day": view.dataset.day,
        "base": project.base,
        "site_url": site_url,
        "dataset_card": _dataset_card(view, project, site_url),
    }


def _dataset_card(view: SiteView, project: Project, site_url: str) -> dict[str, Any]:
    """Describe the dataset as schema.org/Dataset, for search engines."""
    files = {"palermo-atlas.nq": "application/n-quads", "answers-long.csv": "text/csv"}
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": f"{project.base}data",
        "name": "Palermo Atlas",
        "description": "What statutes provide on trafficking in persons, claim by claim, with the provision and "
        "the operative words, and what treaties ask of them.",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "creator": {"@type": "Organization", "name": "The Palermo Atlas contributors"},
        "version": __version__,
        "dateModified": view.dataset.day,
        "isAccessibleForFree": True,
        "keywords": ["human trafficking", "Palermo Protocol", "comparative law", "legislation"],
        "spatialCoverage": [view.name for view in view.jurisdictions],
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": form, "contentUrl": f"{site_url or project.base}data/{name}"}
            for name, form in files.items()
        ],
    }


def pages(view: SiteView, project: Project, made: Made | None = None, site_url: str = "") -> dict[str, str]:
    """Render every page made from the dataset: its address below the root, and its HTML.

    Args:
        view: What the site shows.
        project: Where templates are.
        made: What was made already, if anything was.
        site_url: Address of the published site with a slash at its end, where it is known.
    """
    shared = made or make(view, project)
    env = environment(project)
    common = _common(view, project, site_url)
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
    render("changes/", "changes.html", changes=shared.changes)
    render("groups/", "groups.html")
    for group in view.group_pages:
        render(group.url, "group.html", group=group)
    scales = penalty_scales(view)
    for jurisdiction in view.jurisdictions:
        render(jurisdiction.url, "jurisdiction.html", j=jurisdiction, scale=scales.get(jurisdiction.code))
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


def _site_url(config: MkDocsConfig) -> str:
    """Give the address of the published site with a slash at its end, or an empty string where it is not known."""
    return f"{config.site_url.rstrip('/')}/" if config.site_url else ""


def _write_sitemap(site: Path, site_url: str, day: str) -> None:
    """List every page for search engines; without the site's address there can be no sitemap (sitemaps.org)."""
    for name in ("sitemap.xml", "sitemap.xml.gz"):
        (site / name).unlink(missing_ok=True)
    if not site_url:
        return
    pages = sorted(path.parent.relative_to(site).as_posix() for path in site.rglob("index.html"))
    lines = [f"  <url><loc>{site_url}{'' if p == '.' else p + '/'}</loc><lastmod>{day}</lastmod></url>" for p in pages]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    (site / "sitemap.xml").write_text(head + "\n".join(lines) + "\n</urlset>\n", encoding="utf-8")


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
    contribute = (project.root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    files.append(File.generated(config, "contribute.md", content=contribute.replace("(CODEBOOK.md)", "(codebook.md)")))
    for url, html in pages(config.extra["view"], project, config.extra["made"], _site_url(config)).items():
        files.append(File.generated(config, f"{url}index.html", content=html, inclusion=InclusionLevel.INCLUDED))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put the coverage of the records into the page on the method."""
    if page.file.src_uri != "methodology.md":
        return markdown
    view: SiteView = config.extra["view"]
    table = environment(_project(config)).get_template("coverage-table.html")
    return markdown.replace("<!-- coverage -->", table.render(rows=coverage_rows(view.dataset), root=root_of(page.url)))


def on_env(env: jinja2.Environment, config: MkDocsConfig, files: Files) -> jinja2.Environment:
    """Give the theme's templates what the generated pages have."""
    view: SiteView = config.extra["view"]
    env.filters["long_date"] = long_date
    env.globals.update(
        symbols=SYMBOLS,
        version=__version__,
        root_of=root_of,
        **_common(view, _project(config), _site_url(config)),
    )
    return env


def on_post_build(config: MkDocsConfig) -> None:
    """Put the dataset and the bundled scripts beside the pages."""
    made: Made = config.extra["made"]
    view: SiteView = config.extra["view"]
    project = _project(config)
    site = Path(config.site_dir)
    write_beside(view, site, project.app, made.packed, made.terms, made.recipes, made.themes, made.world)
    shutil.copy(project.root / "site" / "notebooks" / "atlas.ipynb", site / "data")
    feed = environment(project).get_template("feed.xml")
    common = _common(view, project, _site_url(config))
    (site / "feed.xml").write_text(feed.render(changes=made.changes, **common) + "\n", encoding="utf-8")
    _write_sitemap(site, _site_url(config), view.dataset.day)
    if not _serving:
        write_cards(view, project.app / "fonts", site / "assets" / "cards")
        index_search(site)
