from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

from palermo.dataset import Dataset, build_dataset
from palermo.record import Record, read_record
from palermo.settings import Project
from palermo.vocabulary import Vocabulary, load_vocabulary

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def project() -> Project:
    return Project(ROOT)


@pytest.fixture(scope="session")
def vocabulary(project: Project) -> Vocabulary:
    return load_vocabulary(project)


@pytest.fixture(scope="session")
def model_state(vocabulary: Vocabulary) -> Record:
    return read_record(ROOT / "tests" / "data" / "XM.yaml", vocabulary)


@pytest.fixture(scope="session")
def dataset(project: Project) -> Dataset:
    """The real records, mapped and checked without the cache."""
    return build_dataset(project, cache=False)


# --- the built site, and a real browser to read it in --------------------------------------------------------------

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium on this machine: page tests in a browser skipped"
)


def make_site(root: Path, target: Path) -> Path:
    config = load_config(str(root / "mkdocs.yml"), site_dir=str(target), strict=True)
    config.plugins.on_startup(command="build", dirty=False)
    build(config)
    return target


@pytest.fixture(scope="session")
def built(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_site(project.root, tmp_path_factory.mktemp("site") / "out")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def address(built: Path) -> Iterator[str]:
    """The site served below a path, as on a project page, so that a link to the root of the host would fail."""
    folder = built.parent / "served"
    folder.mkdir(exist_ok=True)
    link = folder / "atlas"
    if not link.exists():
        link.symlink_to(built, target_is_directory=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/atlas/"
    server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield instance
        instance.close()
