"""Browser pages that note what a page must never do, and the cast to sign in with."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests import factories
from tests.factories import Maker, Someone
from tests.ui.watch import Watched

make = factories.make

Open = Callable[..., Watched]


@pytest.fixture
def open_page(browser: Any, live_server: str, make: Maker) -> Iterator[Open]:
    """Opens a watched page: `open_page("ada", locale="it-IT", color_scheme="dark", width=390)`, signed in or not."""
    contexts = []

    def open_it(who: str | Someone | None = "ada", width: int = 1280, **settings: Any) -> Watched:
        defaults = {"locale": "en-GB", "viewport": {"width": width, "height": 900}, "base_url": live_server}
        context = browser.new_context(**{**defaults, **settings})
        contexts.append(context)
        page = Watched(context.new_page(), live_server)
        if who is not None:
            page.sign_in(make[who] if isinstance(who, str) else who)
        return page

    yield open_it
    for context in contexts:
        context.close()
