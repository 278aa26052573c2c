"""Opportunities, tasks and cases come in by the machine of contacts, under the rules of their own rooms."""

import datetime as dt
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.cases.models import Case
from app.core import access, clock
from app.core.db import db
from app.history.models import HistoryEvent
from app.imports import running, service, undoing
from app.imports.models import ImportRun, ImportUndo
from app.notices.models import Notice
from app.opportunities.models import Opportunity, StageChange
from app.tasks.models import Task
from tests.factories import Maker, acting

MODELS = {"opportunities": Opportunity, "tasks": Task, "cases": Case}
Bring = Callable[..., Any]


@pytest.fixture
def bring(app: Flask, make: Maker, work: Any, result: Any) -> Bring:
    """Imports a text of a kind as somebody; gives the result."""

    def go(kind: str, text: str, who: str = "sergio", dry_run: bool = False, **options: Any) -> Any:
        with app.app_context(), acting(make[who]):
            run = service.upload(io.BytesIO(text.encode()), "dati.csv", kind)
            service.choose(run, **options)
            service.start(run, dry_run, nudge=False)
            db.session.commit()
            run_id = run.id
        work(run_id)
        return result(run_id)

    return go


@pytest.fixture
def seen(app: Flask) -> Callable[..., list[Any]]:
    """What there is of a kind, by id, as plain values."""

    def read(kind: str, *names: str) -> list[Any]:
        with app.app_context(), access.acting_as(access.SYSTEM):
            model = MODELS[kind]
            rows = db.session.scalars(select(model).where(model.deleted_at.is_(None)).order_by(model.id)).unique()
            return [tuple(plain(getattr(row, name)) for name in names) for row in rows]

    return read


def plain(value: Any) -> Any:
    if isinstance(value, list):
        return sorted(map(str, value))
    return value if isinstance(value, (str, int, Decimal, dt.date, dt.time, dict, type(None))) else str(value)


DEALS = (
    "Titolo;Contatto;Email contatto;Fase;Importo;Valuta;Chiusura prevista;Chiusa il;Partecipanti;Etichette;"
    "Responsabile;Accesso limitato;Condiviso con;Note;Colore\n"
)


def test_opportunities_come_in(make: Maker, app: Flask, bring: Bring, seen: Any) -> None:
    """IMP-01, IMP-02, OPP-01…05: Italian headings, contacts by name and email, stages, money, days, tags, people, notes
    and custom fields; stage history once; those who get something are told once."""
    key = make.custom_field("Colore", "choice", options=["rosso", "blu"], entity="opportunity")
    maria = make.contact(first_name="Maria", last_name="De Rossi", emails=["maria@example.com"])
    make.contact(kind="company", name="Acme")
    run = bring(
        "opportunities",
        DEALS + "Fornitura;Maria De Rossi;;Proposta;1.234,50;;13/01/2027;;Acme;fiera, vip;livia;;;detto;ROSSO\n"
        "Persa;;maria@example.com;Lost;€ 10;;;31/12/2025;maria@example.com;;livia;sì;nino;;\n"
        "Nuda;;;;;;;;;;;;;;\n",
    )
    assert (run.state, run.counts, run.refused) == ("done", (3, 0, 0, 0), [])
    names = ("title", "contact_id", "stage", "probability", "amount", "currency", "expected_close", "closed_on")
    assert seen("opportunities", *names) == [
        ("Fornitura", maria, "Proposal", 50, Decimal("1234.5"), "EUR", dt.date(2027, 1, 13), None),
        ("Persa", maria, "Lost", 0, Decimal(10), "EUR", None, dt.date(2025, 12, 31)),
        ("Nuda", None, "First contact", 10, None, "EUR", None, None),
    ]
    livia, sergio, nino = make["livia"].id, make["sergio"].id, make["nino"].id
    more = ("participants", "tags", "owner_id", "private", "shared_with", "custom", "import_run_id")
    assert seen("opportunities", *more) == [
        (["Acme"], ["fiera", "vip"], livia, False, [], {key: "rosso"}, run.id),
        (["Maria De Rossi"], [], livia, True, [str(nino)], {}, run.id),
        ([], [], sergio, False, [], {}, run.id),
    ]
    with app.app_context(), access.acting_as(access.SYSTEM):
        assert len(db.session.scalars(select(StageChange.id)).all()) == 3
        assert db.session.scalars(select(HistoryEvent.text).where(HistoryEvent.verb.is_(None))).all() == ["detto"]
        told = db.session.execute(select(Notice.user_id, Notice.kind)).all()
    assert sorted(map(tuple, told)) == sorted([(livia, "responsible"), (nino, "shared"), (sergio, "import")])
    assert "2027" in make.page("livia").get(f"/opportunities/list/?imported={run.id}").text
    assert "Persa" not in make.page("renzo").get(f"/opportunities/list/?imported={run.id}").text


