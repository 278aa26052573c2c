"""Lists and their filters, orders and pages take anything from an address without failing."""

from typing import Any

import prison
import pytest

from tests.factories import Maker
from tests.payloads import NOT_NUMBERS

FAB_LISTS = ("users", "groups", "roles", "permissions", "viewmenus", "permissionviews")


@pytest.mark.parametrize("day", ["2026-11-24", "2026-11-24 10:30", "2026-11-24T10:00:00+01:00"])
def test_a_day_filters_by_the_readers_clock(make: Maker, day: str) -> None:
    """GEN-02: `changed` may be filtered by a day on page and REST."""
    make.contact()
    for operator in range(4):
        answer = make.page("nino").get("/contacts/list/", query_string={f"_flt_{operator}_changed_at": day})
        assert answer.status_code == 200
    query = prison.dumps({"filters": [{"col": "changed_at", "opr": "gt", "value": "2020-01-01"}]})
    assert make.rest("nino").get("/api/v1/contacts/", query_string={"q": query}).json["count"] == 1
    query = prison.dumps({"filters": [{"col": "changed_at", "opr": "gt", "value": "2120-01-01"}]})
    assert make.rest("nino").get("/api/v1/contacts/", query_string={"q": query}).json["count"] == 0


@pytest.mark.parametrize("word", [*NOT_NUMBERS, "\u00b2", "zzz", "a\x00b"])
def test_a_list_survives_its_address(make: Maker, word: str) -> None:
    """No 500 is acceptable for any input: page, page size, filter, order, key."""
    make.contact()
    nino, ada = make.page("nino"), make.page("ada")
    for name in ("page", "psize", "_oc", "_od"):
        assert ok(nino.twin().get("/contacts/list/", query_string={f"{name}_ContactView": word}))
    for name in ("changed_at", "type", "tags", "private", "audience"):
        for number in (0, 9):
            assert ok(nino.twin().get("/contacts/list/", query_string={f"_flt_{number}_{name}": word}))
    assert ok(nino.twin().get("/contacts/list/", query_string={"q": word}))
    assert ok(ada.twin().get("/users/list/", query_string={"_flt_0_username": word, "page_UserDBModelView": word}))
    assert ok(ada.twin().get("/users/list/", query_string={"_flt_9_username": word, "_oc_UserDBModelView": word}))


@pytest.mark.parametrize("place", FAB_LISTS)
def test_the_owners_lists_survive_too(make: Maker, place: str) -> None:
    """The same for Flask-AppBuilder's own pages."""
    ada = make.page("ada")
    view = next(v for v in make.app.extensions["appbuilder"].baseviews if getattr(v, "route_base", "") == f"/{place}")
    name = type(view).__name__
    for address in ("", "?_flt_99_name=x", "?_flt_x_name=x", f"?_oc_{name}=zzz&_od_{name}=asc", f"?page_{name}=9999"):
        assert ok(ada.twin().get(f"/{place}/list/{address}"))
    for path in ("show/abc", "edit/abc", "show/999999999999999999999", "edit/%C2%B2", "action/zzz/1", "action/x/abc"):
        assert ok(ada.twin().get(f"/{place}/{path}")), path
    assert ok(ada.twin().post(f"/{place}/action_post", {"action": "zzz", "rowid": "1"}))
    assert ok(ada.twin().post(f"/{place}/action_post"))
    assert ok(ada.twin().post(f"/{place}/delete/abc"))


def ok(answer: Any) -> bool:
    """Answered, not failed."""
    return bool(answer.status_code < 500)
