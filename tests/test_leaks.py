"""A stranger sees nothing: every address of the product, tried with the id of somebody else's private record.

Sergio's private company and private person carry marks in every field. Nino (User), Renzo (Read only) and a visitor
try each route and method. An answer never holds a mark, is the same as for a record that isn't there, and leaves
the database as it was. Then all that Nino may open must read the same with and without Sergio's records.
"""

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import prison
import pytest
from flask import Flask
from sqlalchemy import delete, func, inspect, select
from werkzeug.routing import Rule

from app.bulk.models import BulkRun
from app.cases.models import Case
from app.contacts.models import CHANNEL_KINDS, Contact, Medium, Tag
from app.core import access, clock
from app.core.db import db
from app.files import service as files
from app.history import service as history
from app.imports.models import ImportRun, RememberedMapping
from app.invoices.models import GivenNumber, Invoice
from app.opportunities.models import Opportunity
from tests import factories
from tests.factories import Maker, Page, Rest
from tests.security import walk

pytestmark = pytest.mark.timeout(600)
make = factories.make
# Answers that tell the time, one's own logins, or (to programs of the machine) what has been answered.
FRAMEWORKS = re.compile("/(users|groups|roles|permissions|viewmenus|permissionviews)/")
CHANGING = {"health.readyz", "UserDBModelView.userinfo", "metrics.metrics", "OwnView.list"}


@dataclass(frozen=True)
class Hidden:
    """Sergio's private records. `bait` may be searched for and comes back in a search box; `seal` never may be seen.
    `number` is the part of a phone number that nobody else has."""

    company: int
    person: int
    run: int
    event: int
    export: int
    bulk: int
    document: int
    deal: int
    matter: int
    task: int
    bill: int
    bait: str
    seal: str
    number: str

    def keys_for(self, rule: Rule) -> set[int]:
        """The keys to try at a rule: those of the room whose address it is, all of them where that is not known."""
        rooms = {
            "/contacts/": {self.company, self.person},
            "/imports/": {self.run},
            "/history/": {self.event, self.person, self.deal, self.matter},
        }
        rooms |= {"/exports/": {self.export}, "/bulk/": {self.bulk}, "/opportunities/": {self.deal}}
        rooms |= {"/files/": {self.document, self.person, self.matter}, "/cases/": {self.matter}}
        rooms |= {"/tasks/": {self.task, self.person, self.deal, self.matter}}
        rooms |= {"/invoices/": {self.bill, self.person, self.deal}}
        if not set(rule.arguments) - walk.NO_KEYS or FRAMEWORKS.match(rule.rule):
            return {self.person}
        known = [keys for start, keys in rooms.items() if start in rule.rule]
        own = {self.run, self.event, self.export, self.bulk, self.deal, self.document, self.matter, self.task}
        return known[0] if known else {self.company, self.person} | own

    def tells(self, answer: Any, pk: int) -> bool:
        """Whether an answer to a question about `pk` gives something away, be it the other one's address."""
        said, other = walk.said(answer), {self.company, self.person} - {pk}
        links = rf"/(?:show|edit|delete|contacts)/(?:{'|'.join(map(str, other))})\b"
        return self.seal in said or self.number in said or bool(re.search(links, said))


def marked(word: str, number: str) -> dict[str, Any]:
    """One of everything, all marked."""
    channels = {
        "emails": [{"value": f"{word}{kind}@example.com", "kind": kind} for kind in CHANNEL_KINDS[Medium.EMAIL]],
        "phones": [f"+39 011 {number}"],
        "websites": [f"https://{word}.example.com/"],
    }
    address = {part: f"{word} {part}" for part in ("street", "city", "state", "zip", "country")}
    texts = {key: f"{word} {key}" for key in ("first_name", "last_name", "title", "description")}
    return {**texts, **channels, "addresses": [address], "tags": [f"{word}tag"]}


