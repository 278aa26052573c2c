"""Saved views: kept, opened, shared and managed, by page and by REST (GEN-09)."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.factories import Maker, Page

LISTS = {
    "contact": "/contacts/list/",
    "opportunity": "/opportunities/list/",
    "case": "/cases/list/",
    "project": "/projects/list/",
    "invoice": "/invoices/list/",
}


def keep(page: Page, name: str, query: str = "", of: str = "contact", **form: Any) -> Any:
    """Save the list as its address shows it."""
    return page.post("/views/new", {"list": of, "query": query, "name": name, **form})


def asked(answer: Any) -> dict[str, list[str]]:
    """The arguments of the address that an answer leads to."""
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def titles(page: Page, address: str) -> str:
    return str(page.get(address).get_data(as_text=True))


def test_a_view_keeps_what_the_address_asks_for(make: Maker) -> None:
    """GEN-09: filters, search, order and columns come back as they were, in the panel and in the head of the list."""
    make.contact(kind="company", name="Rossi srl")
    make.contact(first_name="Mario", last_name="Rossi")
    page = make.page("sergio")
    query = "q=rossi&_flt_0_kind=company&_oc_ContactView=changed_at&_od_ContactView=desc&page_ContactView=3"
    saved = keep(page, "Ditte Rossi", query, shown="card,city,owner")
    assert asked(saved) | {"view": []} == {
        "q": ["rossi"], "_flt_0_kind": ["company"], "view": [],
        "_oc_ContactView": ["changed_at"], "_od_ContactView": ["desc"],
    }  # fmt: skip
    shown = titles(page, saved.headers["Location"])
    assert "Rossi srl" in shown
    assert "Mario" not in shown
    assert '<th scope="col">City</th>' in shown
    assert ">Email</th>" not in shown
    assert shown.count("Ditte Rossi") >= 2  # in the head and in the panel
    assert "(changed)" not in shown
    assert "(changed)" in titles(page, saved.headers["Location"] + "&_flt_0_private=y")
    assert page.get(f"/views/{asked(saved)['view'][0]}").headers["Location"] == saved.headers["Location"]


def test_every_list_keeps_views(make: Maker) -> None:
    """GEN-09: all lists take part, each with its own views, and a list opens with the one that was chosen."""
    page = make.page("sergio")
    for of, address in LISTS.items():
        saved = keep(page, f"Mia {of}", "q=abc", of=of)
        pk = asked(saved)["view"][0]
        assert titles(page, saved.headers["Location"]).count(f"Mia {of}") >= 2, of
        page.post(f"/views/{pk}/default", {"list": of})
        assert asked(page.get(address)) == {"q": ["abc"], "view": [pk]}, of
        assert page.get(f"{address}?view=0").status_code == 200, of
        page.post(f"/views/{pk}/default", {"list": of, "off": "1"})
        assert page.get(address).status_code == 200, of


def test_the_menu_marks_where_one_is(make: Maker) -> None:
    """GEN-01: the board belongs to opportunities, the calendar to tasks; the opened view is marked below its list."""
    page = make.page("sergio")
    for address, key in (("/opportunities/board/", "opportunities"), ("/tasks/calendar/", "tasks")):
        entry = page.get(address).text.split(f'data-key="{key}"')[1].split(">")[0]
        assert 'aria-current="page"' in entry, address
    opened = titles(page, keep(page, "Prima", "q=uno").headers["Location"])
    assert 'aria-current="true"' in opened.split('nav-view"')[1].split(">")[0]


def test_a_view_is_changed_renamed_and_deleted(make: Maker) -> None:
    """GEN-09: by its owner; a name is his once for each list."""
    page = make.page("sergio")
    pk = asked(keep(page, "Prima", "q=uno"))["view"][0]
    changed = {"query": f"view={pk}&q=due&cols=card,email", "shown": "card,email"}
    assert asked(page.post(f"/views/{pk}/update", changed))["q"] == ["due"]
    page.post(f"/views/{pk}/edit", {"name": "Seconda"})
    kept = make.rest("sergio").get(f"/api/v1/views/{pk}").json["result"]
    assert (kept["name"], kept["args"], kept["columns"]) == ("Seconda", {"q": "due"}, ["card", "email"])
    keep(page, "seconda")
    keep(page, "")
    assert make.rest("sergio").get("/api/v1/views/?list=contact").json["count"] == 1
    page.post(f"/views/{pk}/delete")
    assert page.get(f"/views/{pk}").status_code == 404


def test_a_shared_view_shows_each_what_he_sees(make: Maker) -> None:
    """GEN-09, ACC-06: everyone opens it and sees his own rows; strangers neither change it nor see one's own views."""
    make.contact(last_name="Segretissimi", private=True)
    make.contact(last_name="Apertissimi")
    sergio, nino = make.page("sergio"), make.page("nino")
    shared = asked(keep(sergio, "Issimi", "q=issimi", shared="1"))["view"][0]
    mine = asked(keep(sergio, "Solo mia", "q=issimi"))["view"][0]
    opened = titles(nino, nino.get(f"/views/{shared}").headers["Location"])
    assert "Apertissimi" in opened
    assert "Segretissimi" not in opened
    assert "Solo mia" not in opened
    for verb in ("", "/update", "/edit", "/share", "/delete", "/default"):
        assert (nino.post if verb else nino.get)(f"/views/{mine}{verb}").status_code == 404, verb
    for verb, form in (
        ("update", {"query": "q=x"}),
        ("edit", {"name": "Sua"}),
        ("share", {"off": "1"}),
        ("delete", {}),
    ):
        nino.post(f"/views/{shared}/{verb}", form)
    rest = make.rest("sergio")
    assert rest.get(f"/api/v1/views/{shared}").json["result"]["name"] == "Issimi"
    assert rest.get(f"/api/v1/views/{shared}").json["result"]["args"] == {"q": "issimi"}
    make.page("marta").post(f"/views/{shared}/edit", {"name": "Di tutti"})
    assert rest.get(f"/api/v1/views/{shared}").json["result"]["name"] == "Di tutti"
    assert make.page("marta").post(f"/views/{mine}/delete").status_code == 404


