"""HIS-02: what the product records by itself, in words that each reader may read."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import update

from app.contacts import service
from app.contacts.models import Contact
from app.core.db import db
from app.settings import custom
from tests import factories
from tests.factories import Maker
from tests.history.conftest import listed, told


def last_changes(make: Maker, contact: int, who: str = "sergio") -> dict[str, tuple[Any, Any]]:
    """The newest record's changes as {field: (old, new)}."""
    event = listed(make.rest(who), contact)["result"][0]
    return {change["field"]: (change["old"], change["new"]) for change in event["changes"]}


def test_a_life_is_recorded(make: Maker) -> None:
    """HIS-02: created, changed, shared, deleted, restored, by page and REST alike."""
    contact, rest, page = make.contact(), make.rest("sergio"), make.page("sergio")
    path = f"/api/v1/contacts/{contact}"
    rest.put(path, json={"title": "Direttrice"})
    rest.put(path, json={"title": "Direttrice"})
    page.post("/contacts/action_post", data={"action": "private", "rowid": str(contact)})
    rest.delete(path)
    assert listed(rest, contact)["count"] == 0
    page.post(f"/contacts/restore/{contact}")
    assert told(rest, contact) == ["created", "changed", "shared", "deleted", "restored"]
    panel = page.get(f"/history/contact/{contact}").text
    for said in ("Created", "Changed", "Access changed", "Moved to the bin", "Restored"):
        assert f"{said} by Sergio Prova" in panel


def test_changes_are_told_old_and_new(make: Maker) -> None:
    """HIS-02: each changed field with its old and new value in words; fields that stay are not told."""
    company = make.contact(kind="company", name="Rossi spa")
    contact = make.contact(first_name="Anna", last_name="Bo", emails=["a@example.com"], tags=["fiera"], type="Client")
    data = {
        "first_name": "Anna Maria",
        "last_name": "Bo",
        "company": company,
        "type": "Supplier",
        "temperature": "Hot",
        "emails": ["a@example.com", {"value": "b@example.com", "kind": "home", "primary": True}],
        "addresses": [{"street": "Via Po 1", "city": "Torino", "kind": "billing"}],
        "tags": ["fiera", "vip"],
        "description": "x" * 1000,
    }
    make.rest("sergio").put(f"/api/v1/contacts/{contact}", json=data)
    assert last_changes(make, contact) == {
        "first_name": ("Anna", "Anna Maria"),
        "company": (None, "Rossi spa"),
        "type": ("Client", "Supplier"),
        "temperature": (None, "Hot"),
        "emails": ("a@example.com (Work)", "b@example.com (Home), a@example.com (Work)"),
        "addresses": (None, "Via Po 1, Torino (Billing)"),
        "tags": ("fiera", "fiera, vip"),
        "description": (None, "x" * 500 + "…"),
    }


def test_custom_fields_are_told(make: Maker, seen: Callable[[Callable[[], Any]], Any]) -> None:
    """SET-08, HIS-02: values as the reader writes them; what is closed to programs or taken off is not told."""
    values = {"text": "XL", "checkbox": True, "date": "2026-11-24", "number": "1234.50", "money": {"amount": "1234.5"}}
    keys = {kind: make.custom_field(f"Campo {kind}", kind) for kind in values}
    closed = make.custom_field("Chiuso", "text", in_api=False)
    contact, page = make.contact(), make.page("sergio")
    make.rest("sergio").put(f"/api/v1/contacts/{contact}", json={"custom": {keys[k]: v for k, v in values.items()}})
    assert last_changes(make, contact) == {
        f"custom.{keys['text']}": (None, "XL"),
        f"custom.{keys['checkbox']}": (None, "Yes"),
        f"custom.{keys['date']}": (None, "24/11/2026"),
        f"custom.{keys['number']}": (None, "1,234.5"),
        f"custom.{keys['money']}": (None, "€1,234.50"),
    }
    panel = page.get(f"/history/contact/{contact}", headers={"Accept-Language": "it"}).text
    assert "<dt>Campo number</dt>" in panel
    assert "1.234,5" in panel
    save_custom(make, contact, {closed: "Segreto"})
    assert last_changes(make, contact) == {}
    assert "Segreto" in page.get(f"/history/contact/{contact}").text
    seen(lambda: take_off(closed))
    assert "Segreto" not in page.get(f"/history/contact/{contact}").text