def hide(make: Maker) -> Hidden:
    """Make Sergio's private company, his private person in it, and a private person in everybody's company."""
    bait, seal = f"qx{secrets.token_hex(4)}", f"zq{secrets.token_hex(6)}"
    count_apart(make.app)
    key, number = make.custom_field("note"), str(secrets.randbelow(10**6) + 7 * 10**6)
    fields = marked(f"{bait}{seal}", number) | {"custom": {key: f"{bait}{seal}"}}
    company = make.contact(**{**fields, "kind": "company", "name": f"{bait}{seal} spa", "private": True})
    person = make.contact(**fields, company=company, private=True)
    run, export = make.run(word=f"{bait}{seal}"), make.export(word=f"{bait}{seal}")
    bulk = make.bulk(word=f"{bait}{seal}")
    texts = {key: f"{bait}{seal} {key}" for key in ("title", "description")} | {"tags": [f"{bait}{seal}tag"]}
    deal = make.opportunity(**texts, contact=person, participants=[company], private=True)
    task = make.task(
        word=f"{bait}{seal}", task={"contact": person, "opportunity": deal, "due": clock.today("Europe/Rome")}
    )
    make.opportunity(title="Di tutti", contact=person, participants=[company])
    matter = make.case(**texts, participants=[person], private=True)
    make.case(title="Fiera di tutti", participants=[person, company])
    bill = make.sent_invoice(client=person, opportunity=deal, lines=[{"name": f"{bait}{seal}", "price": "7"}])
    with make.app.app_context(), factories.acting(make["sergio"]):
        event = history.save({"contact": person, "text": f"{bait}{seal} detto"})
        file = BytesIO(f"{bait}{seal}".encode())
        document = files.save({"contact": person, "file": file, "name": f"{bait}{seal}.txt"})
        db.session.commit()
        keys = (company, person, run, event.id, export, bulk, document.id, deal, matter, task)
        return Hidden(*keys, bill, bait, seal, number)


def count_apart(app: Flask) -> None:
    """Let no two kinds share an id: what is hidden of one must not be taken for what is open of another."""
    tables = ("opportunity", "project", "case", "task", "invoice", "document", "history_event")
    with app.app_context():
        for number, table in enumerate(tables, 1):
            db.session.execute(select(func.setval(func.pg_get_serial_sequence(f'"{table}"', "id"), number * 100_000)))
        db.session.commit()


@pytest.fixture
def hidden(make: Maker) -> Hidden:
    """Sergio's private records."""
    return hide(make)


def forms(hidden: Hidden, pk: int) -> dict[str, Any]:
    """What every form of ours might take, with `pk` wherever a record can be named."""
    names = ("rowid", "person", "company", "contact", "pk", "id", "run", "next")
    return {
        **dict.fromkeys(names, str(pk)),
        "kind": "person",
        "first_name": "Nino",
        "last_name": "Prova",
        "username": "nino",
        "action": "delete",
        "policy": "overwrite",
        "tags": "nuovo",
    }


Knock = Callable[[str, str, int], Any]


def knocks(make: Maker, hidden: Hidden) -> dict[str, Knock]:
    """The four who try: name to (address, method, pk) -> answer. Each knock has a browser of its own."""
    nino, renzo, visitor = make.page("nino"), make.page("renzo"), make.page(None)
    visitor.get("/login/")
    rest = make.rest("nino")

    def by_page(page: Page) -> Knock:
        def knock(path: str, method: str, pk: int) -> Any:
            data = forms(hidden, pk) if method not in ("GET", "HEAD") else None
            return page.twin().open(path, method, data=data)

        return knock

    def by_rest(path: str, method: str, pk: int) -> Any:
        body = {"company": pk, "first_name": "Nino", "last_name": "Prova"} if method in ("POST", "PUT") else None
        return rest.open(path, method, json=body)

    return {"nino": by_page(nino), "renzo": by_page(renzo), "visitor": by_page(visitor), "nino by REST": by_rest}


def row_state(app: Flask, hidden: Hidden) -> list[Any]:
    """The columns of Sergio's records, as the product itself sees them."""
    with app.app_context(), access.acting_as(access.SYSTEM):
        rows = db.session.execute(
            select(*Contact.__table__.columns)
            .where(Contact.id.in_([hidden.company, hidden.person]))
            .order_by(Contact.id)
        )
        return [tuple(row) for row in rows]


