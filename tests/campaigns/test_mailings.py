"""A mass mailing from the draft to the last mail: to whom it goes, once each, and what stops it (MAIL-02, MAIL-03)."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.campaigns import running, service, suppression
from app.campaigns.models import Mailing, MailingRecipient, MailingState
from app.core import access, clock
from app.core.db import db
from app.core.errors import Conflict, RuleBroken
from app.history.models import HistoryEvent
from app.mailing.models import OutgoingMail
from app.notices import service as notices
from app.notices.models import Notice
from tests.campaigns.helpers import TEXTS, do, go_on, rows, started, state
from tests.factories import Maker, acting
from tests.harness.mail import Mailbox


def tag_id(make: Maker, name: str) -> int:
    from app.settings import tags

    with make.app.app_context(), access.acting_as(access.SYSTEM):
        return tags.named(name).id  # type: ignore[union-attr]


def people(make: Maker, count: int, **keys: Any) -> list[int]:
    """Contacts p0@example.com and so on."""
    return [make.contact(first_name=f"P{n}", emails=[f"p{n}@example.com"], **keys) for n in range(count)]


def test_each_gets_one_with_own_words(make: Maker, smtp: Mailbox) -> None:
    """MAIL-02, MAIL-04: merged, rich and plain, with the headers of RFC 8058; and in each contact's history."""
    field = make.custom_field("Tessera")
    ids = [
        make.contact(first_name="Anna", last_name="Neri", emails=["anna@example.com"], custom={field: "42"}),
        make.contact(kind="company", name="Rossi & C", emails=["info@example.com"]),
    ]
    html = "<p>Per {{name}}, tessera {{custom.tessera|nessuna}}</p>"
    mailing = started(make, {"ids": ids}, html=html)
    go_on(make, mailing)
    assert state(make, mailing) == MailingState.DONE
    mails = {m.recipients[0]: m.message for m in smtp.received}
    assert set(mails) == {"anna@example.com", "info@example.com"}
    anna, company = mails["anna@example.com"], mails["info@example.com"]
    assert (anna["Subject"], company["Subject"]) == ("Ciao Anna", "Ciao amico")
    plain, rich = (part.get_content() for part in anna.iter_parts())
    assert "Per Anna Neri, tessera 42" in plain
    assert "Per Rossi &amp; C, tessera nessuna" in company.get_body(("html",)).get_content()  # type: ignore[union-attr]
    link = anna["List-Unsubscribe"].strip(" <>")
    assert link.startswith("https://crm.example.com/unsubscribe/")
    assert f'href="{link}"' in rich
    assert link in plain
    assert anna["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (anna["Precedence"], anna["Auto-Submitted"], anna["Content-Language"]) == ("bulk", None, "it")
    assert history(make, ids[0]) == ["Ciao Anna"]


def test_its_owner_is_told_when_it_ends(make: Maker, smtp: Mailbox) -> None:
    """NOT-01: a mailing that has ended, with what became of it; nobody else is told. Old notices go in time."""
    smtp.refuse["p1@example.com"] = "550 nobody"
    mailing = started(make, {"ids": [*people(make, 3), make.contact()]})
    go_on(make, mailing)
    said = "is done: 2 sent, 1 refused, 0 in doubt, 1 left out"
    assert said in make.page("marta").get("/notices/").text
    assert said not in make.page("ada").get("/notices/").text
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        assert notices.forget() == 0
        db.session.execute(update(Notice).values(created_at=clock.now() - dt.timedelta(days=366)))
        assert notices.forget() == 1
        db.session.rollback()


def history(make: Maker, contact: int) -> list[str]:
    """First lines of what was written down about mails, with their author Marta."""
    with make.app.app_context(), acting(make["marta"]):
        mine = select(HistoryEvent).where(HistoryEvent.contact_id == contact, HistoryEvent.category_id.is_not(None))
        events = list(db.session.scalars(mine))
        assert {e.created_by for e in events} <= {make["marta"].id}
        return [(e.text or "").partition("\n")[0] for e in events]


def test_the_history_is_asked_for(make: Maker, smtp: Mailbox) -> None:
    """MAIL-02: stored in the history if ticked, else not."""
    [contact] = people(make, 1)
    go_on(make, started(make, {"ids": [contact]}, in_history=False))
    assert len(smtp.received) == 1
    assert history(make, contact) == []


def test_who_can_not_get_it_is_told_apart(make: Maker, smtp: Mailbox) -> None:
    """MAIL-04: no address, a double, an unsubscribed one; each passed over with its reason, none written to twice."""
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        suppression.add("Gone@example.com")
        db.session.commit()
    none = make.contact()
    ids = [
        make.contact(emails=["one@example.com"]), make.contact(emails=["ONE@example.com"]), none,
        make.contact(emails=["gone@example.com"]), make.contact(emails=["two@example.com", "three@example.com"]),
    ]  # fmt: skip
    mailing = started(make, {"ids": ids})
    go_on(make, mailing)
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        found = db.session.execute(
            select(MailingRecipient.contact_id, func.coalesce(MailingRecipient.reason, MailingRecipient.state))
        ).all()
    assert dict(found) == dict(zip(ids, ["sent", "duplicate", "no_email", "unsubscribed", "sent"], strict=True))
    assert sorted(m.recipients[0] for m in smtp.received) == ["one@example.com", "two@example.com"]


def test_a_tag_is_an_audience(make: Maker, smtp: Mailbox) -> None:
    """MAIL-02: those with a tag, the private ones of others too, as an administrator sees them; not the bin."""
    people(make, 2, tags=["fiera"], private=True)
    make.contact(emails=["other@example.com"], tags=["altro"])
    binned = make.contact(emails=["bin@example.com"], tags=["fiera"])
    make.rest("ada").delete(f"/api/v1/contacts/{binned}")
    mailing = started(make, {"tags": [tag_id(make, "fiera")]})
    go_on(make, mailing)
    assert rows(make, mailing) == {"p0@example.com": "sent", "p1@example.com": "sent"}


def test_pause_and_resume(make: Maker, smtp: Mailbox) -> None:
    """MAIL-03: what no sender has begun goes back, and comes once when it goes on."""
    mailing = started(make, {"ids": people(make, 5)})
    go_on(make, mailing, send=False)
    do(make, service.pause, mailing)
    go_on(make, mailing)
    assert (state(make, mailing), smtp.received) == (MailingState.PAUSED, [])
    assert set(rows(make, mailing).values()) == {"waiting"}
    do(make, service.resume, mailing)
    go_on(make, mailing)
    assert state(make, mailing) == MailingState.DONE
    assert sorted(m.recipients[0] for m in smtp.received) == [f"p{n}@example.com" for n in range(5)]


def test_cancel(make: Maker, smtp: Mailbox) -> None:
    """MAIL-03: who has not been written to is not any more, and the states add up."""
    mailing = started(make, {"ids": people(make, 3)})
    go_on(make, mailing, send=False)
    do(make, service.cancel, mailing)
    go_on(make, mailing)
    assert smtp.received == []
    assert rows(make, mailing) == {f"p{n}@example.com": "cancelled" for n in range(3)}
    for verb in (service.pause, service.resume, service.cancel, service.delete_draft):
        with pytest.raises(Conflict):
            do(make, verb, mailing)


def test_later_is_not_now(make: Maker, smtp: Mailbox, monkeypatch: Any) -> None:
    """MAIL-05: send later; the sweep sees to it in time."""
    with make.app.test_request_context(base_url="https://crm.example.com"), acting(make["marta"]):
        mailing = service.draft({"ids": people(make, 1)})
        service.save(TEXTS, mailing)
        with pytest.raises(RuleBroken):
            service.start(mailing, clock.now() - dt.timedelta(hours=1))
        service.start(mailing, clock.now() + dt.timedelta(hours=2))
        db.session.commit()
        pk = mailing.id
        db.session.remove()
    go_on(make, pk)
    assert smtp.received == []
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(hours=3))
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        assert service.unfinished() == [pk]
    go_on(make, pk)
    assert [m.recipients for m in smtp.received if m.message["List-Id"]] == [["p0@example.com"]]


