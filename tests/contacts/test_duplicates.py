"""Contacts that may be one: found by a worker, shown to who sees both (CON-13)."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from app.contacts import duplicates, likeness, searching
from app.contacts.pairs import Pair
from app.core import access
from app.core.db import db
from tests import factories
from tests.factories import Maker

make = factories.make
PAGE = "/contacts/duplicates/"


@pytest.fixture
def searched(app: Flask) -> Callable[[], dict[tuple[int, int], tuple[int, list[str]]]]:
    """Does what the worker does; {(low, high): (score, reasons)} of what it found, whoever may see it."""

    def do() -> dict[tuple[int, int], tuple[int, list[str]]]:
        with app.app_context(), access.acting_as(access.SYSTEM):
            run = duplicates.start().id
            db.session.commit()
            searching.work(run)
            rows = db.session.scalars(select(Pair).where(Pair.dismissed_at.is_(None)))
            return {(p.low_id, p.high_id): (p.score, p.reasons) for p in rows}

    return do


def test_what_makes_a_pair(make: Maker, searched: Callable[[], dict[tuple[int, int], tuple[int, list[str]]]]) -> None:
    """CON-13: same email, same phone however written, same or near name at one company, near names of companies; not a
    shared switchboard, not a person and a company, not namesakes of two companies."""
    firm, other_firm = make.contact(kind="company", name="Bianchi Costruzioni S.r.l."), make.contact(kind="company")
    twin_firm = make.contact(kind="company", name="Bianchi Costruzione srl")
    by_mail = [make.contact(first_name="Ugo", last_name="Bo", emails=["UGO@example.com"]) for _ in range(2)]
    by_phone = [
        make.contact(first_name=name, last_name="Zed", phones=[number])
        for name, number in (("Ida", "02 1234567"), ("Ada", "+39 021234567"))
    ]
    near = [make.contact(first_name=name, last_name="Verdini", company=firm) for name in ("Gianluca", "Gian Luca")]
    same = [make.contact(first_name="Elio", last_name="Sala", company=firm) for _ in range(2)]
    apart = [make.contact(first_name="Teo", last_name="Dotti", company=c) for c in (firm, other_firm)]
    person = make.contact(first_name="Ivo", last_name="Neri", emails=["info@neri.example"])
    company = make.contact(kind="company", name="Neri Ivo", emails=["info@neri.example"])
    for n in range(duplicates.MOST_ALIKE + 1):
        make.contact(first_name=f"Nome{n}xyz", last_name=f"Diverso{n}", phones=["011 999"])
    found = searched()
    assert found[firm, twin_firm][1] == ["near"]
    assert "email" in found[tuple(by_mail)][1]  # type: ignore[index]
    assert found[tuple(by_mail)][0] > 90  # type: ignore[index]
    assert found[tuple(by_phone)][1] == ["phone"]  # type: ignore[index]
    assert found[tuple(near)][1] == ["near"]  # type: ignore[index]
    assert set(found[tuple(same)][1]) == {"name_company", "near"}  # type: ignore[index]
    assert tuple(apart) not in found
    assert (person, company) not in found
    assert len(found) == 5


def test_nobody_learns_of_what_he_does_not_see(
    make: Maker, searched: Callable[[], dict[tuple[int, int], tuple[int, list[str]]]]
) -> None:
    """CON-13, ACC-06: a pair is shown to who sees both, and answered like a missing one to others."""
    mine = make.contact(make["nino"], first_name="Rino", last_name="Moro", emails=["r@example.com"])
    hidden = make.contact(first_name="Rino", last_name="Moro Segreto", emails=["r@example.com"], private=True)
    assert (mine, hidden) in searched()
    assert "Rino" not in make.page("nino").get(PAGE).text
    shown = make.page("sergio").get(PAGE).text
    assert "Moro Segreto" in shown
    assert f"/contacts/merge/{mine}?other={hidden}" in shown
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        pair = db.session.scalar(select(Pair.id).where(Pair.low_id == mine))
    assert make.page("nino").post(f"{PAGE}{pair}/two").status_code == 404
    assert make.page("sergio").post(f"{PAGE}{pair}/two").status_code == 302
    assert "Moro" not in make.page("sergio").get(PAGE).text
    assert (mine, hidden) not in searched()


def test_merged_ones_are_gone(
    make: Maker, searched: Callable[[], dict[tuple[int, int], tuple[int, list[str]]]]
) -> None:
    """CON-13: it leads to the merge, after which they are no pair any more."""
    one, two = (make.contact(first_name="Rita", last_name="Unica", emails=["rita@example.com"]) for _ in range(2))
    assert (one, two) in searched()
    make.page("sergio").post(f"/contacts/merge/{one}", {"other": str(two)})
    assert "Rita" not in make.page("sergio").get(PAGE).text
    assert (one, two) not in searched()


def test_searching_once_at_a_time(make: Maker) -> None:
    """CON-13: by a worker, with progress; who may only read does not start it."""
    page = make.page("nino")
    assert page.post(f"{PAGE}search").status_code == 302
    assert page.post(f"{PAGE}search").status_code == 302
    assert "data-poll" in page.get(PAGE).text
    with make.app.app_context():
        assert duplicates.latest() is not None
        assert db.session.query(duplicates.DuplicateSearch).count() == 1
    assert make.page("renzo").post(f"{PAGE}search").status_code in (302, 403)


@pytest.mark.parametrize(
    ("name", "core"),
    [("acme s.p.a.", "acme"), ("acme spa", "acme"), ("the acme gmbh", "acme"), ("rossi & figli snc", "rossi figli")],
)
def test_legal_forms_do_not_count(name: str, core: str) -> None:
    """CON-13: `Acme S.p.A.` and `ACME spa` are one name."""
    assert likeness.company_core(name) == core
