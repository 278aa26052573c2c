"""What browsers are given: whole, known, light, and nothing of the old kit."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from flask import Flask

from app.core import nav

APP = Path(__file__).parents[2] / "app"
VENDOR = APP / "static" / "vendor"
MANIFEST = json.loads((VENDOR / "manifest.json").read_text())
LIMITS = {"tabler.css": 120_000, "icons.svg": 32_000}
# Mail bodies and what stands on foreign pages know no stylesheet of ours.
ELSEWHERE = {"mail.html", "chart.html", "table.html", "embed.html"}
BANNED = ("jquery", "select2.min", "fontawesome", "glyphicon", "google_charts", 'style="', "onclick=")


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda e: e["file"])
def test_vendored_files_are_those_of_the_manifest(entry: dict[str, object]) -> None:
    """UI rules: each vendored file has a package, version, licence and the hash that was written down."""
    content = (VENDOR / str(entry["file"])).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert all(entry[key] for key in ("package", "version", "licence"))
    assert len(content) <= LIMITS.get(str(entry["file"]), 100_000)


def test_nothing_else_is_vendored() -> None:
    """A file without a known origin is refused."""
    assert {p.name for p in VENDOR.iterdir()} == {e["file"] for e in MANIFEST} | {"manifest.json"}


def test_templates_hold_nothing_of_the_old_kit_and_nothing_the_policy_forbids() -> None:
    """UI rules: no jQuery, Select2 or icon font; no style attribute, no inline handler."""
    pages = [*APP.rglob("*.html"), *(APP / "static").glob("*.js")]
    found = [(p.name, word) for p in pages for word in BANNED if word in p.read_text().lower()]
    found = [(name, word) for name, word in found if not (word == 'style="' and name in ELSEWHERE)]
    assert not found


def test_each_icon_of_the_menus_can_be_drawn(app: Flask) -> None:
    """UI rules: what a room hangs into the menus has its icon in the sprite, made by `deploy/assets`."""
    drawn = set(re.findall(r'<symbol id="([a-z0-9-]+)"', (VENDOR / "icons.svg").read_text()))
    hung = {entry.icon for menu in (nav.MAIN, nav.CREATE, nav.SETTINGS) for entry in menu}
    assert not hung - drawn


def test_no_script_of_ours_loads_another() -> None:
    """A module that is imported has another address than the page's, so it would run, and answer clicks, twice."""
    scripts = (APP / "static").glob("*.js")
    assert [s.name for s in scripts if re.search(r"^\s*import\b", s.read_text(), re.M)] == []
