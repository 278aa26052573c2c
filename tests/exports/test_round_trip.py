"""What goes out comes back: export, an empty product, import, and the export is the same to the byte (IMP-06)."""

import contextlib
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from app.contacts.models import Contact
from app.core import access
from app.core.db import db
from app.core.errors import RuleBroken
from app.imports import running as importing
from app.imports import service as imports
from app.imports.models import ImportProblem, ImportRun
from app.settings.models import Tag
from importers.values import text as tidy
from tests import factories
from tests.factories import Maker

Trip = Callable[..., None]


@pytest.fixture
def emptied(app: Flask) -> Callable[[], None]:
    """Takes all contacts and tags away."""

    def go() -> None:
        with app.app_context(), access.acting_as(access.SYSTEM):
            db.session.execute(delete(Contact))
            db.session.execute(delete(Tag))
            db.session.commit()

    return go


@pytest.fixture
def imported(app: Flask, make: Maker) -> Trip:
    """Brings a file in without a choice but that nobody is there yet."""

    def go(content: bytes, name: str, kind: str = "contacts") -> None:
        with app.app_context(), factories.acting(make["ada"]):
            run = imports.upload(io.BytesIO(content), name, kind)
            imports.choose(run, duplicates="create")
            imports.start(run, dry_run=False, nudge=False)
            db.session.commit()
            run_id = run.id
        with app.app_context(), access.acting_as(access.SYSTEM):
            importing.work(run_id)
            run = db.session.get_one(ImportRun, run_id)
            refused = [(p.line, p.heading, p.reason) for p in db.session.query(ImportProblem).filter_by(run_id=run_id)]
            assert (run.state, refused, run.error) == ("done", [], None)

    return go


def everything(make: Maker) -> None:
    """Contacts with one of everything, and with what is awkward."""
    fields = {
        kind: make.custom_field(f"Campo {kind}", kind, options=["rosso", "blu"])
        for kind in ("text", "long_text", "choice", "checkbox", "date", "number", "money", "link")
    }
    group = make.group("vendite", make["livia"])
    values: dict[str, Any] = {
        "text": "=uno",
        "long_text": "a\nb",
        "choice": "rosso",
        "checkbox": False,
        "date": "1980-02-01",
        "number": "1.234",
        "money": {"amount": "-1234.50", "currency": "USD"},
        "link": "https://a.it/?x=1,2",
    }
    make.contact(
        make["ada"], first_name="Maria", last_name="d'Àngelo", title="CEO", private=True, type="Client",
        temperature="Hot", description="+39 è\n“due”; \"tre\"", company=make.contact(kind="company", name="Zeta, spa"),
        emails=["b@example.com", {"value": "a@example.com", "kind": "home", "primary": True}],
        phones=["055 123456 / 055 1", {"value": "+39 333 1234567", "kind": "fax", "primary": True}],
        websites=[{"value": "https://linkedin.com/in/x", "kind": "website"}, {"value": "maria", "kind": "other"}],
        addresses=[{"street": "Via Po 2\nscala B", "zip": "00123", "kind": "billing"}, {"city": "Bra", "kind": "other"},
                   {"country": "IT", "kind": "home", "primary": True}],
        tags=["uno", "due; tre", 'qua"ttro', "mycontacts"], co_owners=[make["livia"].id, make["sergio"].id],
        shared_with=[make["nino"].id, -group], custom={fields[k]: v for k, v in values.items()},
    )  # fmt: skip
    make.contact(make["livia"], first_name="NA", last_name="null", emails=["a@example.com"], tags=["007"])
    make.contact(make["sergio"], kind="company", name="'=Acme", private=True, phones=["800"], custom={
        fields["checkbox"]: True, fields["number"]: "-0.5"})  # fmt: skip
    make.contact(make["sergio"], kind="person", first_name="Ugo", last_name="-", company=None, websites=["x.com/ugo"])


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_it_comes_back_to_the_letter(make: Maker, exported: Any, emptied: Any, imported: Trip, format_: str) -> None:
    """IMP-06: kinds, primaries, tags, custom fields, private, responsible, shared: identical after the trip."""
    everything(make)
    first = exported("ada")
    brought = first if format_ == "csv" else exported("ada", format_="xlsx")
    emptied()
    imported(brought, f"contacts.{format_}")
    assert exported("ada").decode() == first.decode()