def test_rights_count_as_they_are_now(make: Maker, smtp: Mailbox) -> None:
    """Threat 29: started by an administrator who is none any more when the worker comes."""
    from app.core.people import User, role_named

    mailing = started(make, {"ids": people(make, 1)})
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        db.session.get_one(User, make["marta"].id).roles = [role_named("User")]
        db.session.commit()
    go_on(make, mailing)
    assert (state(make, mailing), smtp.received) == (MailingState.FAILED, [])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", ""), ("subject", "x" * 300), ("subject", "{{nobody}}"), ("html", ""), ("html", "<p> </p>"),
        ("html", "<p>{{nobody|x}}</p>"), ("html", "x" * 300_000), ("language", "xx"),
    ],
)  # fmt: skip
def test_a_mistake_stands_on_its_field(make: Maker, field: str, value: str) -> None:
    """GEN: what can't be sent is refused where it was typed."""
    with make.app.app_context(), acting(make["marta"]):
        mailing = service.draft({"ids": [1]})
        with pytest.raises(RuleBroken) as refused:
            service.save(TEXTS | {field: value}, mailing)
    assert list(refused.value.errors) == [field]


def test_two_workers_make_no_mail_twice(make: Maker, smtp: Mailbox) -> None:
    """MAIL-03: the mailing's row is locked by who works on it."""
    import threading

    from workers import application

    mailing = started(make, {"ids": people(make, 30)})

    def work() -> None:
        with application.app_context(), access.acting_as(access.SYSTEM):
            running.work(mailing)
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        assert db.session.scalar(select(func.count()).select_from(OutgoingMail)) == 30


def test_others_see_no_mailing(make: Maker) -> None:
    """ACC-03: mailings and their recipients are the administrators'."""
    make.mailing()
    for who, count in (("sergio", 0), ("renzo", 0), ("marta", 1)):
        with make.app.app_context(), acting(make[who]):
            assert db.session.scalar(select(func.count()).select_from(Mailing)) == count
            assert db.session.scalar(select(func.count()).select_from(MailingRecipient)) == count


def test_an_address_gets_a_mailing_once_whatever_is_written(make: Maker) -> None:
    """MAIL-03: the database itself refuses a second row for an address."""
    from sqlalchemy.exc import IntegrityError

    mailing = make.mailing(word="doppia")
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        db.session.add(MailingRecipient(mailing_id=mailing, email="doppia@example.com"))
        with pytest.raises(IntegrityError):
            db.session.commit()
        db.session.rollback()


def test_unsubscribed_while_it_runs(make: Maker, smtp: Mailbox) -> None:
    """MAIL-04, threat 35: effective at once, also for a mail that is queued already."""
    mailing = started(make, {"ids": people(make, 3)})
    go_on(make, mailing, send=False)
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        suppression.suppress("p1@example.com", suppression.UNSUBSCRIBED)
        db.session.commit()
    go_on(make, mailing)
    assert rows(make, mailing) == {
        "p0@example.com": "sent",
        "p1@example.com": "unsubscribed",
        "p2@example.com": "sent",
    }
    assert len(smtp.received) == 2