TASKS = "Oggetto,Contatto,Opportunità,Scadenza,Ora,Promemoria,Categoria,Stato,Assegnato a,Descrizione\n"


def test_tasks_come_in(make: Maker, app: Flask, bring: Bring, seen: Any) -> None:
    """IMP-01, TSK-01…04: days with times, reminders, categories, links by title, closed ones; nothing follows what was
    done before, and whoever gets tasks is told once."""
    anna = make.contact(first_name="Anna", last_name="Neri")
    luca = make.contact(first_name="Luca", last_name="Bo")
    make.opportunity(title="Rinnovo", contact=luca)
    deal = make.opportunity(title="Rinnovo", contact=anna)
    run = bring(
        "tasks",
        TASKS + "Chiama,Anna Neri,rinnovo,31/12/2027 14:30,,1 ora prima,Chiamata,da fare,livia,forte\n"
        "Scrivi,,,01/02/2027,9.05,mai,,Completed,,\n"
        "Altro,,,,,,,,livia,\n",
    )
    assert (run.counts, run.refused) == ((3, 0, 0, 0), [])
    livia, sergio = make["livia"].id, make["sergio"].id
    names = ("title", "contact_id", "opportunity_id", "due_on", "due_time", "reminder", "category", "owner_id")
    assert seen("tasks", *names) == [
        ("Chiama", anna, deal, dt.date(2027, 12, 31), dt.time(14, 30), 60, "Call", livia),
        ("Scrivi", None, None, dt.date(2027, 2, 1), dt.time(9, 5), None, None, sergio),
        ("Altro", None, None, None, None, 1440, None, livia),
    ]
    assert seen("tasks", "is_closed", "closed_by", "rule", "import_run_id") == [
        (False, None, None, run.id), (True, sergio, None, run.id), (False, None, None, run.id)]  # fmt: skip
    with app.app_context(), access.acting_as(access.SYSTEM):
        told = db.session.execute(select(Notice.user_id, Notice.kind)).all()
    assert sorted(map(tuple, told)) == sorted([(sergio, "import"), (livia, "task")])
    assert "Scrivi" in make.page("sergio").get(f"/tasks/list/?who=everyone&imported={run.id}").text
    ruled = bring("tasks", "title,due_on,rule,closed\nOgni,2020-01-01,FREQ=DAILY,yes\n")
    assert ruled.counts == (1, 0, 0, 0)
    assert seen("tasks", "title", "rule")[3:] == [("Ogni", "FREQ=DAILY")]


def test_cases_come_in(make: Maker, bring: Bring, seen: Any) -> None:
    """IMP-01, CAS-01, CAS-02: participants, open and closed, tags to all, limited access."""
    make.contact(first_name="Maria", last_name="Rossi", emails=["maria@example.com"])
    make.contact(kind="company", name="Zeta, spa")
    text = (
        'Pratica;Partecipanti;Stato;Descrizione\nFiera;"Maria Rossi <maria@example.com>; ""Zeta, spa""";chiusa;Milano\n'
    )
    run = bring("cases", text + "Reclamo;;aperta;\n", tags=["tutti"], private=True, owner="livia")
    assert (run.counts, run.refused) == ((2, 0, 0, 0), [])
    names = ("title", "participants", "closed", "description", "tags", "private", "owner_id")
    livia = make["livia"].id
    assert seen("cases", *names) == [
        ("Fiera", ["Maria Rossi", "Zeta, spa"], True, "Milano", ["tutti"], True, livia),
        ("Reclamo", [], False, None, ["tutti"], True, livia),
    ]


