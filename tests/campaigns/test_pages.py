"""Pages of mass mail, and who may open them (MAIL-02…05)."""

import datetime as dt
import io
from typing import Any

import pytest
from sqlalchemy import select

from app.campaigns import service, suppression
from app.campaigns.models import Mailing, MailingRecipient, MailingState, Suppressed
from app.core import access, clock, storage
from app.core.db import db
from app.history.models import HistoryEvent
from app.mailing.models import OutgoingMail
from tests.campaigns.helpers import go_on, no_mail_at_the_end, rows, started, state
from tests.factories import Maker, acting, unique
from tests.harness.mail import Mailbox


def drafted(make: Maker, *contacts: int, **texts: Any) -> int:
    """A draft by the pages; its id."""
    page = make.once("page", "marta")
    with make.app.app_context(), acting(make["marta"]):
        no_mail_at_the_end()
        db.session.commit()
        db.session.remove()
    answer = page.post("/campaigns/new", {"ids": ",".join(map(str, contacts))})
    assert answer.status_code == 302
    pk = int(answer.headers["Location"].split("/")[2])
    form = {"subject": "Ciao {{first_name|amico}}", "html": "<p>Per {{name}}</p>", "language": "it", "in_history": "y"}
    assert page.post(f"/campaigns/{pk}/edit", form | texts).status_code == 302
    return pk


def test_from_the_list_to_the_preview(make: Maker) -> None:
    """MAIL-02: contacts chosen in their list, a text, a preview for each real recipient; who gets nothing is told."""
    anna = make.contact(first_name="Anna", last_name="Neri", emails=["anna@example.com"])
    luca = make.contact(first_name="Luca", last_name="Bo")
    page = make.once("page", "marta")
    pk = drafted(make, anna, luca)
    assert "To 2 contacts, 1 of them with an email" in page.get(f"/campaigns/{pk}/edit").text
    first, second = (page.get(f"/campaigns/preview/{pk}?n={n}").text for n in (0, 1))
    assert "Ciao Anna" in first
    assert "Per Anna Neri" in first
    assert "gets no mail" not in first
    assert "This contact gets no mail: No email." in second
    assert page.get(f"/campaigns/preview/{pk}?n=99").status_code == 200


def test_the_group_bar_hands_over(make: Maker) -> None:
    """MAIL-02: "Send email" of the list of contacts makes a draft for those that are chosen."""
    contact = make.contact(emails=["anna@example.com"])
    from app.core import operations

    operation = operations.kind("contact").operations["mail"]  # type: ignore[union-attr]
    assert (operation.level, operation.permission) == ("admin", "read")
    with make.app.test_request_context(), acting(make["marta"]):
        address = operation.hand_over([contact], {})  # type: ignore[misc]
        db.session.commit()
        db.session.remove()
    assert "To 1 contacts" in make.page("marta").get(address).text


def test_nobody_is_no_audience(make: Maker) -> None:
    """GEN: a mailing to nobody is refused on its field."""
    for form in ({}, {"tags": "999999"}, {"ids": "x"}):
        answer = make.once("page", "marta").post("/campaigns/new", form)
        assert answer.status_code == 400
        assert 'id="tags-error"' in answer.text


def test_a_mistake_keeps_what_was_typed(make: Maker) -> None:
    """GEN: an unknown field stands on its field, the text stays."""
    pk = drafted(make, make.contact())
    form = {"subject": "Ciao {{nobody}}", "html": "<p>Testo lungo</p>", "language": "it"}
    answer = make.once("page", "marta").post(f"/campaigns/{pk}/edit", form)
    assert answer.status_code == 400
    assert "There is no field “nobody”." in answer.text
    assert "Testo lungo" in answer.text


