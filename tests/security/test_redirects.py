"""No address of ours leads somebody else's way (threat 27)."""

from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.factories import Maker, csrf_token
from tests.payloads import HOSTILE_NEXT


def stays(address: str) -> bool:
    """Whether a browser that follows this stays with us: a path, or our own host."""
    cleaned = "".join(c for c in address if c > " ").replace("\\", "/")
    parts = urlsplit(cleaned)
    return not cleaned.startswith("//") and parts.scheme in ("", "http", "https") and parts.netloc in ("", "localhost")


@pytest.mark.parametrize("target", HOSTILE_NEXT)
def test_a_login_leads_to_us(app: Flask, make: Maker, target: str) -> None:
    """Threat 27: whatever `next` says, by address, form or both."""
    client = app.test_client()
    data = {"username": "nino", "password": make["nino"].password, "next": target}
    answer = client.post(
        "/login/", query_string={"next": target}, data=data, headers={"X-CSRFToken": csrf_token(client)}
    )
    assert answer.status_code == 302
    assert stays(answer.headers["Location"]), answer.headers["Location"]
    again = client.get("/login/", query_string={"next": target})
    assert stays(again.headers.get("Location", ""))


@pytest.mark.parametrize("target", HOSTILE_NEXT)
def test_other_redirects_lead_to_us(make: Maker, target: str) -> None:
    """Threat 27: going back, changing the language, group operations, deleting, linking, with a hostile referrer."""
    contact = make.contact(make["nino"])
    page = make.page("nino")
    headers = {"Referer": target.strip()}
    rows = {"action": "private", "rowid": contact, "next": target}
    answers = [
        page.get("/back", headers=headers, query_string={"next": target}),
        page.get("/lang/it", headers=headers, query_string={"next": target}),
        page.post("/contacts/action_post", rows, headers=headers, query_string={"next": target}),
        page.post(f"/contacts/delete/{contact}", {"next": target}, headers=headers),
    ]
    assert [a.headers.get("Location") for a in answers if not stays(a.headers.get("Location", ""))] == []


def test_a_good_next_is_followed(app: Flask, make: Maker) -> None:
    """GEN: who was sent to the login comes out where they wanted to go."""
    client = app.test_client()
    sent = client.get("/contacts/list/?_flt_0_kind=company")
    assert sent.status_code == 302
    data = {"username": "nino", "password": make["nino"].password}
    answer = client.post(sent.headers["Location"], data=data, headers={"X-CSRFToken": csrf_token(client)})
    assert "/contacts/list/" in answer.headers["Location"]