BAD = [
    ("opportunities", "title,contact\nUno,Nessuno\n", "contact", "There is no such contact."),
    ("opportunities", "title,contact\nUno,Segreto\n", "contact", "There is no such contact."),
    ("opportunities", "title,contact_email\nUno,segreto@example.com\n", "contact_email", "There is no such contact."),
    ("opportunities", "title,contact\nUno,Doppio\n", "contact", "Several contacts are called so"),
    ("opportunities", "title,stage\nUno,Fantasia\n", "stage", "is not in the list"),
    ("opportunities", "title,amount\nUno,tanto\n", "amount", "is not an amount"),
    ("opportunities", "title,amount,currency\nUno,1.234,EUR\nDue,1.5,EUR\n", "amount", "at most 2 decimals"),
    ("opportunities", "title,currency\nUno,ZZZ\n", "currency", "is not a currency"),
    ("opportunities", "title,probability\nUno,101\n", "probability", "from 0 to 100"),
    ("opportunities", "title,closed_on\nUno,2026-01-31\n", "closed_on", "Only what is won or lost"),
    ("opportunities", "title,expected_close\nUno,31/02/2026\n", "expected_close", "is not a date"),
    ("opportunities", "title,owner\nUno,fantasma\n", "owner", "There is no such user."),
    ("opportunities", "title,stage\n,Won\n", "title", "This field is required."),
    ("tasks", "title,opportunity\nUno,Nascosta\n", "opportunity", "There is no such record."),
    ("tasks", "title,due_time\nUno,14:30\n", "", "A time needs its day."),
    ("tasks", "title,due_on\nUno,2027-01-31T10:00:00Z\n", "due_on", "time zone"),
    ("tasks", "title,reminder\nUno,7\n", "reminder", "not one of the choices"),
    ("tasks", "title,closed\nUno,forse\n", "closed", "neither yes nor no"),
    ("cases", "title,participants\nUno,Segreto\n", "participants", "There is no such contact."),
    ("cases", "title,shared_with\nUno,fantasma\n", "shared_with", "does not exist"),
    ("cases", "title,closed\nUno,si,troppo\n", "", "it has 3 cells"),
]


def test_bad_rows_are_refused_alone(make: Maker, bring: Bring, seen: Any) -> None:
    """IMP-03, IMP-04, policy 1, ACC-06: one bad value refuses its row, with line, heading and the sentence of the form;
    a hidden contact or record is answered like none. The dry run says the same and writes nothing."""
    make.contact(make["livia"], kind="company", name="Segreto", private=True, emails=["segreto@example.com"])
    make.opportunity(make["livia"], title="Nascosta", private=True)
    for _n in range(2):
        make.contact(kind="company", name="Doppio")
    for kind, text, heading, sentence in BAD:
        good = "Buona" + "," * text.split("\n")[0].count(",") + "\n"
        for dry in (True, False):
            run = bring(kind, text + good, dry_run=dry)
            assert [(2, heading)] == [problem[:2] for problem in run.refused], (text, run)
            assert sentence in run.refused[0][2], (text, run)
            assert run.counts[3] == 1, (text, run)
            assert sum(run.counts[:2]) == run.total - 1, (text, run)
    assert {title for kind in MODELS for (title,) in seen(kind, "title")} == {"Nascosta", "Buona", "Due"}


