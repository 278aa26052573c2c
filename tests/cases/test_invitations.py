"""CAS-03: a mail to all participants, an invitation whose answers are recorded."""

import datetime as dt
import re
from io import BytesIO
from typing import Any

import pytest
from icalendar import Calendar
from pypdf import PdfReader
from sqlalchemy import select

from app.core import access
from app.core.db import db
from app.mailing import message
from app.mailing.models import OutgoingMail
from tests.cases.conftest import guests
from tests.factories import Maker, Page

FORM = {
    "subject": "Cena dei soci",
    "text": "Vi aspettiamo.",
    "day": "2027-03-05",
    "begins": "20:00",
    "ends": "23:30",
    "place": "Trattoria Città d'Oro",
}


def outgoing(make: Maker) -> list[tuple[str, str, str]]:
    """(recipient, text, whole mail as it goes over the wire) of each mail in the queue."""
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        mails = db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id))
        return [(mail.recipient, mail.text, message.build(mail, "crm@example.com").decode()) for mail in mails]


def invited(make: Maker, count: int = 1, **keys: Any) -> tuple[int, list[str]]:
    """A case with invited guests: its id, and the address at which each may answer."""
    case = make.case(participants=guests(make, count), **keys)
    assert make.page("sergio").post(f"/cases/invite/{case}", FORM).status_code == 302
    return case, [re.search(r"/invitations/\S+", text)[0] for _to, text, _whole in outgoing(make)]  # type: ignore[index]


def test_a_mail_to_all(make: Maker) -> None:
    """CAS-03: through the queue, one row each, so that nobody learns of the others; who has no address is counted."""
    case = make.case(participants=[*guests(make, 3), make.contact()])
    page = make.page("sergio")
    assert "Each gets a mail of his own" in page.get(f"/cases/mail/{case}").text
    answer = page.post(f"/cases/mail/{case}", {"subject": "Avviso", "text": "Si parte alle 9."})
    assert answer.status_code == 302
    mails = outgoing(make)
    assert [to for to, *_ in mails] == [f"ospite{n}@example.com" for n in range(3)]
    assert "ospite1" not in mails[0][2]
    assert "1 participants have no email address" in page.get(f"/cases/show/{case}").text


@pytest.mark.parametrize("wrong", [{"subject": ""}, {"text": " "}, {"subject": "x" * 256}])
def test_a_bad_mail_is_refused(make: Maker, wrong: dict[str, str]) -> None:
    """CAS-03, bad input: the form again with what was typed; nothing goes out."""
    case, page = make.case(participants=guests(make, 1)), make.page("sergio")
    answer = page.post(f"/cases/mail/{case}", {"subject": "Tieni", "text": "Tieni anche", **wrong})
    assert answer.status_code == 200
    assert "Tieni" in answer.text
    assert outgoing(make) == []


def test_without_an_address_nothing_goes_out(make: Maker) -> None:
    """CAS-03, bad input: a case without reachable participants says so."""
    case = make.case(participants=[make.contact()])
    answer = make.page("sergio").post(f"/cases/mail/{case}", {"subject": "A", "text": "B"})
    assert "No participant has an email address." in answer.text


def test_an_invitation_goes_into_calendars(make: Maker) -> None:
    """CAS-03, RFC 5545/5546: a REQUEST for one attendee, at the right instant; sent again it is a change."""
    case, _links = invited(make, 2)
    (_to, text, whole), second = outgoing(make)
    assert "Trattoria Città d'Oro" in text
    assert 'method="REQUEST"' in whole or "method=REQUEST" in whole
    entry = calendar(make, 0)
    assert entry["METHOD"] == "REQUEST"
    event = entry.walk("VEVENT")[0]
    assert event["DTSTART"].dt == dt.datetime(2027, 3, 5, 19, 0, tzinfo=dt.UTC)
    assert event["DTEND"].dt == dt.datetime(2027, 3, 5, 22, 30, tzinfo=dt.UTC)
    assert (str(event["LOCATION"]), int(event["SEQUENCE"])) == ("Trattoria Città d'Oro", 0)
    assert str(event["ATTENDEE"]) == "mailto:ospite0@example.com"
    assert str(event["ORGANIZER"]) == "mailto:sergio@example.com"
    assert "ospite1" not in whole
    assert "ospite0" not in second[2]
    page = make.page("sergio")
    assert "invited before" in page.get(f"/cases/invite/{case}").text
    page.post(f"/cases/invite/{case}", FORM | {"begins": "21:00"})
    changed = calendar(make, 2).walk("VEVENT")[0]
    assert (changed["UID"], int(changed["SEQUENCE"])) == (event["UID"], 1)


