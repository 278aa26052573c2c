"""A real browser: the machine's own Chromium, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
NONE = "No Chromium on this machine: the browser tests are skipped (on Debian: apt install chromium)."


def found(playwright: Playwright) -> str | None:
    """The path of a Chromium: the machine's, else the one Playwright downloaded; None without either."""
    own = playwright.chromium.executable_path
    return next(filter(None, map(shutil.which, NAMES)), own if Path(own).exists() else None)


@contextmanager
def launched() -> Iterator[Browser | None]:
    """A browser for the session, or None where there is none. Root's needs its sandbox off."""
    with sync_playwright() as playwright:
        path = found(playwright)
        if path is None:
            yield None
            return
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        with playwright.chromium.launch(executable_path=path, args=flags) as browser:
            yield browser
