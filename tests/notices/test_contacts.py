"""Colleagues are told of contacts that become theirs, through page and REST alike (CON-06, CON-07, NOT-01, NOT-02)."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core.db import db
from app.core.people import profile_of
from app.notices import service
from app.notices.models import Kind
from tests.factories import Maker, acting, unique
from tests.harness.mail import Mailbox
from tests.harness.web import START, Child
from tests.payloads import PAYLOADS

Bell = Callable[..., list[tuple[str, str]]]
Mails = Callable[..., list[Any]]


def by_rest(make: Maker, who: str, contact: int | None, **keys: Any) -> int:
    """Save by REST; the contact's id."""
    rest = make.rest(who)
    answer = rest.put(f"/api/v1/contacts/{contact}", keys) if contact else rest.post("/api/v1/contacts/", keys)
    assert answer.status_code in (200, 201), answer.text
    return int(answer.json["id"])


def by_form(make: Maker, who: str, contact: int | None, **keys: Any) -> int:
    """Save by the form as a browser sends it: all its fields, lists once for each value; the contact's id."""
    kept = {"kind": "person", "first_name": "Maria", "last_name": "Rossi", "owner": make[who].id}
    page = make.page(who)
    answer = page.post(f"/contacts/edit/{contact}" if contact else "/contacts/add", data=kept | keys)
    assert answer.status_code == 302, answer.text
    return int(answer.headers["Location"].rsplit("/", 1)[1])


DOORS = pytest.mark.parametrize("save", [by_rest, by_form])


@DOORS
def test_who_becomes_responsible_is_told(make: Maker, bell: Bell, mails: Mails, save: Any) -> None:
    """CON-06: a new owner or co-owner is told in the app and by mail, with a link that works; the actor is not, and
    a stranger is told nothing."""
    made = save(make, "sergio", None, kind="person", first_name="Maria", last_name="Rossi",
                co_owners=[make["livia"].id])  # fmt: skip
    told = [("Sergio Prova made you responsible for Maria Rossi", f"/contacts/show/{made}")]
    assert bell("livia") == told
    assert bell("sergio") == bell("nino") == bell("ada") == []
    assert make.page("livia").get(told[0][1]).status_code == 200
    assert make.page("nino").get(told[0][1]).status_code == 404
    [mail] = mails()
    assert (mail.recipient, mail.subject) == ("livia@example.com", told[0][0])
    assert f"http://localhost{told[0][1]}" in mail.text


@DOORS
def test_who_stays_responsible_is_told_once(make: Maker, bell: Bell, mails: Mails, save: Any) -> None:
    """CON-06: only a change is news."""
    kept = {"first_name": "Maria", "last_name": "Rossi", "co_owners": [make["livia"].id]}
    made = save(make, "sergio", None, kind="person", **kept)
    save(make, "sergio", made, **kept | {"title": "Direttrice"})
    assert len(bell("livia")) == len(mails()) == 1


@DOORS
def test_who_may_see_a_private_contact_is_told(make: Maker, bell: Bell, mails: Mails, save: Any) -> None:
    """CON-07: named users and members of named groups are told, each once, and not those who saw it before."""
    friend = make.user()
    group = make.group("", friend, make["livia"], make["sergio"])
    kept = {"first_name": "Maria", "last_name": "Rossi"}
    made = save(make, "sergio", None, kind="person", private="y", **kept)
    assert mails() == []
    save(make, "sergio", made, private="y", shared_with=[make["livia"].id], **kept)
    save(make, "sergio", made, private="y", shared_with=[make["livia"].id, -group], **kept)
    told = ("Sergio Prova shared Maria Rossi with you", f"/contacts/show/{made}")
    assert bell("livia") == bell(friend) == [told]
    assert bell("sergio") == bell("nino") == bell("renzo") == []
    assert len(mails()) == 2
    assert make.page(friend).get(told[1]).status_code == 200


def test_an_open_contact_is_shared_with_nobody(make: Maker, bell: Bell, mails: Mails) -> None:
    """CON-07: who is named on a contact that all see learns nothing new."""
    by_rest(make, "sergio", None, kind="person", first_name="Maria", last_name="Rossi", private=False,
            shared_with=[make["livia"].id])  # fmt: skip
    assert bell("livia") == mails() == []


def test_a_refused_save_tells_nobody(make: Maker, bell: Bell, mails: Mails) -> None:
    """CON-06: what was not stored is no news."""
    answer = make.rest("sergio").post(
        "/api/v1/contacts/", {"kind": "person", "co_owners": [make["livia"].id], "first_name": "Maria"}
    )
    assert answer.status_code == 400
    stranger = make.rest("nino").put(f"/api/v1/contacts/{make.contact(private=True)}", {"co_owners": [make["nino"].id]})
    assert stranger.status_code == 404
    assert bell("livia") == bell("nino") == mails() == []


