"""Measure the built site in a real browser with the processor slowed four times, each page beside an empty one.

Usage: python -m tests.benchmarks.pages
The budgets are those of the project: a jurisdiction's page shows its largest part within a second, the map answers
within two, the store in the browser gives its first answer within three (that one without slowing). An empty page is
measured in the same run, so that a slow machine shows as such.
"""

from __future__ import annotations

import functools
import http.server
import statistics
import sys
import threading
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.table import Table

from tests.conftest import CHROMIUM

ROOT = Path(__file__).resolve().parents[2]
RUNS = 5
SLOWED = 4
LARGEST = """() => new Promise((resolve) => {
    const seen = (list) => resolve(list.getEntries().at(-1).startTime);
    new PerformanceObserver(seen).observe({ type: "largest-contentful-paint", buffered: true });
})"""


class _Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Serve the site, and one page with nothing but a word."""
        if self.path != "/empty.html":
            super().do_GET()
            return
        body = b"<!doctype html><title>empty</title><p>empty</p>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def measure(browser: Browser, url: str, script: str, slowed: int = SLOWED) -> float:
    """Give the median of several first loads, in milliseconds."""
    times = []
    for _ in range(RUNS):
        context = browser.new_context(viewport={"width": 412, "height": 823})
        page = context.new_page()
        if slowed > 1:
            context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slowed})
        page.goto(url)
        times.append(float(page.evaluate(script)))
        context.close()
    return statistics.median(times)


def main() -> int:
    """Print the times beside their budgets; give 1 where one is over."""
    site = ROOT / "build" / "site"
    if CHROMIUM is None or not (site / "index.html").is_file():
        print("This needs chromium and a built site (make site).", file=sys.stderr)
        return 2
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    heaviest = max((site / "jurisdictions").glob("*/index.html"), key=lambda path: path.stat().st_size).parent.name
    interactive = """() => new Promise((resolve) => { const box = document.querySelector("#world");
        const check = () => box.dataset.ready ? resolve(performance.now()) : setTimeout(check, 5); check(); })"""
    answer = """async () => { while (!window.bench?.run) await new Promise((done) => setTimeout(done, 5));
        const start = performance.now(); await bench.run(); return performance.now() - start; }"""
    rows = [
        ("an empty page", "empty.html", LARGEST, SLOWED, None),
        (
            f"a jurisdiction, the heaviest ({heaviest}): largest paint",
            f"jurisdictions/{heaviest}/",
            LARGEST,
            SLOWED,
            1000,
        ),
        ("a question: largest paint", "questions/non-punishment/", LARGEST, SLOWED, 1000),
        ("the start page: largest paint", "", LARGEST, SLOWED, 1000),
        ("the start page: the map answers", "", interactive, SLOWED, 2000),
        ("SPARQL in the browser: from Run to the first answer", "sparql/", answer, 1, 3000),
    ]
    table = Table(title=f"Median of {RUNS} first loads on this machine")
    for heading in ("page", "processor", "ms", "of an empty page", "budget"):
        table.add_column(heading, justify="left" if heading == "page" else "right")
    over, base = 0, 0.0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, url, script, slowed, budget in rows:
            took = measure(browser, address + url, script, slowed)
            base = base or took
            over += budget is not None and took > budget
            speed = f"slowed {slowed} times" if slowed > 1 else "as it is"
            table.add_row(name, speed, f"{took:.0f}", f"{took / base:.1f}", str(budget or ""))
        browser.close()
    server.shutdown()
    Console().print(table)
    return int(over > 0)


if __name__ == "__main__":
    sys.exit(main())