def test_what_is_there_already(make: Maker, bring: Bring, seen: Any) -> None:
    """IMP-02, policy 8: title and contact (day too, of tasks) tell who is the same; skip, fill, update and create do
    what they say, the dry run foretells it, and a hidden match is none."""
    maria = make.contact(first_name="Maria", last_name="Rossi")
    make.contact(first_name="Luca", last_name="Bo")
    make.opportunity(title="Fornitura", contact=maria, amount="10", tags=["vip"])
    make.opportunity(make["livia"], title="Segreta", contact=None, private=True)
    text = (
        "title,contact,amount,description,tags,stage\n"
        "FORNITURA,Maria Rossi,99,nuova,fiera,Won\nFornitura,Luca Bo,,,,\nSegreta,,,,,\nsegreta,,5,,,\n"
    )
    expected = {
        "skip": ((2, 0, 2, 0), [("Fornitura", "10.0000", None, ["vip"], "First contact")]),
        "fill": ((0, 4, 0, 0), [("Fornitura", "10.0000", "nuova", ["fiera", "vip"], "First contact")]),
        "update": ((0, 4, 0, 0), [("FORNITURA", "99.0000", "nuova", ["fiera", "vip"], "Won")]),
    }
    for policy, (counts, first) in expected.items():
        assert bring("opportunities", text, dry_run=True, duplicates=policy).counts == counts
        assert bring("opportunities", text, duplicates=policy).counts == counts
        found = seen("opportunities", "title", "amount", "description", "tags", "stage")
        assert [(t, str(a), d, g, s) for t, a, d, g, s in found][:1] == first, policy
        assert len(found) == 4
    assert seen("opportunities", "title", "amount")[3] == ("segreta", Decimal(5))
    assert bring("opportunities", text, duplicates="create").counts == (4, 0, 0, 0)

    tasks = (
        "title,due_on,contact,closed\nChiama,2027-01-31,Maria Rossi,\nchiama,2027-01-31,Maria Rossi,yes\nChiama,,,\n"
    )
    for dry, counts in ((True, (2, 1, 0, 0)), (False, (2, 1, 0, 0)), (True, (0, 3, 0, 0))):
        assert bring("tasks", tasks, dry_run=dry).counts == counts
    assert seen("tasks", "title", "is_closed") == [("chiama", True), ("Chiama", False)]
    assert bring("cases", "title\nFiera\nFIERA\n").counts == (1, 1, 0, 0)


def test_who_may_not_say_who_sees_it(make: Maker, bring: Bring, seen: Any) -> None:
    """OPP-05, ACC-02: what one sees one may change, but not who has access to it, by import as by form."""
    make.opportunity(make["livia"], title="Aperta")
    for dry in (True, False):
        run = bring("opportunities", "title,private,description\nAperta,yes,x\n", dry_run=dry)
        assert run.refused == [(2, "", "You may see this, but not change it so.")]
    assert bring("opportunities", "title,description\nAperta,x\n").counts == (0, 1, 0, 0)
    assert seen("opportunities", "description", "private") == [("x", False)]


Undo = Callable[[int], dict[str, Any]]


@pytest.fixture
def undo(app: Flask, make: Maker) -> Undo:
    """Asks for the undo of Sergio's run by REST, does what the worker does, and reads what became of it."""

    def go(run_id: int) -> dict[str, Any]:
        rest = make.rest("sergio")
        assert make.rest("nino").post(f"/api/v1/imports/{run_id}/undo", {}).status_code == 404
        assert rest.post(f"/api/v1/imports/{run_id}/undo", {}).status_code == 202
        with app.app_context(), access.acting_as(access.SYSTEM):
            [undo_id] = db.session.scalars(select(ImportUndo.id).filter_by(run_id=run_id))
            undoing.work(undo_id)
        found = rest.get(f"/api/v1/imports/{run_id}").json["undo"]
        return {name: found[name] for name in ("state", "restored", "removed", "kept")}

    return go


