"""The mail as it goes over the wire: no header that was not meant, a text part always, one recipient."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import clock
from app.mailing import message
from app.mailing.models import OutgoingMail
from tests.payloads import PAYLOADS

HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "MIME-Version",
    "Content-Type", "Content-Transfer-Encoding",
}  # fmt: skip
SENDER = "crm@example.com"


def built(**changed: Any) -> EmailMessage:
    """A mail with some fields changed as `queue` would store them, parsed as its receiver parses it."""
    fields = {"recipient": "anna@example.com", "subject": "Ciao", "text": "Ciao", "html": None} | changed
    mail = OutgoingMail(
        **fields,
        message_id="<1@example.com>",
        created_at=clock.now(),
        headers={"Content-Language": "it", "Auto-Submitted": "auto-generated"},
    )
    parsed = message_from_bytes(message.build(mail, SENDER), policy=policy.SMTP)
    assert isinstance(parsed, EmailMessage)
    return parsed


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_subject_stays_in_its_header(payload: str) -> None:
    """Threat 23: whatever a subject holds, no header is new and none has a second line of its own."""
    sent = built(subject=message.one_line(payload), text=message.body(payload))
    assert set(sent.keys()) == HEADERS
    assert sent["Subject"] == message.one_line(payload)
    assert sent["To"] == "anna@example.com"
    assert sent.get_content().replace("\r\n", "\n").strip() == message.body(payload).strip()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
def test_any_subject_can_be_sent(text: str) -> None:
    """Threat 23: the headers are ours for any text at all."""
    assert set(built(subject=message.one_line(text)).keys()) == HEADERS


@pytest.mark.parametrize(
    "text",
    [
        "anna@example.com\r\nBcc: all@example.com",
        "anna@example.com, all@example.com",
        "anna@example.com all@example.com",
        "Anna <anna@example.com>",
        "anna",
        "@example.com",
        "anna@",
        "",
        "anna@exa\0mple.com",
        "<anna@example.com>",
        "a" * 250 + "@example.com",
        *PAYLOADS,
    ],
)
def test_what_is_no_address_is_no_recipient(text: str) -> None:
    """Threat 23: one recipient, never two, never a header."""
    with pytest.raises(ValueError, match="address"):
        message.address(text)


def test_an_international_domain_is_written_in_ascii() -> None:
    """RFC 5891: what goes over the wire is ASCII."""
    assert message.address("anna@perché.example") == "anna@xn--perch-fsa.example"


def test_a_machine_is_told_not_to_answer() -> None:
    """Threat 36: `Auto-Submitted`; and a text part beside the HTML one, in this order."""
    sent = built(html="<p>Perché</p>", text="Perché")
    assert sent["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in sent.iter_parts()] == ["text/plain", "text/html"]
    assert [part.get_content().strip() for part in sent.iter_parts()] == ["Perché", "<p>Perché</p>"]


def test_a_long_link_stays_one() -> None:
    """MAIL-04: the address to unsubscribe stands unfolded and unencoded, however long it is."""
    link = f"<https://crm.example.com/{'a' * 300}>"
    mail = OutgoingMail(
        recipient="anna@example.com", subject="Ciao", text="Ciao", message_id="<1@example.com>",
        created_at=clock.now(), headers={"List-Unsubscribe": link},
    )  # fmt: skip
    assert f"\r\nList-Unsubscribe: {link}\r\n".encode() in message.build(mail, SENDER)
