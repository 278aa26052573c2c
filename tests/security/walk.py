"""Walking every address of the application: what to open, what an answer says, and whether the database has changed.

New routes are found by themselves, so that a door nobody thought of is tried too.
"""

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask
from sqlalchemy import text
from werkzeug.routing import Rule

from app.core.access import Guarded
from app.core.db import db
from app.core.lookup import LOOKUPS
from app.history.models import PARENTS

MISSING = 999_999_999
Digest = dict[str, tuple[int, int]]
LAST: dict[str, Any] = {}
# Signing in and out writes these; they say nothing of anybody's records.
BOOKKEEPING = "ARRAY['last_login', 'login_count', 'fail_login_count', 'changed_on', 'seen_at', 'until']"
DIGEST = (
    "SELECT '{name}', count(*), coalesce(sum(hashtextextended((to_jsonb(t) - "
    + BOOKKEEPING
    + ')::text, 0)), 0) FROM "{name}" t'
)
SIGNING_OUT = {"LoginView.logout"}
# Parts of an address that name no record.
NO_KEYS = {"version", "locale", "filename"}
PASSING = [
    (re.compile(r'nonce="[^"]*"|nonce-[\w-]+'), "NONCE"),
    (re.compile(r'name="_once" value="[^"]*"'), "ONCE"),
    (re.compile(r"\bI[\w-]{50,}\.[\w-]{6}\.[\w-]{27}"), "CSRF"),
    (re.compile(r"\b[0-9a-f]{16}\b"), "REQUEST"),
]


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """(rule, method) of everything but files, in a stable order."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda r: (str(r), r.endpoint)):
        unwanted = {"OPTIONS"} if rule.arguments else {"OPTIONS", "HEAD"}
        for method in sorted((rule.methods or set()) - unwanted):
            if not rule.endpoint.endswith("static") and rule.endpoint not in SIGNING_OUT:
                yield rule, method


def view_of(app: Flask, rule: Rule) -> Any:
    """The view or API class instance behind a rule; None for plain functions."""
    name = rule.endpoint.split(".")[0]
    return next((v for v in app.extensions["appbuilder"].baseviews if v.endpoint == name), None)


def is_guarded(app: Flask, rule: Rule) -> bool:
    """Whether the rule names one row of a guarded table."""
    interface = getattr(view_of(app, rule), "datamodel", None)
    named = {"pk", "id"} & set(rule.arguments)
    return bool(named) and interface is not None and issubclass(interface.obj, Guarded)


def addresses(app: Flask, rule: Rule, pk: int) -> list[str]:
    """The rule with `pk` wherever it takes a number or a key; one address for each action or look-up it knows."""
    names = ["x"]
    if "of" in rule.arguments:
        names = list(PARENTS)
    elif "name" in rule.arguments:
        names = (
            list(LOOKUPS)
            if rule.endpoint.startswith("LookupView")
            else [*getattr(view_of(app, rule), "actions", names)]
        )
    fixed = {"version": "v1", "locale": "it", "filename": f"{pk}.csv"}
    found = []
    for name in names:
        values = {key: fixed.get(key, name if key in ("name", "of") else pk) for key in rule.arguments}
        found.append(app.url_map.bind("localhost").build(rule.endpoint, values, method=_a_method(rule)))
    return found


def _a_method(rule: Rule) -> str:
    return sorted((rule.methods or {"GET"}) - {"OPTIONS", "HEAD"})[0]


def digest(app: Flask) -> Digest:
    """(rows, sum of their hashes) of each table, without the bookkeeping of logins.

    The one before is given again while the server's snapshot is the same: then no transaction has written since.
    """
    with app.app_context(), db.engine.connect() as connection:
        now = connection.scalar(text("SELECT current_database() || pg_current_snapshot()::text"))
        if LAST.get("snapshot") != now:
            LAST.update(snapshot=now, digest=_digest(connection))
        return LAST["digest"]


def _digest(connection: Any) -> Digest:
    names = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")).all()
    rows = connection.execute(text(" UNION ALL ".join(DIGEST.format(name=name) for name in names)))
    return {name: (count, int(total)) for name, count, total in rows}


def changed(before: Digest, after: Digest) -> list[str]:
    """The tables that differ."""
    return [name for name in after if before.get(name) != after[name]]


def normal(answer: Any, *ids: int) -> tuple[int, str, str]:
    """(status, place, body) without what differs between any two answers, and with `ids` made alike."""
    body, place = answer.get_data(as_text=True), answer.headers.get("Location", "")
    for pattern, word in PASSING:
        body = pattern.sub(word, body)
    for pk in ids:
        body, place = (re.sub(rf"(?<!\d){pk}(?!\d)", "ID", said) for said in (body, place))
    return answer.status_code, place, body


def said(answer: Any) -> str:
    """All that an answer tells: body and headers, in lower case."""
    return f"{answer.get_data(as_text=True)}\n{answer.headers}".lower()