def the_working_day(make: Maker) -> None:
    """Opportunities, cases and tasks with one of everything, namesakes, and what is awkward."""
    fields = {}
    for entity in ("opportunity", "case"):
        for kind in ("text", "checkbox", "date", "number", "money"):
            fields[entity, kind] = make.custom_field(f"Campo {kind}", kind, entity=entity)
    values = {"text": "=uno", "checkbox": False, "date": "1980-02-01", "number": "1.234",
              "money": {"amount": "-1234.50", "currency": "USD"}}  # fmt: skip
    group = make.group("vendite", make["livia"])
    maria = make.contact(first_name="Maria", last_name="De Rossi", emails=["maria@example.com"])
    make.contact(first_name="Maria", last_name="De Rossi", emails=["altra@example.com"])
    zeta = make.contact(kind="company", name="Zeta, spa")
    shared = {"co_owners": [make["livia"].id], "shared_with": [make["nino"].id, -group], "private": True}
    deal = make.opportunity(
        make["ada"], title="=Fornitura; grande", contact=maria, participants=[maria, zeta], stage="Lost",
        lost_reason="Price", amount="1234.5", currency="USD", budget_type="month", periods=3, closed_on="2026-01-31",
        expected_close="2026-03-04", description="+39\n“due”", tags=["uno", "due; tre"], **shared,
        custom={fields["opportunity", kind]: value for kind, value in values.items()},
    )  # fmt: skip
    make.opportunity(make["sergio"], title="Rinnovo", contact=zeta, amount="0.5", currency="KWD", probability=33)
    second = make.opportunity(make["livia"], title="Rinnovo", contact=maria, stage="Won", closed_on="2020-02-29")
    case = make.case(
        make["ada"], title="Fiera", participants=[maria, zeta], closed=True, tags=["uno"], description="a\nb",
        custom={fields["case", kind]: value for kind, value in values.items()}, **shared,
    )  # fmt: skip
    make.case(make["sergio"], title="007")
    tasks = [
        {"title": "Chiama", "contact": maria, "opportunity": second, "due": "2027-01-31", "time": "14:30"},
        {"title": "@Scrivi", "opportunity": deal, "case": case, "category": "Call", "reminder": None, "closed": True},
        {"title": "Ogni", "due": "2027-02-28", "rule": "FREQ=WEEKLY;INTERVAL=2", "reminder": 60},
    ]
    for task in tasks:
        make.task(make["ada"], task=task)


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_the_working_day_comes_back(
    make: Maker, exported: Any, emptied: Any, imported: Trip, format_: str, superuser: Any
) -> None:
    """IMP-01, IMP-06: opportunities, cases and tasks into an empty product, after their contacts, and out again the
    same."""
    the_working_day(make)
    kinds = ("opportunities", "cases", "tasks")
    contacts, first = exported("ada"), {kind: exported("ada", kind) for kind in kinds}
    brought = {kind: exported("ada", kind, format_) for kind in kinds}
    superuser.execute('DELETE FROM task; DELETE FROM opportunity; DELETE FROM "case"')
    superuser.commit()
    emptied()
    imported(contacts, "contacts.csv")
    for kind in kinds:
        imported(brought[kind], f"{kind}.{format_}", kind)
        assert exported("ada", kind).decode() == first[kind].decode()


def as_policy_4(text: str) -> bool:
    """Texts that no import trims or composes: blanks and zero-width marks at the ends, letters in two parts."""
    return tidy(text.strip()) == text.strip()


words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=30).filter(as_policy_4)
names = words.filter(lambda word: bool(word.strip()))
numbers = st.from_regex(r"[0-9+ /,;()-]{2,20}", fullmatch=True)
contacts = st.fixed_dictionaries(
    {"first_name": names, "last_name": names},
    optional={
        "title": words,
        "description": words,
        "tags": st.lists(words, max_size=3),
        "private": st.booleans(),
        "emails": st.lists(st.emails(), max_size=3),
        "phones": st.lists(numbers, max_size=3),
        "addresses": st.lists(st.fixed_dictionaries({"street": words, "city": words}), max_size=2),
    },
)


@settings(max_examples=3, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(many=st.lists(contacts, min_size=15, max_size=30))
def test_whatever_is_typed(
    make: Maker, exported: Any, emptied: Any, imported: Trip, many: list[dict[str, Any]]
) -> None:
    """IMP-06: a property of any contacts that the form takes."""
    emptied()
    for one in many:
        with contextlib.suppress(RuleBroken):
            make.contact(make["ada"], **one)
    make.contact(make["ada"], last_name="Almeno")
    first = exported("ada")
    emptied()
    imported(first, "contacts.csv")
    assert exported("ada").decode().splitlines() == first.decode().splitlines()
