"""The factories, as a fixture, and an authenticator app."""

import re
from typing import Any

import pyotp
import pytest

from app.core import clock
from tests import factories
from tests.factories import Page
from tests.settings.conftest import statements

__all__ = ["make", "statements"]
make = factories.make


class Phone:
    """An authenticator app that has scanned a page's secret."""

    def __init__(self, body: str) -> None:
        found = re.search(r'<code id="secret">([A-Z2-7 ]+)</code>', body)
        assert found, body[:500]
        self.otp = pyotp.TOTP(found[1].replace(" ", ""))

    def code(self, steps: int = 0) -> str:
        """The code of now, or of so many steps from now."""
        return self.otp.generate_otp(int(clock.now().timestamp()) // 30 + steps)


def set_up(page: Page) -> tuple[Phone, list[str]]:
    """Turn two-factor login on for who is signed in; his phone and recovery codes."""
    assert page.post("/account/two-factor/begin").status_code == 302
    phone = Phone(page.get("/account/").get_data(as_text=True))
    answer = page.post("/account/two-factor/confirm", {"code": phone.code(-1)})
    assert answer.status_code == 200, answer.text[:500]
    return phone, re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}", answer.get_data(as_text=True))


@pytest.fixture
def armed(make: Any) -> Any:
    """A user with two-factor login: the user, a signed-in page, the phone, the recovery codes."""
    who = make.user()
    page = make.page(who)
    return who, page, *set_up(page)
