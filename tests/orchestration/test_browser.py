"""What a person sees: the UI in a browser, a daemon and a code server behind it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from music_warehouse.paths import DataFolder
from orchestration.lib.environment import ROOT
from tests.orchestration.conftest import Orchestrated

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
START_SECONDS = 180
RUN_SECONDS = 180


@pytest.fixture(scope="module")
def apart(
    orchestrated: Orchestrated,
    first_run: object,
    tmp_path_factory: pytest.TempPathFactory,
) -> DataFolder:
    """A warehouse that has been built, of these tests' own: at half past three the
    daemon begins the daily run, whatever day it is, and it ends with the tests."""
    copy = tmp_path_factory.mktemp("browser") / "data"
    shutil.copytree(
        orchestrated.data.root, copy, ignore=shutil.ignore_patterns("dagster")
    )
    return DataFolder(copy)


@pytest.fixture(scope="module")
def address(apart: DataFolder) -> Iterator[str]:
    """Where `python -m orchestration` answers."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    output = apart.root / "dev.txt"
    with output.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "orchestration"],
            cwd=ROOT,
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith("DBT_")},
                "MUSIC_WAREHOUSE_DATA": str(apart.root),
                "DAGSTER_PORT": str(port),
            },
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        found = f"http://127.0.0.1:{port}"
        _wait_for(found, process, output)
        yield found
    finally:
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(15)
        # Whatever it had started, too.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes], output: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/server_info", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(output.read_text())


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of a browser that no other test has used."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1500, "height": 850})
        page.set_default_timeout(RUN_SECONDS * 1000)
        yield page
        browser.close()


@pytest.mark.skipif(
    CHROMIUM is None, reason="there is no Chromium: `make browser` installs it"
)
def test_a_person_sees_the_graph_and_materialises_an_asset(
    address: str, page: Page
) -> None:
    elsewhere: list[str] = []
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((address, "ws:", "data:", "blob:"))
            else elsewhere.append(request.url)
        ),
    )
    patience = RUN_SECONDS * 1000

    page.goto(f"{address}/asset-groups")
    for group in ("landing", "lake", "listening", "similarity", "published"):
        expect(page.get_by_text(group, exact=True).first).to_be_visible()

    page.goto(f"{address}/assets/deliveries/ledger?view=events")
    page.get_by_role("button", name="Materialize").first.click()
    expect(page.get_by_text("rows rejected").first).to_be_visible(timeout=patience)
    page.goto(f"{address}/runs")
    expect(page.get_by_text("Success").first).to_be_visible(timeout=patience)
    page.goto(f"{address}/assets/deliveries/ledger?view=checks")
    expect(page.get_by_text("lines_add_up").first).to_be_visible()

    assert elsewhere == []