def calendar(make: Maker, number: int) -> Any:
    """The calendar entry that a mail of the queue carries."""
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        mail = list(db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))[number]
        return Calendar.from_ical(mail.attachments[0]["text"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"day": ""}, "Say on which day"),
        ({"begins": ""}, "Say on which day"),
        ({"ends": "19:00"}, "It ends after it begins"),
        ({"ends_day": "2028-01-01"}, "within 60 days"),
        ({"day": "31/02/2027"}, "Not a valid date"),
        ({"place": "x" * 256}, "At most 255 characters."),
    ],
)
def test_a_bad_invitation_is_refused(make: Maker, wrong: dict[str, str], said: str) -> None:
    """CAS-03, bad input: on its field, what was typed is kept, nothing goes out."""
    case = make.case(participants=guests(make, 1))
    answer = make.page("sergio").post(f"/cases/invite/{case}", FORM | wrong)
    assert said in answer.text
    assert "Vi aspettiamo." in answer.text
    assert outgoing(make) == []


@pytest.mark.parametrize("said", ["accepted", "declined", "tentative"])
def test_an_answer_is_recorded(make: Maker, said: str) -> None:
    """CAS-03: by the address in the mail, without a login; reading changes nothing, the last word counts."""
    case, (link,) = invited(make, private=True, title="Cena segreta")
    visitor = make.page(None)
    shown = visitor.get(link)
    assert shown.status_code == 200
    assert "Cena segreta" in shown.text
    words = {"accepted": "Comes", "declined": "Does not come", "tentative": "Perhaps"}
    tab = f"/cases/participants/{case}"
    assert "Invited" in make.page("sergio").get(tab).text
    visitor.post(link, {"answer": "declined" if said != "declined" else "accepted"})
    assert visitor.post(link, {"answer": said}).status_code == 302
    assert words[said] in make.page("sergio").get(tab).text
    assert "Your answer" in visitor.get(link).text
    assert visitor.post(link, {"answer": "forse"}).status_code == 400


def test_an_address_opens_its_own_door_alone(make: Maker) -> None:
    """CAS-03: no other token is good; nor one of who takes part no more, or of a case in the bin. 404 for all."""
    case, (link, other) = invited(make, 2)
    visitor: Page = make.page(None)
    token = link.rsplit("/", 1)[1]
    for wrong in (
        "x",
        "1",
        token[:-1],
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token.split(".")[0],
        "WzEsMV0.x",
    ):
        assert visitor.get(f"/invitations/{wrong}").status_code == 404
        assert visitor.post(f"/invitations/{wrong}", {"answer": "accepted"}).status_code == 404
    people = make.rest("sergio").get(f"/api/v1/cases/{case}").json["result"]["participants"]
    make.page("sergio").post(f"/cases/participants/{case}/unlink/{people[0]['id']}")
    assert visitor.get(link).status_code == 404
    assert visitor.get(other).status_code == 200
    make.page("sergio").post(f"/cases/delete/{case}")
    assert visitor.get(other).status_code == 404
    assert visitor.post(other, {"answer": "accepted"}).status_code == 404


def test_the_page_of_an_invitation_tells_no_more(make: Maker) -> None:
    """CAS-03, ACC-06: title, time and place; nothing of the other guests, the description or the history."""
    _case, links = invited(make, 3, description="Riservato a noi")
    text = make.page(None).get(links[0]).text
    assert "Ospite01" not in text
    assert "Riservato a noi" not in text


def test_the_attendance_list(make: Maker) -> None:
    """CAS-03: a PDF of those who take part, by name, letters of all kinds; markup is text, hidden ones are absent."""
    odd = make.contact(first_name="Łucja <b>Ż</b>", last_name="Ωμέγα")
    hidden = make.contact(last_name="Nascosta", private=True)
    case = make.case(title="Fiera <script>", participants=[*guests(make, 40), odd, hidden])
    answer = make.page("nino").get(f"/cases/attendance/{case}")
    assert answer.mimetype == "application/pdf"
    reader = PdfReader(BytesIO(answer.data))
    text = " ".join(page.extract_text() for page in reader.pages)
    assert len(reader.pages) > 1
    assert "Ospite39" in text
    assert "Ωμέγα" in text
    assert "Fiera <script>" in text
    assert "Nascosta" not in text
    assert "Nascosta" in " ".join(
        page.extract_text()
        for page in PdfReader(BytesIO(make.page("sergio").get(f"/cases/attendance/{case}").data)).pages
    )
