"""What becomes of clean rows: the policy for duplicates, companies, access, words (SPEC, Import policy)."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.contacts.models import Contact
from app.core import access
from app.core.db import db
from app.history.models import HistoryEvent
from app.imports import running
from tests import factories
from tests.factories import Maker

HEAD = "Nome;Cognome;Email;Telefono;Azienda;Ruolo;Tag\n"
THREE = (
    HEAD
    + "Maria;Rossi;maria@posta.example;+39 055 123456;Ditta Uno;Titolare;Fiera, Milano\n"
    + "Luca;Bianchi;luca@@posta;;Ditta Due;;\n"
    + "Anna;Verdi;anna@posta.example;;ditta  uno;;\n"
    + "Maria;Rossi;MARIA@posta.example;+39 333 1234567;;Direttrice;Roma\n"
)


def test_counts_are_exact(bring_in: Any, contacts: Any, make: Maker) -> None:
    """IMP-01: good rows come in, a bad one is refused with its reason, one email is one person in the file too."""
    done = bring_in(THREE, duplicates="update")
    assert (done.state, done.total, done.counts) == ("done", 4, (2, 1, 0, 1))
    assert done.refused == [(3, "Email", "“luca@@posta” is not an email address")]
    maria, anna = contacts(kind="person")
    assert maria["title"] == "Direttrice"
    assert maria["tags"] == ["Fiera", "Milano", "Roma"]
    assert [c[:2] for c in maria["channels"]] == [
        ("email", "maria@posta.example"), ("phone", "+39 055 123456"), ("phone", "+39 333 1234567"),
    ]  # fmt: skip
    assert [c[2] for c in maria["channels"]] == [True, True, False]
    assert maria["company"] == anna["company"] == "Ditta Uno"
    assert [c["name"] for c in contacts(kind="company")] == ["Ditta Uno"]
    assert {c["owner"] for c in contacts()} == {make["sergio"].id}
    assert {c["private"] for c in contacts()} == {True}
    assert {c["run"] for c in contacts()} == {done.id}


@pytest.mark.parametrize(
    ("policy", "counts", "title", "phones"),
    [
        ("skip", (0, 0, 1, 0), None, ["055111"]),
        ("fill", (0, 1, 0, 0), "Nuovo", ["055111"]),
        ("update", (0, 1, 0, 0), "Nuovo", ["055111", "055222"]),
    ],
)
def test_duplicates(bring_in: Any, contacts: Any, policy: str, counts: Any, title: Any, phones: Any) -> None:
    """IMP-02: skip leaves it, fill writes only into empty fields, update adds; empty cells erase nothing."""
    bring_in("Nome,Cognome,Email,Telefono\nMaria,Rossi,m@posta.example,055111\n")
    done = bring_in("Nome,Cognome,Email,Telefono,Ruolo\nMARIA,,m@posta.example,,\n".replace(",,m@", ",Rossi,m@")
                    .replace("example,,", "example,055222,Nuovo"), duplicates=policy)  # fmt: skip
    assert done.counts == counts
    (maria,) = contacts()
    assert maria["title"] == title
    assert [v for m, v, _ in maria["channels"] if m == "phone"] == phones
    assert maria["name"] == ("MARIA Rossi" if policy == "update" else "Maria Rossi")


def test_create_anyway(bring_in: Any, contacts: Any) -> None:
    """IMP-02: with "create it anyway" an equal email makes another contact."""
    text = "Nome,Cognome,Email\nMaria,Rossi,m@posta.example\nMaria,Rossi,m@posta.example\n"
    assert bring_in(text, duplicates="create").counts == (2, 0, 0, 0)
    assert len(contacts()) == 2


def test_nothing_changes_nothing(bring_in: Any, contacts: Any) -> None:
    """IMP-02: the same file once more writes no row again."""
    bring_in(THREE, duplicates="update")
    before = contacts()
    text = THREE.replace("Titolare", "Direttrice")
    assert bring_in(text, duplicates="update").counts == (0, 3, 0, 1)
    assert contacts() == before


def test_without_an_email_nobody_is_merged(bring_in: Any, contacts: Any) -> None:
    """IMP-02: by email alone, two rows without one are two contacts; by name and company they are one."""
    text = "Nome,Cognome,Azienda\nMaria,Rossi,Ditta\nMaria,Rossi,Ditta\nMaria,Rossi,Altra\n"
    assert bring_in(text, duplicates="update").counts == (3, 0, 0, 0)
    assert bring_in(text, duplicates="update", match="name_company").counts == (0, 3, 0, 0)
    assert len(contacts(kind="person")) == 3
    assert len(contacts(kind="company")) == 2


def test_a_company_named_before_its_own_row(bring_in: Any, contacts: Any) -> None:
    """IMP-01: a company that a person's row named is taken over by its own row, not made twice."""
    text = "Nome;Cognome;Azienda;Email\nMaria;Rossi;Ditta Uno;m@posta.example\n;;Ditta Uno;info@ditta.example\n"
    assert bring_in(text, duplicates="update").counts == (2, 0, 0, 0)
    (company,) = contacts(kind="company")
    assert company["channels"] == [("email", "info@ditta.example", True)]
    assert contacts(kind="person")[0]["company"] == "Ditta Uno"


