"""Merge fields and rich text: nothing is computed, nothing foreign stays (MAIL-02, threat 4)."""

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.campaigns import merging, richtext
from app.core import access
from app.core.db import db
from tests.factories import Maker, acting
from tests.payloads import PAYLOADS

VALUES = {"first_name": "Nicolò", "company": "Rossi & <Figli>", "custom.tessera": "12"}


@pytest.mark.parametrize(
    ("text", "came"),
    [
        ("Ciao {{first_name}}", "Ciao Nicolò"),
        ("Ciao {{ first_name | amico }}!", "Ciao Nicolò!"),
        ("{{last_name|amico mio}}, {{title}}.", "amico mio, ."),
        ("{{company}} {{custom.tessera}}", "Rossi & <Figli> 12"),
        ("{first_name} {{ }} {{first_name", "{first_name} {{ }} {{first_name"),
    ],
)
def test_fields_are_filled(text: str, came: str) -> None:
    """MAIL-02: the value, else the words after the bar, else nothing."""
    assert merging.merged(text, VALUES) == came


def test_a_value_is_no_markup() -> None:
    """Threat 4: what a contact is called can't become HTML."""
    assert merging.merged("<p>{{company}}</p>", VALUES, html=True) == "<p>Rossi &amp; &lt;Figli&gt;</p>"
    assert merging.merged("{{title|&nbsp;a &amp; b}}", VALUES, html=True) == "a &amp; b"
    assert merging.merged("{{company}}", {"company": "{{first_name}}"}) == "{{first_name}}"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("{{frist_name}}", True), ("{{custom.nothing|x}}", True), ("{{first_name", True), ("first_name}}", True),
        ("{{first_name.__class__}}", True), ("{{1+1}}", True), ('<a href="https://a.b/{{email}}">x</a>', True),
        ("{{first_name|there}} {{custom.tessera}}", False), ("{ }", False),
    ],
)  # fmt: skip
def test_an_unknown_field_is_told(make: Maker, text: str, wrong: bool) -> None:
    """MAIL-02: a mistyped field is an error on the form and never a mail."""
    make.custom_field("tessera")
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        assert bool(merging.problem(text)) is wrong


def test_a_contacts_values(make: Maker) -> None:
    """MAIL-02: names, company, channels, town, who looks after it, and each kind of custom field as people write it."""
    company = make.contact(kind="company", name="Officine Bianchi")
    custom = {
        make.custom_field("Giorno", "date"): "2026-11-24",
        make.custom_field("Importo", "money"): {"amount": "1234.5", "currency": "EUR"},
        make.custom_field("Socio", "checkbox"): True,
    }
    person = make.contact(
        first_name="Anna", last_name="Neri", company=company, emails=["Anna@example.com"], custom=custom,
        addresses=[{"street": "Via Roma 1", "city": "Torino"}],
    )  # fmt: skip
    from app.contacts.models import Contact

    with make.app.app_context(), acting(make["marta"]):
        fields = merging.own_fields()
        found = merging.values_of(db.session.get_one(Contact, person), fields)
        bare = merging.values_of(db.session.get_one(Contact, company), fields)
    assert (found["first_name"], found["name"], found["company"]) == ("Anna", "Anna Neri", "Officine Bianchi")
    assert (found["city"], found["responsible"]) == ("Torino", "Sergio Prova")
    assert (found["custom.giorno"], found["custom.importo"], found["custom.socio"]) == (
        "24/11/2026",
        "€1,234.50",
        "Yes",
    )
    assert (bare["first_name"], bare["name"], bare["company"]) == ("", "Officine Bianchi", "Officine Bianchi")
    assert set(found) == {name for name, _label in offered(make)}


def offered(make: Maker) -> Any:
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        return merging.offered()


class Foreign(HTMLParser):
    """Lists what a mail must not hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag] if tag not in richtext.TAGS else []
        for name, value in attrs:
            scheme = (value or "").strip().lower().partition(":")[0]
            if (tag, name) != ("a", "href") or scheme not in richtext.SCHEMES:
                self.found.append(f"{tag} {name}={value}")


HOSTILE = [
    "<p onclick=x>a</p>", "<script>x</script>", "<style>p{}</style>", '<a href="javascript:x">a</a>', "<svg onload=x>",
    '<img src="https://spy.example.com/1.gif">', "<form action=x><input></form>", '<p style="position:fixed">a</p>',
    '<iframe srcdoc="<script>">', '<a href="data:text/html,x">a</a>', '<a href="/login">a</a>',
]  # fmt: skip


@pytest.mark.parametrize("text", [*HOSTILE, *PAYLOADS])
def test_nothing_foreign_stays(text: str) -> None:
    """Threat 4: only our elements, one attribute, four schemes; what is clean stays as it is."""
    cleaned = richtext.clean(text)
    assert Foreign(cleaned).found == []
    assert richtext.clean(cleaned) == cleaned or not richtext.LOOKS_LIKE_HTML.search(cleaned)


@given(
    st.lists(st.sampled_from(["<p>", "</p>", "<a href='", "javascript:", "'>", "<b", ">", "x", "&lt;", "<!--", '"']))
)
def test_any_soup_is_cleaned(parts: list[str]) -> None:
    """Threat 4: whatever order the pieces come in."""
    assert Foreign(richtext.clean("<p>" + "".join(parts))).found == []


def test_plain_text_is_made_beside() -> None:
    """MAIL-02: paragraphs, lists, links; and paragraphs of text typed without an editor."""
    html = '<h2>Ciao</h2><p>Uno<br>due</p><ul><li>a</li><li>b</li></ul><ol><li>c</li></ol><p>Il <a href="https://x.it">sito</a></p>'
    assert richtext.to_plain(html) == "Ciao\n\nUno\ndue\n\n- a\n- b\n\n1. c\n\nIl sito (https://x.it)"
    assert richtext.clean("Uno < due\r\nancora\r\n\r\nTre") == "<p>Uno &lt; due<br>ancora</p><p>Tre</p>"
    assert richtext.to_plain('<p><a href="mailto:a@b.it">a@b.it</a></p>') == "a@b.it"
