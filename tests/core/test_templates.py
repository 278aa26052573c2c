"""Templates decide for each reader anew."""

from tests import factories
from tests.factories import Maker

make = factories.make


def test_rights_are_asked_at_each_view(make: Maker) -> None:
    """ACC-01: whoever opens a page first does not decide which buttons all others see."""
    button = 'class="btn btn-primary" href="/contacts/add"'
    assert button in make.page("marta").get("/contacts/list/").text
    assert button not in make.page("renzo").get("/contacts/list/").text
    assert button in make.page("sergio").get("/contacts/list/").text