def test_each_is_told_in_his_own_language(make: Maker, mails: Mails) -> None:
    """NOT-02: the mail is in the receiver's language, whatever the actor's."""
    with make.app.app_context():
        profile_of(make["livia"].id).locale = "it"
        profile_of(make["sergio"].id).locale = "en"
        db.session.commit()
    by_rest(make, "sergio", None, kind="person", first_name="Maria", last_name="Rossi",
            co_owners=[make["livia"].id, make["marta"].id])  # fmt: skip
    assert {m.recipient: (m.headers["Content-Language"], m.text.split()[0]) for m in mails()} == {
        "livia@example.com": ("it", "Ciao"),
        "marta@example.com": ("en", "Hello"),
    }


def test_each_chooses_what_to_be_told(make: Maker, bell: Bell, mails: Mails) -> None:
    """NOT-01: a kind can be turned off, in the app and by mail apart; for oneself alone."""
    page = make.page("livia")
    assert page.post("/notices/wishes", data={"responsible-mail": "y", "shared-app": "y"}).status_code == 302
    text = page.get("/notices/wishes").text
    assert [text.count(f'name="{name}" value="y" checked') for name in ("responsible-app", "responsible-mail")] == [
        0,
        1,
    ]
    keys = {"kind": "person", "first_name": "Maria", "last_name": "Rossi", "private": True}
    both = [make["livia"].id, make["marta"].id]
    by_rest(make, "sergio", None, **keys, co_owners=both)
    by_rest(make, "sergio", None, **keys, shared_with=both)
    assert [len(bell("livia")), len(mails("livia"))] == [1, 1]
    assert "shared" in bell("livia")[0][0]
    assert [len(bell("marta")), len(mails("marta"))] == [2, 2]


def test_who_may_not_sign_in_is_not_told(make: Maker, mails: Mails) -> None:
    """NOT-01: a group's former members hear nothing any more."""
    from app.core.people import User

    gone = make.user()
    group = make.group("", gone)
    with make.app.app_context():
        db.session.get(User, gone.id).active = False
        db.session.commit()
    by_rest(make, "sergio", None, kind="person", first_name="Maria", last_name="Rossi", shared_with=[-group])
    assert mails() == []


@pytest.mark.parametrize("payload", [p for p in PAYLOADS if "\0" not in p and len(p) < 200])
def test_a_hostile_name_is_only_a_name(make: Maker, bell: Bell, mails: Mails, payload: str) -> None:
    """Threats 2 and 23: what a colleague called a contact is text in the bell and one line in the subject."""
    made = by_rest(make, "sergio", None, kind="company", name=payload, co_owners=[make["livia"].id])
    [(said, link)] = bell("livia")
    assert (payload.strip() in said, link) == (True, f"/contacts/show/{made}")
    [mail] = mails()
    assert mail.subject.isprintable() or "\u202e" in mail.subject or "\ufeff" in mail.subject
    for path in ("/notices/", "/notices/latest"):
        text = make.page("livia").get(path).text
        assert "made you responsible for" in text
        assert payload.strip() not in text or payload.isalnum() or not set(payload) & set("<>\"'&")


def test_the_mail_arrives(make: Maker, smtp: Mailbox, workers: Child) -> None:
    """NOT-01: by a real worker and a real server, once, to the receiver alone."""
    by_rest(make, "sergio", None, kind="person", first_name="Maria", last_name="Rossi", co_owners=[make["livia"].id])
    [came] = smtp.wait_for(1, START)
    assert came.recipients == ["livia@example.com"]
    assert came.message["Subject"] == "Sergio Prova made you responsible for Maria Rossi"


def test_a_base_url_stands_in_the_link(make: Maker, mails: Mails, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threat 16: the address that was set wins over the one that the request named."""
    monkeypatch.setitem(make.app.config, "BASE_URL", "https://crm.example.com")
    by_rest(make, "sergio", None, kind="person", first_name="M", last_name="R", co_owners=[make["livia"].id])
    assert "https://crm.example.com/contacts/show/" in mails()[0].text
    assert "localhost" not in mails()[0].text


def test_a_word_may_hold_anything(make: Maker) -> None:
    """NOT-01: a per cent sign in a name is no format."""
    with make.app.app_context(), acting(make["ada"]):
        service.tell([make["livia"].id], Kind.SHARED, "/", by="100%s", name=unique("%(by)s"))
        db.session.commit()
    assert "100%s" in make.page("livia").get("/notices/").text
