"""A form on somebody else's page, in a real browser: it makes a contact (issue 4, point 9)."""

import html
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from tests.factories import Maker
from tests.ui.conftest import Open, open_page  # noqa: F401  (a fixture)


@contextmanager
def website(content: str) -> Iterator[str]:
    """A site of another origin, with one page."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f"<!doctype html><html lang=en><title>Ditta</title><body>{content}".encode())

        def log_message(self, *_args: Any) -> None:
            """Silent."""

    server = HTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_form_on_a_foreign_page(open_page: Open, make: Maker, stored: Any) -> None:  # noqa: F811
    """WEB-01, WEB-02, WEB-03: made in the settings, its HTML put on another site, filled in by a visitor."""
    watched = open_page("marta")
    page = watched.page
    watched.goto("/settings/forms/add?kind=person")
    page.fill("#title", "Contatti")
    page.click(".form-bar .btn-primary")
    page.wait_for_url("**/settings/forms/*")
    embed = html.unescape(page.input_value("textarea[readonly]"))
    assert page.frame_locator("iframe").get_by_label("Message").is_visible()
    assert watched.violations() == []
    with website(embed) as site:
        visitor = open_page(None).page
        visitor.goto(site)
        visitor.fill("#clientela-first_name", "Maria")
        visitor.fill("#clientela-last_name", "Rossi")
        visitor.fill("#clientela-email", "maria@example.com")
        visitor.fill("#clientela-message", "Vorrei un preventivo")
        visitor.click("button")
        visitor.get_by_text("We have received what you wrote.").wait_for()
    [contact] = stored()
    assert (contact["name"], contact["notes"]) == ("Maria Rossi", ["Contatti\nVorrei un preventivo"])
    for path in ("/settings/forms/", "/exports/", "/contacts/list/"):
        watched.goto(path)
        assert watched.violations() == []
        assert watched.overflow() <= 0
    assert watched.faults == []
