"""The bin: what one deleted is there for 30 days, and the way back (GEN-07)."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.contacts.models import Contact
from app.core import access, bins, clock
from app.core.db import db
from tests import factories
from tests.factories import Maker

make = factories.make
REST = "/api/v1/contacts/"


def binned(make: Maker, who: str = "sergio", **keys: Any) -> int:
    """A contact of somebody's that he has deleted."""
    contact: int = make.contact(make[who], private=True, **keys)
    assert make.rest(who).delete(f"{REST}{contact}").status_code == 200
    return contact


def left(app: Flask) -> set[int]:
    """The contacts there are, in the bin or not."""
    with app.app_context(), access.acting_as(access.SYSTEM):
        return set(db.session.scalars(select(Contact.id)))


def purged(app: Flask) -> int:
    """What the clock does each hour."""
    with app.app_context(), access.acting_as(access.SYSTEM):
        count = sum(bins.purge())
        db.session.commit()
        return count


def aged(app: Flask, contact: int, days: float) -> None:
    """Make it lie in the bin for so long."""
    with app.app_context(), access.acting_as(access.SYSTEM):
        when = clock.now() - bins.KEPT / 30 * days
        db.session.execute(update(Contact).where(Contact.id == contact).values(deleted_at=when))
        db.session.commit()


def test_each_sees_his_own_and_administrators_all(make: Maker) -> None:
    """GEN-07: what is in my bin; nobody else's, not even how much."""
    mine = binned(make, last_name="Cestinata")
    assert "Cestinata" in make.page("sergio").get("/bin/").text
    assert "Cestinata" in make.page("marta").get("/bin/").text
    assert "Cestinata" not in make.page("nino").get("/bin/").text
    make.page("nino").post(f"/bin/restore/contact/{mine}")
    assert make.rest("sergio").get(f"{REST}{mine}").status_code == 404
    assert make.page("sergio").post(f"/bin/restore/contact/{mine}").status_code == 302
    assert make.rest("sergio").get(f"{REST}{mine}").status_code == 200
    assert "Cestinata" not in make.page("sergio").get("/bin/").text
    assert make.page("sergio").post(f"/bin/restore/nothing/{mine}").status_code == 404


def test_after_thirty_days_it_is_gone(app: Flask, make: Maker) -> None:
    """GEN-07: out of reach and then away for good; a day earlier it stays; what lives is never touched."""
    living, fresh, old = make.contact(), binned(make), binned(make, emails=["vecchia@example.com"], tags=["x"])
    aged(app, fresh, 29)
    aged(app, old, 30.1)
    make.page("sergio").post(f"/bin/restore/contact/{old}")
    assert make.rest("sergio").get(f"{REST}{old}").status_code == 404
    assert purged(app) == 1
    assert left(app) >= {living, fresh}
    assert old not in left(app)


def test_administrators_empty_it(app: Flask, make: Maker) -> None:
    """GEN-07: one row or all; a user can't, and what is emptied can't be restored."""
    one, two, other = binned(make), binned(make), make.contact()
    assert make.page("sergio").post("/bin/empty").status_code == 403
    assert make.page("marta").post("/bin/empty", {"table": "contact", "pk": str(one)}).status_code == 302
    make.page("sergio").post(f"/bin/restore/contact/{one}")
    assert make.rest("sergio").get(f"{REST}{one}").status_code == 404
    assert purged(app) == 1
    assert make.page("marta").post("/bin/empty").status_code == 302
    assert purged(app) == 1
    assert left(app) & {one, two, other} == {other}


def test_the_client_of_an_invoice_stays(app: Flask, make: Maker) -> None:
    """GEN-07, INV: what others must keep is not deleted, and does not keep the rest from going."""
    client = make.contact()
    make.invoice(client=client)
    aged(app, client, 31)
    after = binned(make)
    aged(app, after, 31)
    purged(app)
    assert client in left(app)
    assert after not in left(app)


def test_deleting_says_what_goes_with_it(make: Maker) -> None:
    """GEN-07: the question names what hangs on the record, counted as its reader sees it."""
    firm = make.contact(kind="company", name="Con persone spa")
    make.contact(company=firm)
    make.contact(company=firm, private=True)
    make.contact(make["nino"], company=firm, private=True)
    assert "With it go out of sight: Persons (2)" in make.page("sergio").get(f"/contacts/show/{firm}").text


@pytest.mark.parametrize("table", sorted(bins.tables()))
def test_every_table_with_a_bin_is_named(table: str) -> None:
    """GEN-07: a new room's records are found by themselves; they need a word in the bin."""
    from app.bin.views import LABELS

    assert table in LABELS