def test_files_go_along(make: Maker, smtp: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-02: attachments, listed, taken off, and too large a one refused."""
    contact = make.contact(emails=["anna@example.com"])
    page, pk = make.once("page", "marta"), drafted(make, contact)
    two = {"files": [(io.BytesIO(b"uno"), "uno.txt"), (io.BytesIO(b"due"), "../due.pdf")]}
    page.post(f"/campaigns/{pk}/attach", two, content_type="multipart/form-data")
    text = page.get(f"/campaigns/{pk}/edit").text
    assert "uno.txt" in text
    assert "due.pdf" in text
    large = {"files": (io.BytesIO(bytes(10_000_001)), "grande.bin")}
    page.post(f"/campaigns/{pk}/attach", large, content_type="multipart/form-data")
    assert "All files together" in page.get(f"/campaigns/{pk}/edit").text
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        key = db.session.get_one(Mailing, pk).attachments[0]["key"]
        db.session.remove()
    page.post(f"/campaigns/{pk}/detach", {"key": key})
    monkeypatch.setattr(storage, "SETTLED", dt.timedelta(seconds=-60))
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        assert service.sweep_files() == 1
        with pytest.raises(FileNotFoundError):
            storage.open_stored(key)
        db.session.remove()
    page.post(f"/campaigns/{pk}/start", {})
    go_on(make, pk)
    [mail] = smtp.received
    assert [(f.get_filename(), f.get_content()) for f in mail.message.iter_attachments()] == [("due.pdf", b"due")]


def test_it_goes_pauses_and_ends_by_the_pages(make: Maker, smtp: Mailbox) -> None:
    """MAIL-03: the buttons, the counts, the recipients of one state."""
    page, pk = make.once("page", "marta"), drafted(make, make.contact(emails=["anna@example.com"]), make.contact())
    for verb, after in (
        ("start", MailingState.QUEUED), ("pause", MailingState.PAUSED), ("resume", MailingState.QUEUED),
    ):  # fmt: skip
        assert page.post(f"/campaigns/{pk}/{verb}", {}).status_code == 302
        assert state(make, pk) == after
    go_on(make, pk)
    text = page.get(f"/campaigns/{pk}").text
    assert "2 of 2" in text
    assert "anna@example.com" in text
    assert "No email" in text
    assert "anna@example.com" not in page.get(f"/campaigns/{pk}?state=skipped").text
    assert "hx-trigger" not in page.get(f"/campaigns/{pk}/progress").text
    page.post(f"/campaigns/{pk}/cancel", {})
    assert state(make, pk) == MailingState.DONE
    assert "another state" in page.get("/campaigns/").text


def test_later_by_the_page(make: Maker) -> None:
    """MAIL-05: a day and a time by the clock of whoever sends."""
    page, pk = make.once("page", "marta"), drafted(make, make.contact(emails=["anna@example.com"]))
    day = (clock.now().date() + dt.timedelta(days=3)).isoformat()
    page.post(f"/campaigns/{pk}/start", {"later": "1"})
    assert state(make, pk) == MailingState.DRAFT
    page.post(f"/campaigns/{pk}/start", {"later": "1", "day": day, "time": "08:30"})
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        at = db.session.get_one(Mailing, pk).start_at
        db.session.remove()
    assert at is not None
    from zoneinfo import ZoneInfo

    assert at.astimezone(ZoneInfo("Europe/Rome")).strftime("%Y-%m-%d %H:%M") == f"{day} 08:30"
    assert "Back to the draft" in page.get(f"/campaigns/{pk}").text
    assert page.post(f"/campaigns/{pk}/redraft", {}).headers["Location"].endswith(f"/campaigns/{pk}/edit")
    assert state(make, pk) == MailingState.DRAFT


def test_a_test_goes_to_me(make: Maker, smtp: Mailbox) -> None:
    """MAIL-02: the letter of a real recipient, sent to the one who writes; its link unsubscribes nobody."""
    page, pk = make.once("page", "marta"), drafted(make, make.contact(first_name="Anna", emails=["anna@example.com"]))
    page.post(f"/campaigns/preview/{pk}/test", {"n": "0"})
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        mail = db.session.scalars(select(OutgoingMail)).one()
        assert (mail.recipient, mail.subject) == ("marta@example.com", "Test: Ciao Anna")
        link = str(mail.html).partition('href="')[2].partition('"')[0]
        db.session.remove()
    answer = make.page(None).client.post("/unsubscribe/" + link.rpartition("/")[2])
    assert "sample" in answer.text
    assert listed(make) == {}


@pytest.mark.parametrize("who", ["sergio", "renzo", None])
def test_mass_mail_is_for_administrators(make: Maker, who: str | None) -> None:
    """ACC-03: neither pages nor verbs for others."""
    pk, page = make.mailing(word=(word := unique("massa"))), make.page(who)
    reads = ["", "new", f"{pk}", f"{pk}/edit", f"{pk}/progress", f"preview/{pk}", "templates/", "suppressed/"]
    answers = [page.get(f"/campaigns/{path}") for path in reads]
    verbs = ["start", "pause", "resume", "redraft", "cancel", "delete", "attach", "detach", "edit"]
    answers += [page.post(f"/campaigns/{pk}/{verb}", {"subject": "x"}) for verb in verbs]
    answers += [page.post("/campaigns/suppressed/add", {"email": "x@example.com"})]
    for answer in answers:
        assert answer.status_code in (302, 403, 404)
        assert word not in answer.text
    assert state(make, pk) == MailingState.DRAFT
    assert listed(make) == {}


def listed(make: Maker) -> dict[str, str]:
    """The suppressed addresses with their reasons."""
    with make.app.app_context():
        db.session.remove()
        return dict(db.session.execute(select(Suppressed.email, Suppressed.reason)).all())


def link_of(mail: Any) -> str:
    """The path of a mail's link."""
    return "/unsubscribe/" + str(mail.message["List-Unsubscribe"]).strip(" <>").rpartition("/")[2]


def test_unsubscribing(make: Maker, smtp: Mailbox) -> None:
    """MAIL-04, threat 35: GET changes nothing; a POST without session or token of ours does, twice is once; next
    time the address is passed over."""
    contacts = [make.contact(emails=[f"p{n}@example.com"]) for n in range(2)]
    go_on(make, started(make, {"ids": contacts}))
    link = link_of(next(m for m in smtp.received if m.recipients == ["p0@example.com"]))
    stranger = make.app.test_client()
    page = stranger.get(link, headers={"Accept-Language": "it"})
    assert page.status_code == 200
    assert "p0@example.com" in page.text
    assert '<html lang="it"' in page.text
    assert listed(make) == {}
    for _ in range(2):
        assert stranger.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert listed(make) == {"p0@example.com": "unsubscribed"}
    smtp.received.clear()
    again = started(make, {"ids": contacts})
    go_on(make, again)
    assert rows(make, again) == {"p0@example.com": "unsubscribed", "p1@example.com": "sent"}
    assert [m.recipients for m in smtp.received] == [["p1@example.com"]]


def test_a_forged_link_is_no_link(make: Maker) -> None:
    """Threat 35: each changed byte, another number, another salt: 404, and nobody is unsubscribed."""
    from itsdangerous import URLSafeSerializer

    with make.app.app_context():
        token = suppression.token(12345)
        other = URLSafeSerializer(make.app.config["SECRET_KEY"], salt="else").dumps(12345)
    flipped = [token[:n] + ("A" if c != "A" else "B") + token[n + 1 :] for n, c in enumerate(token[:-1])]
    stranger = make.app.test_client()
    for forged in [*flipped, token, other, "x", token.replace(".", "")]:
        for answer in (stranger.get(f"/unsubscribe/{forged}"), stranger.post(f"/unsubscribe/{forged}")):
            assert answer.status_code == 404, forged
    assert listed(make) == {}


def test_the_link_outlives_contact_and_mail(make: Maker, smtp: Mailbox) -> None:
    """MAIL-04: it never expires, whatever was deleted meanwhile."""
    contact = make.contact(emails=["anna@example.com"])
    go_on(make, started(make, {"ids": [contact]}))
    link = link_of(smtp.received[0])
    from app.contacts.models import Contact

    with make.app.app_context(), access.acting_as(access.SYSTEM):
        db.session.delete(db.session.scalars(select(OutgoingMail)).one())
        db.session.delete(db.session.get_one(Contact, contact))
        db.session.commit()
    assert make.app.test_client().post(link).status_code == 200
    assert listed(make) == {"anna@example.com": "unsubscribed"}


def test_the_list_of_suppressed(make: Maker) -> None:
    """MAIL-04: added, found, taken off by an administrator."""
    page = make.once("page", "marta")
    assert page.post("/campaigns/suppressed/add", {"email": "Anna@Example.com"}).status_code == 302
    for wrong in ("anna@example.com", "nobody", ""):
        assert page.post("/campaigns/suppressed/add", {"email": wrong}).status_code == 400
    assert "anna@example.com" in page.get("/campaigns/suppressed/?q=NNA").text
    assert "anna@example.com" not in page.get("/campaigns/suppressed/?q=luca").text
    with make.app.app_context():
        pk = db.session.scalars(select(Suppressed.id)).one()
    page.post(f"/campaigns/suppressed/{pk}/delete")
    assert listed(make) == {}


def test_templates(make: Maker) -> None:
    """MAIL-05: made, changed, used by a draft, thrown away; a name twice and a mistyped field are refused."""
    page = make.once("page", "marta")
    form = {"name": "Auguri", "subject": "Auguri {{first_name|a tutti}}", "html": "<p>Buon anno</p><script>x</script>"}
    assert page.post("/campaigns/templates/new", form).status_code == 302
    assert page.post("/campaigns/templates/new", form | {"name": "AUGURI"}).status_code == 400
    assert page.post("/campaigns/templates/new", form | {"name": "Altro", "html": "{{x}}"}).status_code == 400
    from app.campaigns.models import MailTemplate

    with make.app.app_context():
        pk, html = db.session.execute(select(MailTemplate.id, MailTemplate.html)).one()
    assert html == "<p>Buon anno</p>"
    text = page.get(f"/campaigns/{drafted(make, make.contact())}/edit?template={pk}").text
    assert "Auguri {{first_name|a tutti}}" in text
    page.post(f"/campaigns/templates/{pk}", form | {"name": "Feste"})
    assert "Feste" in page.get("/campaigns/templates/").text
    page.post(f"/campaigns/templates/{pk}/delete")
    assert page.get(f"/campaigns/templates/{pk}").status_code == 404


def test_a_mail_to_one_contact(make: Maker, smtp: Mailbox) -> None:
    """MAIL-05: by a user, from a template with the contact's words, under the user's name, into the history."""
    from app.mailing import sending
    from workers import application

    contact = make.contact(make["sergio"], first_name="Anna", emails=["anna@example.com", "a2@example.com"])
    template = make.template("Saluti", "Ciao {{first_name}}", "<p>Gentile {{name}}</p>")
    page = make.page("sergio")
    assert f"/campaigns/mail/{contact}" in page.get(f"/contacts/show/{contact}").text
    text = page.get(f"/campaigns/mail/{contact}?template={template}").text
    assert "Ciao Anna" in text
    form = {"to": "a2@example.com", "subject": "Ciao {{first_name}}", "html": "<p>Come va?</p>"}
    assert page.post(f"/campaigns/mail/{contact}", form).status_code == 302
    with application.app_context(), access.acting_as(access.SYSTEM):
        sending.work(0)
        db.session.remove()
    [came] = smtp.received
    assert came.recipients == ["a2@example.com"]
    assert (came.message["Subject"], came.message["Reply-To"]) == ("Ciao Anna", "sergio@example.com")
    assert str(came.message["From"]).startswith("Sergio Prova <")
    assert (came.message["Auto-Submitted"], came.message["List-Unsubscribe"]) == (None, None)
    with make.app.app_context(), acting(make["sergio"]):
        texts = db.session.scalars(select(HistoryEvent.text).where(HistoryEvent.contact_id == contact)).all()
        assert "Ciao Anna\n\nCome va?" in texts


@pytest.mark.parametrize("changed", [{"to": "other@example.com"}, {"subject": ""}, {"html": ""}])
def test_a_single_mail_goes_to_its_contact_alone(make: Maker, changed: dict[str, str]) -> None:
    """MAIL-05: not to an address that was typed into the form, not without words."""
    contact = make.contact(make["sergio"], emails=["anna@example.com"])
    form = {"to": "anna@example.com", "subject": "Ciao", "html": "<p>Ciao</p>"} | changed
    assert make.page("sergio").post(f"/campaigns/mail/{contact}", form).status_code == 400
    assert mails(make) == 0


def mails(make: Maker) -> int:
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        db.session.remove()
        return len(db.session.scalars(select(OutgoingMail.id)).all())


def test_nobody_writes_to_whom_he_does_not_see(make: Maker) -> None:
    """ACC-06: a hidden contact is a missing one; who may only read does not write."""
    hidden = make.contact(make["sergio"], emails=["anna@example.com"], private=True)
    open_ = make.contact(make["sergio"], emails=["luca@example.com"])
    form = {"to": "anna@example.com", "subject": "Ciao", "html": "<p>Ciao</p>"}
    nino = make.page("nino")
    for path in (f"/campaigns/mail/{hidden}", "/campaigns/mail/999999999", f"/campaigns/mail/{2**70}"):
        assert nino.get(path).status_code == 404
        assert nino.post(path, form).status_code == 404
    assert make.page("renzo").post(f"/campaigns/mail/{open_}", form).status_code in (302, 403)
    assert "/campaigns/mail/" not in make.page("renzo").get(f"/contacts/show/{open_}").text
    assert mails(make) == 0


@pytest.mark.parametrize("path", ["?page=-1", "?page=x", "99999", f"{2**40}", f"{2**70}/edit", "preview/0?n=-3"])
def test_a_mistyped_address(make: Maker, path: str) -> None:
    """GEN: no input makes a page fail."""
    assert make.once("page", "ada").get(f"/campaigns/{path}").status_code in (200, 404)


def test_recipients_of_a_missing_mailing(make: Maker) -> None:
    """GEN: a long mailing is read page by page."""
    pk = make.mailing(state=MailingState.RUNNING)
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        db.session.add_all(MailingRecipient(mailing_id=pk, email=f"x{n}@example.com") for n in range(60))
        db.session.commit()
    page = make.once("page", "ada")
    assert "x59@example.com" not in page.get(f"/campaigns/{pk}").text
    assert "x59@example.com" in page.get(f"/campaigns/{pk}?page=1").text