def test_a_run_goes_back(make: Maker, app: Flask, bring: Bring, seen: Any, undo: Undo) -> None:
    """IMP-05: what came goes to the bin, what was changed is as it was, with its tags, participants, history and moves;
    what was touched since stays and is named."""
    key = make.custom_field("Colore", entity="opportunity")
    maria = make.contact(first_name="Maria", last_name="Rossi")
    make.opportunity(title="Prima", contact=maria, amount="10", tags=["vip"], custom={key: "rosso"})
    names = ("title", "stage", "closed_on", "amount", "description", "tags", "participants", "private", "custom")
    before = seen("opportunities", *names)
    text = f"title,contact,stage,amount,description,tags,participants,private,notes,custom:{key}\n"
    text += "Prima,Maria Rossi,Won,20,x,fiera,Maria Rossi,yes,detto,blu\nNuova,,,,,,,,,\nUsata,,,,,,,,,\n"
    run = bring("opportunities", text)
    assert run.counts == (2, 1, 0, 0)
    used = next(pk for pk, title in seen("opportunities", "id", "title") if title == "Usata")
    make.task(task={"title": "Chiama", "opportunity": used})
    assert undo(run.id) == {"state": "done", "restored": 1, "removed": 1, "kept": 1}
    assert seen("opportunities", *names)[:1] == before
    assert [title for (title,) in seen("opportunities", "title")] == ["Prima", "Usata"]
    with app.app_context(), access.acting_as(access.SYSTEM):
        first = select(Opportunity.id).where(Opportunity.title == "Prima").scalar_subquery()
        assert len(db.session.scalars(select(StageChange.id).where(StageChange.opportunity_id == first)).all()) == 1
        verbs = db.session.scalars(select(HistoryEvent.verb).where(HistoryEvent.opportunity_id == first)).all()
        assert verbs == ["created"]
    page = make.page("sergio").get(f"/imports/{run.id}").text
    assert "1 opportunities went to the bin" in page
    assert f"/opportunities/show/{used}" in page

    make.task(task={"title": "Prima", "due": "2027-01-31", "reminder": 60})
    before = seen("tasks", "title", "due_on", "reminder", "is_closed", "description")
    run = bring("tasks", "title,due_on,closed,description,reminder\nPrima,2027-01-31,yes,x,never\nNuova,,,,\n")
    assert run.counts == (1, 1, 0, 0)
    assert undo(run.id) == {"state": "done", "restored": 1, "removed": 1, "kept": 0}
    assert seen("tasks", "title", "due_on", "reminder", "is_closed", "description") == before

    run = bring("cases", "title,closed\nFiera,yes\n")
    assert undo(run.id) == {"state": "done", "restored": 0, "removed": 1, "kept": 0}
    assert seen("cases", "id") == []