def save_custom(make: Maker, contact: int, values: dict[str, Any]) -> None:
    """As a form of Sergio's does."""
    with make.app.app_context(), factories.acting(make["sergio"]):
        service.save({"custom": values}, db.session.get(Contact, contact))
        db.session.commit()


def take_off(key: str) -> None:
    """Take a custom field off."""
    custom.remove(next(f for f in custom.fields_of("contact") if f.key == key))
    db.session.commit()


def test_words_are_the_readers(make: Maker) -> None:
    """HIS-02: an Italian reads Italian, whoever made the change."""
    contact = make.contact()
    make.rest("sergio").put(f"/api/v1/contacts/{contact}", json={"temperature": "Hot", "first_name": "Zoe"})
    panel = make.page("livia").get(f"/history/contact/{contact}", headers={"Accept-Language": "it"}).text
    assert "Modificato da Sergio Prova" in panel
    assert "<dt>Temperatura</dt>" in panel
    assert "Caldo" in panel


def test_access_is_told_with_names(make: Maker) -> None:
    """CON-07, HIS-02: who was let in, and who looks after it now."""
    contact, group = make.contact(), make.group("Vendite")
    livia = make["livia"].id
    data = {"private": True, "shared_with": [livia, -group], "owner": livia, "co_owners": [make["sergio"].id]}
    make.rest("sergio").put(f"/api/v1/contacts/{contact}", json=data)
    assert told(make.rest("sergio"), contact) == ["created", "shared"]
    assert last_changes(make, contact) == {
        "private": ("All users of the CRM", "Private"),
        "shared_with": (None, "Livia Prova, Vendite"),
        "owner": ("Sergio Prova", "Livia Prova"),
        "co_owners": (None, "Sergio Prova"),
    }


def test_persons_and_tags_are_told(make: Maker, seen: Callable[[Callable[[], Any]], Any]) -> None:
    """HIS-02: a person put into a company and taken out again, and a group operation."""
    company, person = make.contact(kind="company", name="Rossi spa"), make.contact()
    page = make.page("sergio")
    page.post(f"/contacts/persons/{company}", data={"person": str(person)})
    assert last_changes(make, person) == {"company": (None, "Rossi spa")}
    page.post(f"/contacts/persons/{company}/unlink/{person}")
    assert last_changes(make, person) == {"company": ("Rossi spa", None)}

    def tag() -> None:
        service.add_tags([db.session.get(Contact, person)], ["vip"])
        db.session.commit()

    seen(tag)
    assert last_changes(make, person) == {"tags": (None, "vip")}


def test_a_company_is_named_to_those_who_see_it(make: Maker) -> None:
    """ACC-06, HIS-02: a change to a hidden company says to others what the contact's page says: nothing."""
    hidden = make.contact(kind="company", name="Segreta spa", private=True)
    shown = make.contact(kind="company", name="Rossi spa")
    person = make.contact(company=shown)
    make.rest("sergio").put(f"/api/v1/contacts/{person}", json={"company": hidden})
    assert last_changes(make, person) == {"company": ("Rossi spa", "Segreta spa")}
    assert last_changes(make, person, "nino") == {"company": ("Rossi spa", None)}
    assert "Segreta" not in make.page("nino").get(f"/history/contact/{person}").text
    make.rest("sergio").put(f"/api/v1/contacts/{person}", json={"company": None})
    assert last_changes(make, person, "nino") == {}
    make.rest("sergio").delete(f"/api/v1/contacts/{hidden}")
    assert last_changes(make, person) == {}


def test_an_imported_contact_says_so(make: Maker, seen: Callable[[Callable[[], Any]], Any]) -> None:
    """HIS-02, IMP-04: an import writes no event a row; the page says who imported the contact, and when."""
    contact = make.contact(first_name="Importata")

    def as_the_importer_leaves_it() -> None:
        events = factories.HistoryEvent
        db.session.query(events).where(events.contact_id == contact).delete()
        db.session.execute(update(Contact).where(Contact.id == contact).values(import_run_id=7))
        db.session.commit()

    seen(as_the_importer_leaves_it)
    page = make.page("livia")
    panel = page.get(f"/history/contact/{contact}").text
    assert "Imported by Sergio Prova" in panel
    events = f"/history/contact/{contact}/events"
    assert "Imported" in page.get(f"{events}?category=auto&person={make['sergio'].id}").text
    for other in ("category=1", f"person={make['livia'].id}", "last=2020-01-01", "first=2150-01-01"):
        assert "Imported" not in page.get(f"{events}?{other}").text