@pytest.mark.parametrize("who", ["nino", "nino by REST", "renzo", "visitor"])
def test_every_door_answers_as_if_there_were_nothing(app: Flask, make: Maker, hidden: Hidden, who: str) -> None:
    """ACC-06, threats 13 and 28: each route and method, with a hidden id and with one that isn't there."""
    knock = knocks(make, hidden)[who]
    rows, tried, leaks = row_state(app, hidden), 0, []
    for rule, method in walk.routes(app):
        if who != "nino" and FRAMEWORKS.match(rule.rule):
            continue  # to the others they are as closed as to him
        for pk in hidden.keys_for(rule):
            pairs = zip(walk.addresses(app, rule, pk), walk.addresses(app, rule, walk.MISSING), strict=True)
            for path, nowhere in pairs:
                before, tried = walk.digest(app), tried + 1
                answer = knock(path, method, pk)
                leaks += [f"{method} {path}: {why}" for why in faults(app, hidden, pk, rule, method, answer, who)]
                touched = walk.changed(before, walk.digest(app))
                if touched and refused(answer):
                    leaks.append(f"{method} {path}: answered {answer.status_code} and changed {touched}")
                if path == nowhere and method == "GET":
                    continue
                other = knock(nowhere, method, walk.MISSING)
                if path == nowhere and other.status_code == 429:
                    continue  # the same door knocked at too often
                if walk.normal(answer, pk, walk.MISSING) != walk.normal(other, pk, walk.MISSING):
                    leaks.append(
                        f"{method} {path}: {answer.status_code}, a missing one {other.status_code} or other words"
                    )
    assert not leaks, leaks
    assert row_state(app, hidden) == rows
    assert tried > 60


def faults(app: Flask, hidden: Hidden, pk: int, rule: Any, method: str, answer: Any, who: str) -> Iterator[str]:
    """What is wrong with one answer by itself."""
    if hidden.tells(answer, pk):
        yield "gives it away"
    if answer.status_code >= 500 and rule.endpoint != "health.readyz":
        yield f"answers {answer.status_code}"
    # Undoing what is not in one's bin, and deleting by a link, are refused in words.
    in_words = rule.endpoint.endswith(".restore") or (method in ("GET", "HEAD") and rule.endpoint.endswith(".delete"))
    may = who.startswith("nino") and rule.rule.startswith("/api/") == who.endswith("REST")
    if may and walk.is_guarded(app, rule) and answer.status_code != 404 and not in_words:
        yield f"answers {answer.status_code} instead of 404"


def refused(answer: Any) -> bool:
    """Whether the answer says no (a redirect after a form says neither)."""
    return answer.status_code >= 400 or "/login" in answer.headers.get("Location", "")


def everything_open_to(make: Maker, who: str, paths: list[str]) -> dict[str, tuple[int, str, str]]:
    """What somebody reads at these addresses."""
    page, rest = make.page(who), make.rest(who)
    return {p: walk.normal(rest.get(p) if p.startswith("/api/") else page.twin().get(p)) for p in paths}


def page_addresses(app: Flask, hidden: Hidden) -> Iterator[str]:
    """Each page without a key; lists with each filter, sort and search; each look-up."""
    for rule, method in walk.routes(app):
        if method == "GET" and not rule.arguments and rule.endpoint not in CHANGING:
            yield rule.rule
    for typed in (hidden.bait, hidden.number, "@example.com", ""):
        yield f"/contacts/list/?q={typed}"
        yield f"/opportunities/list/?q={typed}"
        yield from (
            f"/lookup/{name}?q={typed}"
            for name in ("contact", "company", "person", "tag", "user", "principal", "opportunity")
        )
    for query in ("", f"&q={hidden.bait}", f"&contact={hidden.person}", f"&opportunity={hidden.deal}", "&group=today"):
        yield f"/tasks/list/?who=everyone{query}"
    yield from (f"/tasks/calendar/?who=everyone&span={span}" for span in ("month", "week", "agenda"))
    for view, base, model in (
        ("ContactView", "/contacts", Contact),
        ("OpportunityView", "/opportunities", Opportunity),
    ):
        yield from list_addresses(app, hidden, view, base, model)