def test_a_killed_run_goes_on(
    make: Maker, app: Flask, bring: Bring, seen: Any, work: Any, result: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IMP-04: a worker that dies in a chunk leaves whole chunks alone; the next one goes on there, and nothing is
    twice, neither record nor notice."""
    monkeypatch.setattr(running, "FLAT_CHUNK", 4)
    merge, chunks = running.FlatMerge.__call__, []

    def dying(self: Any, rows: list[Any]) -> Any:
        outcome = merge(self, rows)
        chunks.append(len(rows))
        if len(chunks) == 2:
            raise KeyboardInterrupt
        return outcome

    monkeypatch.setattr(running.FlatMerge, "__call__", dying)
    text = "title,owner,amount\n" + "".join(f"Numero {n},livia,{n}\n" for n in range(10)) + "Male,,x\n"
    with app.app_context(), acting(make["sergio"]):
        run = service.upload(io.BytesIO(text.encode()), "dati.csv", "opportunities")
        service.choose(run, duplicates="create")
        service.start(run, False, nudge=False)
        db.session.commit()
        run_id = run.id
    with pytest.raises(KeyboardInterrupt):
        work(run_id)
    assert len(seen("opportunities", "id")) == 4
    with app.app_context(), access.acting_as(access.SYSTEM):
        db.session.get_one(ImportRun, run_id).heartbeat_at = clock.now() - dt.timedelta(minutes=1)
        db.session.commit()
    work(run_id)
    assert (result(run_id).state, result(run_id).counts) == ("done", (10, 0, 0, 1))
    assert [title for (title,) in seen("opportunities", "title")] == [f"Numero {n}" for n in range(10)]
    with app.app_context(), access.acting_as(access.SYSTEM):
        assert len(db.session.scalars(select(StageChange.id)).all()) == 10
        told = db.session.execute(select(Notice.kind, Notice.words["n"].as_integer()).order_by(Notice.id)).all()
    assert [tuple(one) for one in told] == [("responsible", 10), ("import", None)]


def post(rest: Any, content: str, **form: str) -> Any:
    data = {"file": (io.BytesIO(content.encode()), "dati.csv"), **form}
    return rest.open("/api/v1/imports/", "POST", data=data)


def test_each_door(make: Maker, app: Flask, work: Any, seen: Any, superuser: Any, tmp_path: Path) -> None:
    """IMP-01…04: page, REST and command bring the same in; readers bring nothing, strangers find no run."""
    make.contact(first_name="Maria", last_name="Rossi")
    text = "Titolo;Contatto;Importo;Chiusura prevista\nUno;Maria Rossi;1.000,5;03/04/2027\nDue;Ignoto;;\n"
    rest, page = make.rest("sergio"), make.page("sergio")
    answer = post(rest, text, kind="opportunities")
    assert (answer.status_code, list(answer.json["errors"])) == (400, ["day_first"])

    def by_rest() -> None:
        run = post(rest, text, kind="opportunities", options='{"day_first": true}').json["id"]
        work(run)
        told = rest.get(f"/api/v1/imports/{run}").json
        assert (told["kind"], told["created"], told["failed"]) == ("opportunities", 1, 1)
        assert "There is no such contact." in rest.get(told["errors_file"]).data.decode()
        assert make.rest("nino").get(f"/api/v1/imports/{run}").status_code == 404

    def by_page() -> None:
        form = {"kind": "opportunities", "file": (io.BytesIO(text.encode()), "dati.csv")}
        home = page.post("/imports/new", form).headers["Location"].removesuffix("/reading")
        assert 'value="expected_close" selected' in page.get(f"{home}/columns").text
        fields = ("title", "contact", "amount", "expected_close")
        page.post(f"{home}/columns", {f"column-{n}": field for n, field in enumerate(fields)})
        choices = {"duplicates": "update", "access": "open", "owner": str(make["sergio"].id)}
        assert "two ways" in page.post(f"{home}/options", choices).text
        assert 'name="day_first"' in page.get(f"{home}/options").text
        page.post(f"{home}/options", {**choices, "day_first": "day"})
        work(int(home.rsplit("/", 1)[1]))
        assert seen("opportunities", "id") == []
        page.post(f"{home}/start")
        work(int(home.rsplit("/", 1)[1]))
        assert make.page("nino").get(home).status_code == 404

    def by_command() -> None:
        (tmp_path / "dati.csv").write_text(text.replace("03/04", "13/04"))
        words = ["import", "opportunities", str(tmp_path / "dati.csv"), "--as", "sergio", "--json"]
        done = app.test_cli_runner().invoke(args=words)
        assert (done.exit_code, json.loads(done.stdout)["created"]) == (0, 1)
        refused = app.test_cli_runner().invoke(args=[*words[:3], "--as", "renzo"])
        assert (refused.exit_code, refused.stderr) == (2, "This user may not import opportunities.\n")

    for door in (by_rest, by_page, by_command):
        door()
        [(title, amount, private, owner)] = seen("opportunities", "title", "amount", "private", "owner_id")
        assert (title, amount, private, owner) == ("Uno", Decimal("1000.5"), False, make["sergio"].id)
        superuser.execute("DELETE FROM opportunity")
        superuser.commit()
    for kind in MODELS:
        assert post(make.rest("renzo"), text, kind=kind).status_code == 403
    assert post(rest, "Colore;Peso\nrosso;3\n", kind="cases").json["message"].startswith("No column holds a title")


def test_a_hidden_contact_is_not_told(make: Maker, bring: Bring, seen: Any) -> None:
    """ACC-06: an opportunity that is seen while its contact is not, is found again by its title alone."""
    hidden = make.contact(make["livia"], last_name="Segreto", private=True)
    make.opportunity(make["livia"], title="Aperta", contact=hidden, private=False)
    assert bring("opportunities", "title,description\nAperta,x\n", who="nino").counts == (0, 1, 0, 0)
    assert seen("opportunities", "contact_id", "description") == [(hidden, "x")]