def test_one_company_a_run_over_chunks(bring_in: Any, contacts: Any, make: Maker, monkeypatch: Any) -> None:
    """IMP-01: what the run has made is found again in later chunks, even when somebody else is responsible for it."""
    monkeypatch.setattr(running, "CHUNK", 2)
    rows = "".join(f"N{n};C{n};n{n % 3}@posta.example;Ditta\n" for n in range(8))
    done = bring_in("Nome;Cognome;Email;Azienda\n" + rows, duplicates="update", owner="livia")
    assert done.counts == (3, 5, 0, 0)
    assert len(contacts(kind="company")) == 1
    assert {c["owner"] for c in contacts()} == {make["livia"].id}


def test_a_hidden_match_is_no_match(bring_in: Any, contacts: Any, make: Maker) -> None:
    """CON-07, policy 8: a match that the importer may not see changes neither it, nor counts, nor what is said."""
    hidden = make.contact(first_name="Maria", last_name="Rossi", emails=["m@posta.example"], private=True, title="X")
    before = [c for c in contacts() if c["title"] == "X"]
    text = "Nome,Cognome,Email,Ruolo\nMaria,Rossi,{}@posta.example,Y\n"
    options = {"duplicates": "update", "match": "name_company"}
    known, fresh = (bring_in(text.format(n), "nino", **options) for n in ("m", "nobody"))
    assert known.counts == (1, 0, 0, 0)
    assert (known.state, known.refused, known.error) == (fresh.state, fresh.refused, fresh.error)
    assert [c for c in contacts() if c["title"] == "X"] == before
    assert hidden
    assert bring_in(text.format("m"), "sergio", **options).counts == (0, 1, 0, 0)


def test_a_hidden_company_is_not_joined(bring_in: Any, contacts: Any, make: Maker) -> None:
    """CON-07, policy 8: a person's company is one that the importer may see, else a new one."""
    make.contact(kind="company", name="Ditta Segreta", private=True)
    bring_in("Nome,Cognome,Azienda\nMaria,Rossi,Ditta Segreta\n", "nino")
    assert [c["owner"] for c in contacts(kind="company")] == [make["sergio"].id, make["nino"].id]


def test_access_is_changed_by_those_who_may(bring_in: Any, contacts: Any, make: Maker) -> None:
    """CON-07: the file's responsible person counts for a contact that the importer looks after; else the row is
    refused, as in the form."""
    make.contact(first_name="Maria", last_name="Rossi", emails=["m@posta.example"], private=False)
    text = "Nome,Cognome,Email,Responsabile\nMaria,Rossi,m@posta.example,livia\n"
    columns = ["first_name", "last_name", "email", "owner"]
    refused = bring_in(text, "nino", duplicates="update", mapping=columns)
    assert refused.counts == (0, 0, 0, 1)
    assert "not change it so" in refused.refused[0][2]
    assert contacts()[0]["owner"] == make["sergio"].id
    assert bring_in(text, "sergio", duplicates="update", mapping=columns).counts == (0, 1, 0, 0)
    assert contacts()[0]["owner"] == make["livia"].id


