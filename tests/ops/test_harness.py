"""The tests' own ground holds: what one test writes, the next does not see."""

import smtplib
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import text

from tests.harness.mail import Mailbox


@pytest.mark.parametrize("time", [1, 2])
def test_rows_are_put_back(db_session: Any, time: int) -> None:
    """Each of two tests deletes and adds rows, commits, and finds what `deploy` left."""
    users = db_session.execute(text("SELECT username FROM ab_user")).scalars().all()
    roles = db_session.execute(text("SELECT count(*) FROM ab_role")).scalar()
    assert users == ["admin"]
    assert roles
    db_session.execute(text("DELETE FROM ab_user_role"))
    db_session.execute(text("UPDATE ab_user SET username = 'changed'"))
    db_session.execute(text("INSERT INTO ab_role (id, name) VALUES (-1, 'left over')"))
    db_session.commit()


def test_mail_arrives_and_is_refused(smtp: Mailbox) -> None:
    """A message comes as it was sent; a refused recipient gets the test's answer."""
    message = EmailMessage()
    message["Subject"] = "Perché no"
    message.set_content("ciao")
    smtp.refuse["nobody@example.com"] = "550 no such user"
    with smtplib.SMTP(smtp.url.removeprefix("smtp://")) as client:
        refused = client.send_message(message, "a@example.com", ["b@example.com", "nobody@example.com"])
    assert refused == {"nobody@example.com": (550, b"no such user")}
    [received] = smtp.wait_for(1)
    assert received.recipients == ["b@example.com"]
    assert received.message["Subject"] == "Perché no"


def test_browser_sees_the_live_server(page: Any) -> None:
    """The browser reaches real web processes on this worker's database."""
    answer = page.goto("/healthz")
    assert answer.status == 200
