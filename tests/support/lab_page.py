"""The lab as a process of its own, and a browser to look at it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium")
FLAGS = """
--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update
--disable-sync
"""


def free_port():
    """A port of loopback that nothing listens at."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


@contextmanager
def lab_process(*arguments):
    """``formal-envs lab`` with arguments; gives its address, and ends it."""
    port = free_port()
    command = [sys.executable, "-m", "formal_envs", "lab", *map(str, arguments), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}/"
    try:
        while True:
            assert process.poll() is None, "the lab ended"
            try:
                urllib.request.urlopen(address, timeout=60).close()
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def browser():
    """Debian's chromium, or Playwright's own."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split(), timeout=120_000)
        except sync_api.Error as error:
            pytest.skip(f"no browser: {error}")
        yield browser
        browser.close()