def test_types_by_name(bring_in: Any, contacts: Any) -> None:
    """CON-02: a type is one of the list, in either language; any other refuses the row."""
    done = bring_in("Nome,Cognome,Tipo\nMaria,Rossi,client\nAnna,Verdi,Fantasma\n")
    assert done.counts == (1, 0, 0, 1)
    assert done.refused == [(3, "Tipo", "“Fantasma” is not in the list.")]
    assert contacts()[0]["type"] == "Client"


def test_an_unknown_person_refuses_the_row(bring_in: Any) -> None:
    """IMP-02: a responsible person nobody knows is a reason, not a guess."""
    done = bring_in("Nome,Cognome,Responsabile\nMaria,Rossi,fantasma\n", mapping=["first_name", "last_name", "owner"])
    assert done.refused == [(2, "Responsabile", "There is no such user.")]


def test_the_words_are_those_of_the_form(bring_in: Any, app: Flask) -> None:
    """GEN-06: what an import writes for search and order is what the form's door would write."""
    bring_in("Nome,Cognome,Email,Telefono\nNicolò,D'Àngelo,n@posta.example,055 1234567\nJürgen,Weiß,,\n")
    with app.app_context(), access.acting_as(access.SYSTEM):
        for contact in db.session.scalars(select(Contact)).unique():
            written = (contact.sort_name, contact.search)
            contact.index_words()
            assert (contact.sort_name, contact.search) == written
        db.session.rollback()


def test_notes_go_to_the_history(bring_in: Any, app: Flask) -> None:
    """IMP-02, HIS-01: a note is an event of the contact, written once however often the file comes."""
    text = "Nome,Cognome,Email,Note\nMaria,Rossi,m@posta.example,Chiamata il lunedì\n"
    columns = ["first_name", "last_name", "email", "notes"]
    for note in ("Chiamata il lunedì", "Chiamata il lunedì", "Richiamare"):
        bring_in(text.replace("Chiamata il lunedì", note), duplicates="update", mapping=columns)
    with app.app_context(), access.acting_as(access.SYSTEM):
        events = db.session.scalars(select(HistoryEvent).where(HistoryEvent.text.isnot(None))).all()
        assert sorted(e.text for e in events) == ["Chiamata il lunedì", "Richiamare"]
        assert all(e.category_id for e in events)


def test_required_custom_fields(bring_in: Any, make: Maker, contacts: Any) -> None:
    """SET-08: a field that must be filled refuses the rows that leave it empty, as the form does."""
    make.custom_field("Codice", required=True)
    done = bring_in("Nome,Cognome,Codice\nMaria,Rossi,A1\nAnna,Verdi,\n")
    assert done.counts == (1, 0, 0, 1)
    assert done.refused == [(3, "Codice", "“Codice” is required.")]
    assert len(contacts()) == 1


def test_options_for_all(bring_in: Any, contacts: Any, make: Maker) -> None:
    """IMP-02: tags, responsible person and access for all rows."""
    bring_in("Nome,Cognome\nMaria,Rossi\n", tags=["Fiera 2026"], owner="livia", private=False)
    (maria,) = contacts()
    assert (maria["tags"], maria["owner"], maria["private"]) == (["Fiera 2026"], make["livia"].id, False)


def test_an_unknown_owner_of_all_fails_the_run(bring_in: Any, contacts: Any) -> None:
    """IMP-02: a run for a responsible person who is not there writes nothing and says so."""
    done = bring_in("Nome,Cognome\nMaria,Rossi\n", owner="fantasma")
    assert (done.state, done.error) == ("failed", "There is no user “fantasma”.")
    assert not contacts()


