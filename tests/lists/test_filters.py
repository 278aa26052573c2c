"""Lists filtered by what they hold: each field in its ways, kept in the address, told as chips (GEN-02, GEN-09)."""

import pytest

from app.core.db import appbuilder_of
from tests.factories import Maker
from tests.lists.test_views import LISTS

ALL = {**LISTS, "task": "/tasks/list/"}
VALUES = {"DateField": "2026-01-31", "IntegerField": "7", "DecimalField": "7.5", "StringField": "abc"}


@pytest.mark.parametrize("name", ALL)
def test_each_filter_of_each_list(make: Maker, name: str) -> None:
    """GEN-09: every filter that is offered answers, with a value and with nonsense, is a chip, and can be kept."""
    make.custom_field("Colore") if name == "contact" else None
    page, rest = make.page("sergio"), make.rest("sergio")
    with make.app.test_request_context():
        view = next(v for v in appbuilder_of().baseviews if getattr(v, "list_name", "") == name)
        form = view.search_form()
        offered = {col: [str(f.arg_name) for f in ways] for col, ways in view.filters_offered().items() if col in form}
        kinds = {col: form[col].type for col in offered}
    assert set(view.search_columns) <= set(offered), name
    for column, ways in offered.items():
        good = VALUES.get(kinds[column], "1")
        for number in range(len(ways)):
            for value in (good, "∞ x"):
                answer = page.get(f"{ALL[name]}?_flt_{number}_{column}={value}", follow_redirects=True)
                assert answer.status_code == 200, (column, ways[number], value)
        assert "filter-chip" in page.get(f"{ALL[name]}?_flt_0_{column}={good}").text, column
        kept = {"list": name, "name": f"{column}", "filters": [{"col": column, "opr": ways[0], "value": good}]}
        assert rest.post("/api/v1/views/", kept).status_code == 201, column


def test_a_link_filters_by_what_the_reader_sees(make: Maker) -> None:
    """ACC-06: filtered by a company: its persons, by its name; a hidden company finds nothing and is not named."""
    company = make.contact(kind="company", name="Fonderie")
    hidden = make.contact(kind="company", name="Segretissima", private=True)
    make.contact(last_name="Dellafonderia", company=company)
    make.contact(last_name="Delsegreto", company=hidden)
    nino = make.page("nino")
    listed = nino.get(f"/contacts/list/?_flt_0_company={company}").text
    assert "<b>Company</b> <i>is</i> Fonderie" in listed
    assert "Dellafonderia" in listed
    blind = nino.get(f"/contacts/list/?_flt_0_company={hidden}").text
    assert "Delsegreto" not in blind
    assert "Segretissima" not in blind


def test_tasks_by_their_own_ways_and_by_filters(make: Maker) -> None:
    """TSK-06, GEN-09: whose, when, and what they are about, together; columns of one's own there too."""
    deal = make.opportunity(title="Fornitura")
    make.task(task={"title": "Telefonare", "opportunity": deal, "due": "2026-03-01"})
    make.task(task={"title": "Scrivere", "due": "2026-05-01"})
    page = make.page("sergio")
    listed = page.get(f"/tasks/list/?_flt_0_opportunity={deal}").text
    assert "Telefonare" in listed
    assert "Scrivere" not in listed
    assert "<b>Opportunity</b> <i>is</i> Fornitura" in listed
    dated = page.get("/tasks/list/?_flt_1_due_on=2026-04-01").text
    assert "Scrivere" in dated
    assert "Telefonare" not in dated
    page.post("/views/columns", {"list": "task", "column": ["created_at", "due"], "query": ""})
    shown = page.get("/tasks/list/").text
    assert ">Created</th>" in shown
    assert ">Category</th>" not in shown


def test_words_narrow_what_all_that_match_are(make: Maker) -> None:
    """GEN-02: "choose all that match" means the words typed above the list too, in every list."""
    make.opportunity(title="Da aprire", private=True)
    make.opportunity(title="Altro", private=True)
    page = make.page("sergio")
    page.post("/bulk/new/opportunity/open?q=aprire", {"everything": "1", "sure": "1"})
    kept = make.rest("sergio").get("/api/v1/opportunities/").json["result"]
    assert {row["title"]: row["private"] for row in kept} == {"Da aprire": False, "Altro": True}


def test_statements_do_not_grow(make: Maker, statements: object) -> None:
    """GEN: with views and columns of one's own a list costs the same however long it is, at most 25 statements."""
    makers = {"contact": make.contact, "opportunity": make.opportunity, "case": make.case, "project": make.project}
    makers |= {"invoice": make.invoice, "task": make.task}
    page = make.page("sergio")
    for name, address in ALL.items():
        with make.app.test_request_context():
            view = next(v for v in appbuilder_of().baseviews if getattr(v, "list_name", "") == name)
            every = [column.name for column in view.columns_offered()]
        page.post("/views/columns", {"list": name, "column": every, "query": ""})
        page.post("/views/new", {"list": name, "query": "", "name": "Mia"})
        makers[name]()
        page.get(address)
        few = statements(lambda address=address: page.get(address))  # type: ignore[operator]
        for _ in range(4):
            makers[name]()
        many = statements(lambda address=address: page.get(address))  # type: ignore[operator]
        assert many == few <= 25, (name, few, many)
