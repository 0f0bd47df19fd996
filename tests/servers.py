"""Servers that the tests start: on a free port of this machine, and stopped when the tests are done."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence

import httpx

__all__ = ["free_port", "running"]


def free_port() -> int:
    """Give a port of this machine on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(
    command: Sequence[str], url: str, seconds: float = 60, **options: object
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server for as long as the context lasts.

    Args:
        command: The program and its arguments; options go to ``subprocess.Popen``.
        url: An address that answers when the server is ready.
        seconds: How long it may take until it is.

    Raises:
        AssertionError: the server ended, or did not answer in time.
    """
    with subprocess.Popen(command, **options) as process:  # type: ignore[call-overload]
        try:
            end = time.monotonic() + seconds
            while not _answers(url):
                assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
                assert time.monotonic() < end, f"{url} does not answer"
                time.sleep(0.1)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def _answers(url: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(url).status_code < 500
    return False