@pytest.mark.parametrize("policy", ["skip", "fill", "update", "create"])
@pytest.mark.parametrize("match", ["email", "name_company"])
def test_a_dry_run_tells_the_truth(
    bring_in: Any, contacts: Any, make: Maker, monkeypatch: Any, policy: str, match: str
) -> None:
    """IMP-03: the dry run gives the counts and refusals of the real run, over chunks too, and writes nothing."""
    monkeypatch.setattr(running, "CHUNK", 2)
    make.contact(first_name="Maria", last_name="Rossi", emails=["m@posta.example"], private=False)
    make.contact(first_name="Anna", last_name="Verdi", emails=["a@posta.example"], private=True)
    text = (
        "Nome;Cognome;Email;Azienda;Tipo\n"
        "Maria;Rossi;m@posta.example;Ditta;\n"
        "Mario;Rossi;m@posta.example, m2@posta.example;;Client\n"
        "Luca;Bianchi;l@posta.example;Ditta;Fantasma\n"
        "Luca;Bianchi;l@posta.example;Ditta;\n"
        "Anna;Verdi;a@posta.example;Ditta;\n"
        ";;d@posta.example;Ditta;\n"
        "Carla;Neri;m2@posta.example;;\n"
        "Luca;Bianchi;;Ditta;\n"
        "Luca;Bianchi;l2@posta.example;Ditta;\n"
        ";;;;\n"
        "Maria;Rossi;;;\n"
        "Solo;;s@posta.example;;\n"
        "Pia;Gialli;l2@posta.example;;\n"
    )
    before = contacts()
    dry = bring_in(text, "nino", dry_run=True, duplicates=policy, match=match)
    assert contacts() == before
    real = bring_in(text, "nino", duplicates=policy, match=match)
    assert (dry.state, dry.total, dry.counts, dry.refused) == (real.state, real.total, real.counts, real.refused)
    assert real.total == sum(real.counts) == 12


def test_a_lost_right_stops_the_run(app: Flask, queue: Any, work: Any, result: Any, contacts: Any, make: Maker) -> None:
    """ACC-06, threat 29: rights count when the worker begins, not when the run was queued."""
    someone = make.user("partente")
    run_id = queue("Nome,Cognome\nMaria,Rossi\n", someone)
    with app.app_context(), access.acting_as(access.SYSTEM):
        user = db.session.get_one(factories.User, someone.id)
        user.active = False
        db.session.commit()
    work(run_id)
    assert (result(run_id).state, result(run_id).error) == ("failed", "You may not import contacts any more.")
    assert not contacts()


def test_a_hostile_name_refuses_its_row_alone(bring_in: Any, contacts: Any) -> None:
    """Policy 1: a name that no index can hold is refused with its row; the rest of the file comes in."""
    done = bring_in(f"Nome,Cognome\nMaria,Rossi\n{chr(0xFDFA) * 200},Verdi\nAnna,Neri\n")
    assert done.counts == (2, 0, 0, 1)
    assert done.refused == [(3, "", "This value can't be stored.")]


def test_numbers_for_the_tax_office_come_in(bring_in: Any, contacts: Any) -> None:
    """IMP-02: known by their Italian headings; a wrong check digit refuses its row alone, a filled cell wins."""
    head = "Ragione sociale;Partita IVA;Codice SDI;PEC\n"
    done = bring_in(f"{head}Uno srl;IT 00743110157;abc1234;A@pec.example\nDue srl;IT00743110158;;\n")
    assert (done.counts, done.refused[0][:2]) == ((1, 0, 0, 1), (3, "Partita IVA"))
    again = bring_in(
        "Ragione sociale;P.IVA;Codice fiscale\nUno srl;;00743110157\n", duplicates="update", match="name_company"
    )
    assert again.counts == (0, 1, 0, 0)
    (one,) = contacts()
    assert "it00743110157 00743110157" in one["search"]
