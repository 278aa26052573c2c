"""The bar of a list that offers what can be done to the chosen rows (GEN-02, CON-09)."""

from tests.factories import Maker


def test_the_bar_offers_what_one_may_do(make: Maker) -> None:
    """CON-09: each operation is a button of the bar; who may only read has none."""
    make.contact(last_name="Barra")
    body = make.page("sergio").get("/contacts/list/?q=barra").text
    for verb in ("tag", "untag", "type", "temperature", "open", "private", "share", "owner", "delete"):
        assert f'formaction="/bulk/new/contact/{verb}?q=barra"' in body, verb
    assert "/bulk/new/" not in make.page("renzo").get("/contacts/list/").text


def test_other_rooms_hang_theirs(make: Maker) -> None:
    """CON-09: a task for each, a file of the chosen ones; hidden ones passed over."""
    one, hidden = make.contact(last_name="Barra"), make.contact(private=True)
    page = make.page("nino")
    chosen = {"rowid": [str(one), str(hidden)], "sure": "1"}
    page.post("/bulk/new/contact/task", {**chosen, "title": "Chiamare", "due": "2030-01-31"})
    tasks = make.rest("nino").get("/api/v1/tasks/").json["result"]
    assert [(t["title"], t["contact"]["id"]) for t in tasks] == [("Chiamare", one)]
    assert page.post("/bulk/new/contact/export", {**chosen, "format": "csv"}).headers["Location"].endswith("/exports/")
