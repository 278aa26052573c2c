"""The bar of a list that offers what can be done to the chosen rows (GEN-02, CON-09)."""

from tests.factories import Maker


def test_the_bar_offers_what_one_may_do(make: Maker) -> None:
    """CON-09: each operation is a button of the bar; who may only read has none."""
    make.contact(last_name="Barra")
    body = make.page("sergio").get("/contacts/list/?q=barra").text
    for verb in ("tag", "untag", "type", "temperature", "open", "private", "share", "owner", "delete"):
        assert f'formaction="/bulk/new/contact/{verb}?q=barra"' in body, verb
    assert "/bulk/new/" not in make.page("renzo").get("/contacts/list/").text
