"""What every answer says to the browser, and what cookies are worth (threats 16, 18, 19)."""

import re
from typing import Any

import pytest
from flask import Flask

import config
from app.core import web
from tests.factories import Maker, login
from tests.security import walk

KEY = "0123456789abcdef0123456789abcdef0123456789abcdef"


def lacks(answer: Any) -> list[str]:
    """The headers that an answer should have and hasn't."""
    headers, policy = answer.headers, answer.headers.get("Content-Security-Policy", "")
    wanted = {
        "nosniff": headers.get("X-Content-Type-Options") == "nosniff",
        "referrer": headers.get("Referrer-Policy") == "same-origin",
        "frame": "frame-ancestors 'none'" in policy and headers.get("X-Frame-Options") == "DENY",
        "default-src": "default-src 'self'" in policy,
        "no inline": "unsafe-inline" not in policy and "unsafe-eval" not in policy and "http" not in policy,
        "object, base, form": all(f"{d} " in policy for d in ("object-src 'none';", "base-uri 'none';", "form-action")),
        "request id": re.fullmatch(r"[0-9a-f]{16}", headers.get("X-Request-Id", "")),
        "caching": headers.get("Cache-Control"),
        "no server": "Python" not in headers.get("Server", ""),
        "no cors": "Access-Control-Allow-Origin" not in headers,
    }
    return [name for name, fine in wanted.items() if not fine]


def test_every_answer_has_the_headers(app: Flask, make: Maker) -> None:
    """Threats 18, 19, 26: pages, REST, files, redirects and errors, whoever asks and from wherever."""
    contact, found, tried = make.contact(), [], 0
    page, visitor = make.page("nino"), make.page(None)
    extra = ["/nowhere", "/static/app.css", "/static/nothing.css", "/static/../config.py", "/contacts/show/987654"]
    paths = {p for r, m in walk.routes(app) if m == "GET" for p in walk.addresses(app, r, contact)}
    for path in [*sorted(paths), *extra]:
        for browser in (page, visitor):
            tried += 1
            answer = browser.twin().get(path, headers={"Origin": "https://evil.example"})
            found += [f"{path}: {answer.status_code} {lack}" for lack in lacks(answer)]
    for method, path in (("DELETE", "/contacts/list/"), ("POST", "/contacts/add"), ("PATCH", "/api/v1/contacts/")):
        found += [f"{method} {path}: {lack}" for lack in lacks(visitor.client.open(path, method=method))]
    assert not found, found
    assert tried > 80


def test_a_page_may_not_be_kept_by_the_browser(make: Maker) -> None:
    """Threat 19: what is private does not stay in a cache; a file that carries its digest does."""
    assert "no-store" in make.page("nino").get("/contacts/list/").headers["Cache-Control"]
    assert "no-store" in make.rest("nino").get("/api/v1/contacts/").headers["Cache-Control"]
    assert "immutable" in make.page(None).get("/static/app.css").headers["Cache-Control"]


def test_each_page_has_a_nonce_of_its_own(make: Maker) -> None:
    """Threat 18: one value a response, on each of its scripts; no script without it, no inline handler or style."""
    page = make.page("nino")
    nonces = set()
    for path in ("/", "/contacts/list/", "/contacts/add", "/login/", "/nowhere"):
        answer = page.twin().get(path)
        policy = re.search(r"'nonce-([\w-]+)'", answer.headers["Content-Security-Policy"])
        assert policy
        nonces.add(policy[1])
        body = answer.get_data(as_text=True)
        tags = re.findall(r"<script[^>]*>", body)
        assert all(f'nonce="{policy[1]}"' in tag or "application/json" in tag for tag in tags), path
        assert not re.search(r"<[^>]+\son\w+=", body), path
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', body), path
    assert len(nonces) == 5


@pytest.mark.parametrize("base", ["", "http://crm.example", "https://crm.example"])
def test_cookie_flags(app: Flask, make: Maker, monkeypatch: pytest.MonkeyPatch, base: str) -> None:
    """Threat 16: HttpOnly and SameSite always; Secure and the __Host- name as soon as the address is https."""
    for key, value in config.web_settings(base).items():
        monkeypatch.setitem(app.config, key, value)
    client = app.test_client()
    scheme = "https://localhost" if base.startswith("https") else "http://localhost"
    client.get("/login/", base_url=scheme)
    cookies = login(client, make["nino"]).headers.getlist("Set-Cookie")
    if base.startswith("https"):
        answer = client.get("/login/", base_url=scheme)
        cookies = cookies or answer.headers.getlist("Set-Cookie")
        assert answer.headers["Strict-Transport-Security"]
    assert cookies
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert ("Secure" in cookie) == cookie.startswith("__Host-") == base.startswith("https")
        assert "Domain=" not in cookie


def test_a_session_does_not_last_for_ever(app: Flask) -> None:
    """Threat 15: twelve hours, for cookies and tokens alike."""
    assert app.permanent_session_lifetime.total_seconds() <= 12 * 3600
    assert 0 < app.config["JWT_ACCESS_TOKEN_EXPIRES"] <= 12 * 3600


@pytest.mark.parametrize("host", ["evil.example", "localhost:80@evil.example", "[::1]evil", "a b", "crm.example.evil"])
def test_a_foreign_host_is_refused(app: Flask, make: Maker, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """Threat 16: where the public address is known, nothing else is answered but this machine's own probes."""
    monkeypatch.setitem(app.config, "OUR_HOSTS", web.our_hosts("https://crm.example"))
    page = make.page("nino")
    for path in ("/", "/login/", "/contacts/list/", "/nowhere", "/api/v1/contacts/", "/healthz"):
        answer = page.twin().get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert "evil" not in walk.said(answer)
    assert page.get("/login/", headers={"Host": "crm.example"}).status_code in (200, 302)
    assert page.get("/healthz", headers={"Host": "127.0.0.1:8000"}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost:80@evil.example", "[::1]evil", "a b"])
def test_no_address_is_made_of_the_host(make: Maker, host: str) -> None:
    """Threat 16: where it is not known, what we write is a path; a foreign name stands in no link and no redirect."""
    for path in ("/", "/login/", "/contacts/list/", "/nowhere"):
        answer = make.page(None).get(path, headers={"Host": host})
        assert answer.status_code < 500
        assert "evil" not in answer.headers.get("Location", "").split("next=")[0]
        assert not re.search(r'(?:src|href|action)="[^"?]*evil', answer.get_data(as_text=True))
