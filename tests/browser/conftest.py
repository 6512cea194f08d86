"""A real browser before the real `make serve`: Debian's Chromium, one for all tests, a fresh profile for each."""

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from deployed import HOST
from serving import Served, copy_tree

FLAGS = [
    "--no-sandbox",  # root in a container has none
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",  # and nothing that Chromium asks of the outside by itself
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules=MAP {HOST} 127.0.0.1",
]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    tree = copy_tree(tmp_path_factory.mktemp("tree"))
    served = Served(tree, tree / "var", FORMS_RATE_LIMIT="10000 per minute")
    yield served
    served.process.terminate()
    served.process.wait(15)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which(os.environ.get("CHROMIUM", "chromium")), args=FLAGS
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    """Give a function that opens a page; in the end see that nothing was asked of others and nothing stored."""
    contexts: list[BrowserContext] = []
    requests: list[str] = []
    complaints: list[str] = []

    def open_page(path: str, *, width: int = 1280, javascript: bool = True, **options: Any) -> Page:
        context = browser.new_context(
            base_url=served.address,
            viewport={"width": width, "height": 800},
            java_script_enabled=javascript,
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.on("request", lambda request: requests.append(request.url))
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page
    assert [url for url in requests if not url.startswith((served.address, "data:"))] == []
    assert [text for text in complaints if "responded with a status of" not in text] == []
    for context in contexts:
        assert context.cookies() == []
        context.close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def history_address(history: Path) -> Iterator[str]:
    """Where the made-up history of releases is served."""
    handler = functools.partial(Quiet, directory=history)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
