"""Whatever our own description of the REST interface allows to be sent, and much that it does not, is answered
without a failure (threat 31)."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import prison
import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core import NotSet

from app.core.api import CrmApi
from tests.factories import Maker, Rest
from tests.payloads import NOT_NUMBERS, PAYLOADS

# CLIENTELA_FUZZ=20 asks for twenty times as many, and for each operator of each column.
TIMES = int(os.environ.get("CLIENTELA_FUZZ", "1"))
EXAMPLES = 3 * TIMES
QUIET = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
SPARED = "/api/v1/security/"  # its limits answer after a few
# Bodies that the description leaves open.
FREE = st.dictionaries(
    st.sampled_from(["amount", "date", "method", "to", "subject", "text", "reason", "lines", "id"]),
    st.none() | st.booleans() | st.integers() | st.sampled_from(PAYLOADS) | st.lists(st.integers(), max_size=2),
    max_size=4,
)


def known(make: Maker) -> list[int]:
    """Ids under which there is something, of one kind or another."""
    ada = make["ada"]
    kinds = (make.full, make.invoice, make.sent_invoice, make.opportunity, make.case, make.event, make.document)
    return [*(kind(ada) for kind in kinds), make.run(ada), make.export(ada), make.task(ada), make.project(ada)]


@pytest.mark.timeout(3600)
def test_the_described_interface(app: Flask, make: Maker) -> None:
    """Threat 31: schemathesis sends what our OpenAPI describes, its keys in turn such as exist: 0 failures."""
    rest, keys = make.rest("ada"), known(make)
    described = schemathesis.openapi.from_dict(rest.get("/api/v1/_openapi").json)
    failed, answers = [], Counter[int]()
    for found in described.get_all_operations():
        operation = found.ok()
        if operation.path.startswith(SPARED):
            continue

        @QUIET
        @given(case=operation.as_strategy(), key=st.sampled_from([None, *keys]), free=FREE)
        def send(case: Any, key: int | None, free: dict[str, Any]) -> None:
            answer = sent(rest, case, key, free)
            answers[answer.status_code] += 1
            if answer.status_code >= 500:
                failed.append(f"{case.method} {case.path} {key} {case.query} {case.body!r} {free}: {answer.text[:200]}")

        send()
    print(dict(answers))
    assert not failed, "\n".join(failed)
    assert min(answers[200], answers[400], answers[404]) > 0


def sent(rest: Rest, case: Any, key: int | None, free: dict[str, Any]) -> Any:
    """Send a case that schemathesis made, under a key that is there if one is given."""
    path = case.formatted_path
    if key is not None and "{pk}" in case.path:
        path = case.path.replace("{pk}", str(key))
    query = {name: in_rison(value) if name == "q" else str(value) for name, value in (case.query or {}).items()}
    body: dict[str, Any] = {}
    if not isinstance(case.body, NotSet):
        body = {"data": as_form(case.body)} if "form" in (case.media_type or "") else {"data": plain(case.body)}
    elif case.method.upper() == "POST":
        body = {"data": json.dumps(free)}
    kind = {} if "form" in (case.media_type or "") else {"content_type": "application/json"}
    return rest.open(path, case.method.upper(), query_string=query, **body, **kind)


def plain(body: Any) -> bytes:
    try:
        return json.dumps(body).encode()
    except (TypeError, ValueError):
        return repr(body).encode()


def as_form(body: Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in body.items()} if isinstance(body, dict) else {}


def in_rison(value: Any) -> str:
    """FAB's `q` is Rison, though its description says JSON."""
    try:
        return str(prison.dumps(json.loads(value) if isinstance(value, str) else value))
    except (TypeError, ValueError, RecursionError):
        return str(value)


VALUES: list[Any] = [None, True, -1, 1.5, 10**30, [], {}, [[1]], {"a": 1}, *NOT_NUMBERS, *PAYLOADS]
NO_COLUMNS = ["password", "owner.email", "owner.password", "__class__", "audience", "id; --", "a" * 5000, 7, None, []]


def queries(view: CrmApi, start: int) -> Iterator[dict[str, Any]]:
    """Filters, orders and pages as nobody means them: each column with each operator, and a few of the values each; the
    lists of all entities together go through all values."""
    values, n = [VALUES[(start + i) % len(VALUES)] for i in range(EXAMPLES)], start
    known = view._filters._search_filters
    for column in view.search_columns:
        for own in known.get(column, []):
            n += 1
            if TIMES == 1 and n % 3:
                continue
            yield {"filters": [{"col": column, "opr": own.arg_name, "value": VALUES[n % len(VALUES)]}]}
    for name in NO_COLUMNS:
        yield {"filters": [{"col": name, "opr": "eq", "value": "x"}]}
        yield {"order_column": name, "order_direction": "asc"}
    for value in values:
        yield {"filters": [{"col": view.search_columns[0], "opr": value, "value": "x"}]}
        yield {"page": value, "page_size": value}
        yield {"filters": value}
        yield {"columns": value, "keys": value}


@pytest.mark.timeout(600)
def test_hostile_filters_and_orders(app: Flask, make: Maker) -> None:
    """Threat 31: every list of the interface under filters and orders of any kind: no failure; a column that is not
    offered is refused, whatever it holds."""
    rest, failed, tried = make.rest("marta"), [], 0
    views = [view for view in app.extensions["appbuilder"].baseviews if isinstance(view, CrmApi)]
    for number, view in enumerate(views):
        with app.test_request_context():
            asked = list(queries(view, number * EXAMPLES))
        for query in asked:
            tried += 1
            answer = rest.get(f"/api/v1/{view.resource_name}/", query_string={"q": prison.dumps(query)})
            column = (query.get("filters") or [{}])[0] if isinstance(query.get("filters"), list) else {}
            strange = isinstance(column, dict) and column.get("col") in ("password", "owner.email", "owner.password")
            if answer.status_code >= 500 or (strange and answer.status_code != 400):
                failed.append(f"{view.resource_name} {query}: {answer.status_code} {answer.text[:150]}")
    assert not failed, "\n".join(failed)
    assert tried > 300
