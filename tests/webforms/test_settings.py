"""The administrators' pages of forms, and what they give to embed."""

import html
import re
from typing import Any

import pytest
from flask import Flask

from app.webforms import service
from tests.factories import Maker

FORM = {
    "title": "Contatti",
    "button": "Invia",
    "active": "y",
    "fields": ["first_name", "last_name", "email"],
    "label-email": "La tua email",
    "required-email": "y",
    "access": "open",
    "tags": ["sito"],
    "return_url": "https://www.example.com/grazie",
    "origins": "https://www.example.com\nhttps://shop.example.com/",
}


def test_made_changed_and_deleted(make: Maker, app: Flask) -> None:
    """WEB-01, WEB-02: several forms; the HTML to embed needs no script and asks what was chosen."""
    page = make.page("marta")
    address = page.post("/settings/forms/add?kind=person", FORM).headers["Location"]
    shown = page.get(address).text
    embed = html.unescape(re.search(r"<textarea[^>]*readonly[^>]*>(.*?)</textarea>", shown, re.S)[1])  # type: ignore[index]
    assert 'type="email" id="clientela-email" name="email" required' in embed
    assert "La tua email *" in embed
    assert ">Invia</button>" in embed
    assert "<script" not in embed
    key = re.search(r'action="[^"]*/forms/([^"/]+)"', embed)[1]  # type: ignore[index]
    with app.app_context():
        form = service.by_key(key)
        assert (form.origins, form.private) == (["https://www.example.com", "https://shop.example.com"], False)
        assert [f["required"] for f in form.fields] == [True, True, True]
        version = form.version
    page.post(f"{address}/edit", FORM | {"title": "Altro", "version": version})
    assert "Altro" in page.get("/settings/forms/").text
    assert "Somebody else" in page.post(f"{address}/edit", FORM | {"version": 1}).text
    page.post("/settings/forms/add?kind=company", FORM | {"fields": ["name", "email"], "title": "Aziende"})
    assert "Aziende" in page.get("/settings/forms/").text
    assert page.post(f"{address}/delete").status_code == 302
    assert app.test_client().get(f"/forms/{key}").status_code == 404


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": ""}, "This field is required."),
        ({"fields": ["email"]}, "The form must ask for: First name, Last name."),
        ({"fields": ["first_name", "last_name"], "double_opt_in": "y"}, "The form must ask for: Email."),
        ({"origins": "www.example.com"}, "Write each site as"),
        ({"origins": "https://www.example.com/path"}, "Write each site as"),
        ({"return_url": "javascript:alert(1)"}, "is not a web address"),
        ({"owner": "99999"}, "There is no such user."),
    ],
)
def test_bad_settings_are_refused(make: Maker, change: dict[str, Any], said: str) -> None:
    """SPEC, Bad input: the reason on its field, what was typed kept, no form made."""
    page = make.page("marta")
    answer = page.post("/settings/forms/add?kind=person", FORM | change)
    assert answer.status_code == 400
    assert said in html.unescape(answer.text)
    assert "No form yet" in page.get("/settings/forms/").text


@pytest.mark.parametrize("who", ["sergio", "renzo", None])
def test_for_administrators_alone(make: Maker, who: str | None) -> None:
    """SPEC, Access: forms are settings."""
    key = make.web_form()
    page = make.page(who)
    for path in ("/settings/forms/", "/settings/forms/add", "/settings/forms/1", "/settings/forms/1/edit"):
        assert page.get(path).status_code in (302, 403)
    assert page.post("/settings/forms/1/delete").status_code in (302, 403)
    assert make.page("marta").get(f"/forms/{key}").status_code == 200


def test_a_form_that_is_off_is_not_there(make: Maker, app: Flask) -> None:
    """WEB-01: unpublished, it answers as if there were none."""
    key = make.web_form(active=False)
    assert app.test_client().get(f"/forms/{key}").status_code == 404
    assert app.test_client().post(f"/forms/{key}", data={}).status_code == 404