def list_addresses(app: Flask, hidden: Hidden, endpoint: str, base: str, model: type[Any]) -> Iterator[str]:
    """A list with each filter and sort."""
    view = next(v for v in app.extensions["appbuilder"].baseviews if v.endpoint == endpoint)
    for name in columns_of(model):
        offered = 4 if name in view.search_columns else 1
        yield from (
            f"{base}/list/?_flt_{i}_{name}={v}" for i in range(offered) for v in (hidden.bait, hidden.company)[:offered]
        )
        yield f"{base}/list/?_oc_{endpoint}={name}&_od_{endpoint}=desc"


def rest_addresses(rest: Rest, hidden: Hidden) -> Iterator[str]:
    """REST lists with each column and operator it offers, each sort, chosen columns, and columns it does not offer."""
    yield "/api/v1/contacts/"
    yield "/api/v1/contacts/_info"
    yield "/api/v1/opportunities/"
    yield "/api/v1/tasks/"
    for name, value in (("search", hidden.bait), ("title", hidden.bait), ("contact", hidden.person)):
        for operator in ("eq", "ct", "search"):
            yield f"/api/v1/tasks/?q={prison.dumps({'filters': [{'col': name, 'opr': operator, 'value': value}]})}"
    for name in ("title", "search", "contact", "stage", "owner"):
        for value in (hidden.person, f"{hidden.bait}{hidden.seal}"):
            for operator in ("eq", "ct", "search", "sw", "rel_o_m"):
                query = {"filters": [{"col": name, "opr": operator, "value": value}]}
                yield f"/api/v1/opportunities/?q={prison.dumps(query)}"
    operators = rest.get("/api/v1/contacts/_info").json["filters"]
    for name, offered in operators.items():
        for value in (hidden.company,) if name == "id" else (f"{hidden.bait}{hidden.seal} {name}",):
            for operator in offered:
                yield rested(filters=[{"col": name, "opr": operator["operator"], "value": value}])
    for name in columns_of(Contact):
        yield rested(order_column=name, order_direction="desc")
        yield rested(columns=[name])
        yield rested(filters=[{"col": name, "opr": "ct", "value": hidden.bait}])
        yield rested(filters=[{"col": f"company.{name}", "opr": "ct", "value": hidden.bait}])
        yield rested(order_column=f"owner.{name}", order_direction="asc")


def rested(**args: Any) -> str:
    return f"/api/v1/contacts/?q={prison.dumps(args)}"


def columns_of(model: type[Any]) -> list[str]:
    """Every attribute of a table: columns and relations."""
    return [attribute.key for attribute in inspect(model).attrs]


def test_all_reads_the_same_with_and_without(make: Maker) -> None:
    """Threats 28 and 31: no list, count, sort, filter, search or look-up tells that there is something hidden."""
    shared = make.contact(kind="company", name="Comune srl")
    make.contact(first_name="Anna", last_name="Bo", company=shared, emails=["anna@example.com"], tags=["aperto"])
    hidden = hide(make)
    paths = [*page_addresses(make.app, hidden), *rest_addresses(make.rest("nino"), hidden)]
    with_them = everything_open_to(make, "nino", paths)
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        db.session.execute(delete(Opportunity).where(Opportunity.id == hidden.deal))
        db.session.execute(delete(Case).where(Case.id == hidden.matter))
        db.session.execute(delete(GivenNumber))
        db.session.execute(delete(Invoice))
        db.session.execute(delete(Contact).where(Contact.id.in_([hidden.person, hidden.company])))
        db.session.execute(delete(Tag).where(Tag.name.contains(hidden.bait)))
        db.session.execute(delete(RememberedMapping))
        db.session.execute(delete(ImportRun))
        db.session.execute(delete(BulkRun))
        db.session.commit()
    without = everything_open_to(make, "nino", [path for path in paths if with_them[path][0] == 200])
    different = [path for path, answer in without.items() if answer != with_them[path]]
    failed = [path for path, (status, _, _) in with_them.items() if status >= 500]
    assert not different, different
    assert not failed, failed
    assert len(without) > 200