def test_who_only_reads_keeps_views_for_himself(make: Maker) -> None:
    """GEN-09, ACC-01: Renzo may read: a view of his own, none for others."""
    renzo = make.page("renzo")
    keep(renzo, "Di Renzo", "q=a")
    keep(renzo, "Per tutti", "q=a", shared="1")
    assert [v["name"] for v in make.rest("renzo").get("/api/v1/views/").json["result"]] == ["Di Renzo"]
    assert make.page(None).post("/views/new", {"list": "contact", "name": "x"}).status_code == 302


def test_what_is_gone_is_told_and_left_out(make: Maker) -> None:
    """GEN-09: a stage or field that went away: the view says so and opens with the rest."""
    filters = [
        {"col": "stage", "opr": "eq", "value": "999999"},
        {"col": "stage", "opr": "eq", "value": str(make.stage())},
        {"col": "custom.colore", "opr": "eq", "value": "rosso"},
    ]
    pk = make.view(list_name="opportunity", filters=filters, columns=["card", "custom.colore"], args={"q": "uno"})
    page = make.page("sergio")
    answer = page.get(f"/views/{pk}")
    assert asked(answer) == {"view": [str(pk)], "_flt_0_stage": [str(make.stage())], "q": ["uno"]}
    shown = titles(page, answer.headers["Location"])
    assert "asks for what is not there any more: “Stage”, “colore”" in shown
    assert make.rest("sergio").get(f"/api/v1/views/{pk}").json["result"]["lost"] == ["Stage", "colore"]


def test_columns_are_chosen_by_each(make: Maker) -> None:
    """GEN-09: which and in which order, custom fields too; kept for the reader alone, until he takes it back."""
    field = make.custom_field("Colore", in_list=False)
    make.contact(last_name="Tinta", custom={field: "rosso"}, addresses=[{"city": "Torino", "kind": "work"}])
    page = make.page("sergio")
    page.post("/views/columns", {"list": "contact", "column": ["city", f"custom.{field}", "card"], "query": "q=tinta"})
    shown = titles(page, "/contacts/list/")
    heads = [part.split("<")[0].split(">")[-1] for part in shown.split('<th scope="col"')[1:]]
    assert "Torino" in shown
    assert "rosso" in shown
    assert shown.index(">City<") < shown.index(">Colore<") < shown.index("Tinta"), heads
    assert "Torino" not in titles(make.page("livia"), "/contacts/list/")
    page.post("/views/columns", {"list": "contact", "reset": "1", "query": ""})
    assert "Torino" not in titles(page, "/contacts/list/")
    page.post("/views/columns", {"list": "contact", "column": ["nonsense"], "query": ""})
    page.post("/views/columns", {"list": "contact", "query": ""})
    assert "Tinta" in titles(page, "/contacts/list/")


def test_rest_by_the_same_rules(make: Maker) -> None:
    """GEN-09: the page's check holds for REST: unknown columns, operators, arguments and lists are told by field."""
    rest, base = make.rest("sergio"), "/api/v1/views/"
    good = {"list": "opportunity", "name": "Aperte", "filters": [{"col": "currency", "opr": "eq", "value": "EUR"}]}
    made = rest.post(base, good | {"order": {"column": "card", "direction": "desc"}, "default": True})
    assert made.status_code == 201
    assert made.json["result"]["default"]
    pk = made.json["id"]
    for wrong, field in (
        ({"list": "nothing"}, "list"),
        ({"name": ""}, "name"),
        ({"filters": [{"col": "search", "opr": "x", "value": ""}]}, "filters"),
        ({"filters": "all"}, "filters"),
        ({"args": {"state": "x"}}, "args"),
        ({"order": {"column": "audience"}}, "order"),
        ({"columns": ["audience"]}, "columns"),
        ({"owner": 1}, "owner"),
    ):
        answer = rest.post(base, good | {"name": "Altra"} | wrong)
        assert (answer.status_code, list(answer.json["errors"])) == (400, [field]), wrong
    assert rest.put(f"{base}{pk}", {"name": "Tutte", "version": 7}).status_code == 409
    shared = rest.put(f"{base}{pk}", {"shared": True})
    assert shared.json.get("result", shared.json).get("shared") is True
    nino = make.rest("nino")
    assert nino.get(f"{base}{pk}").status_code == 200
    assert nino.put(f"{base}{pk}", {"name": "Sua"}).status_code == 403
    assert nino.delete(f"{base}{pk}").status_code == 403
    assert rest.put(f"{base}{pk}", {"shared": False}).status_code == 200
    assert (nino.get(f"{base}{pk}").status_code, nino.put(f"{base}{pk}", {}).status_code) == (404, 404)
    assert rest.delete(f"{base}{pk}").status_code == 200
    assert rest.get(f"{base}{pk}").status_code == 404
