"""Take the README's pictures from the built site, with a real browser: make pictures.

Each picture is what a reader sees: nothing is drawn by hand, so that a new look needs no more than a new run.
"""

from __future__ import annotations

import functools
import http.server
import io
import shutil
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "site" / "pictures"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@dataclass(frozen=True)
class Shot:
    """A picture: its name, the page, the size of the window in pixels, and what is done before it is taken."""

    name: str
    url: str
    size: tuple[int, int]
    scheme: str = "light"
    wait: str = "main"
    click: str = ""
    then: str = ""


SHOTS = (
    Shot("start", "?show=non-punishment", (1280, 900), wait="#world[data-ready]"),
    Shot("jurisdiction", "jurisdictions/GB/", (1280, 900)),
    Shot("compare", "compare/?j=GB,FR,DE", (1280, 900), wait="#compare table"),
    Shot("sparql", "sparql/#reflection-days", (1280, 1000), "light", "#bench:not([hidden])", "#run", "#results table"),
    Shot("phone", "questions/child-no-means/", (390, 844), scheme="dark"),
)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def take(page: Page, shot: Shot, address: str) -> None:
    """Open a page, bring it to the state that is shown, and keep its picture."""
    page.goto(address + shot.url)
    page.wait_for_selector(shot.wait)
    if shot.click:
        page.locator(shot.click).click()
    if shot.then:
        page.wait_for_selector(shot.then)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(128)
    picture.save(TARGET / f"{shot.name}.png", optimize=True)


def main() -> int:
    """Take every picture; give 1 where there is no browser or no built site."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    site = ROOT / "build" / "site"
    if not browser or not (site / "index.html").is_file():
        print("The pictures need chromium on this machine and a built site (make site).", file=sys.stderr)
        return 1
    TARGET.mkdir(exist_ok=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=FLAGS)
        for shot in SHOTS:
            width, height = shot.size
            context = chromium.new_context(
                viewport={"width": width, "height": height}, color_scheme="dark" if shot.scheme == "dark" else "light"
            )
            take(context.new_page(), shot, f"http://127.0.0.1:{server.server_port}/")
            context.close()
            print(f"site/pictures/{shot.name}.png")
        chromium.close()
    server.shutdown()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
