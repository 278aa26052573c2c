"""Who sees an opportunity and what hangs on it; what becomes of links to contacts that one may not see."""

from tests.factories import Maker
from tests.opportunities.conftest import REST, posted, result


def statuses(make: Maker, made: int, *names: str) -> list[int]:
    """The status of the record's page and of REST, which must agree."""
    pages = [make.page(name).get(f"/opportunities/show/{made}").status_code for name in names]
    assert pages == [make.rest(name).get(f"{REST}{made}").status_code for name in names]
    return pages


def test_open_unless_limited(make: Maker) -> None:
    """OPP-05: all see a new one; limited, its responsible persons, those chosen and administrators."""
    made = posted(make).json["id"]
    assert statuses(make, made, "sergio", "nino", "renzo") == [200] * 3
    make.rest("sergio").put(f"{REST}{made}", {"private": True, "shared_with": [make["livia"].id]})
    assert statuses(make, made, "sergio", "livia", "marta", "nino", "renzo") == [200] * 3 + [404] * 2
    assert make.rest("livia").put(f"{REST}{made}", {"title": "Di Livia"}).status_code == 200
    assert make.rest("nino").put(f"{REST}{made}", {"title": "Di Nino"}).status_code == 404


def test_the_chosen_are_told(make: Maker) -> None:
    """OPP-05: by a notice that leads to it; a mail is queued too."""
    make.rest("sergio").put(
        f"{REST}{make.opportunity(title='Segreta')}", {"private": True, "shared_with": [make["livia"].id]}
    )
    told = make.page("livia").get("/notices/").text
    assert "shared Segreta with you" in told
    assert "Segreta" not in make.page("nino").get("/notices/").text


def test_who_does_not_look_after_it_cannot_limit_it(make: Maker) -> None:
    """OPP-05: a stranger edits an open opportunity, but not who sees it."""
    made = posted(make).json["id"]
    assert make.rest("nino").put(f"{REST}{made}", {"description": "x"}).status_code == 200
    assert make.rest("nino").put(f"{REST}{made}", {"private": True}).status_code == 403
    assert result(make, made)["private"] is False


def test_a_hidden_contact_is_not_named(make: Maker) -> None:
    """ACC-06: an open opportunity with a private contact and participant shows neither to a stranger, in page, list,
    REST and history; and a stranger who saves it does not cut the links."""
    hidden = make.contact(first_name="Segreta", last_name="Nascosta", private=True)
    made = posted(make, contact=hidden, participants=[hidden]).json["id"]
    nino = make.page("nino")
    for path in (f"/opportunities/show/{made}", "/opportunities/list/", f"/history/opportunity/{made}"):
        assert "Nascosta" not in nino.get(path).text, path
    shown = result(make, made, "nino")
    assert (shown["contact"], shown["participants"]) == (None, [])
    make.rest("nino").put(f"{REST}{made}", {"contact": None, "participants": [], "description": "di Nino"})
    kept = result(make, made)
    assert (kept["contact"]["id"], [p["id"] for p in kept["participants"]]) == (hidden, [hidden])
    assert make.rest("nino").put(f"{REST}{made}", {"contact": hidden}).status_code in (200, 400)
    other = make.contact(private=True)
    assert make.rest("nino").put(f"{REST}{made}", {"contact": other}).json["errors"] == {
        "contact": ["There is no such contact."]
    }


def test_the_tab_of_a_contact(make: Maker) -> None:
    """OPP-06: the contact's opportunities that one sees; nothing of a hidden contact."""
    contact = make.contact()
    make.opportunity(title="Aperta", contact=contact)
    make.opportunity(title="Chiusa agli altri", contact=contact, private=True)
    tab = f"/opportunities/contact/{contact}"
    assert "Chiusa agli altri" in make.page("sergio").get(tab).text
    shown = make.page("nino").get(tab).text
    assert "Aperta" in shown
    assert "Chiusa" not in shown
    assert make.page("nino").get(f"/opportunities/contact/{make.contact(private=True)}").status_code == 404


def test_tags_of_limited_ones_are_not_offered(make: Maker) -> None:
    """TAG-01, ACC-06: a tag that hangs on nothing one sees is in no look-up."""
    make.opportunity(tags=["tagsegreto"], private=True)
    make.opportunity(tags=["tagaperto"])
    assert make.page("sergio").get("/lookup/tag?q=tagsegreto").json
    assert make.page("nino").get("/lookup/tag?q=tagsegreto").json == []
    assert make.page("nino").get("/lookup/tag?q=tagaperto").json
    assert make.page("nino").get("/lookup/opportunity?q=fornitura").json
    assert len(make.page("nino").get("/lookup/opportunity?q=fornitura").json) == 1


def test_pages_stay_flat(make: Maker, statements: object) -> None:
    """GEN: no statement a row, in list and record."""
    for _ in range(3):
        make.opportunity(contact=make.contact(), tags=["uno"])
    page = make.page("sergio")
    page.get("/opportunities/list/")
    few = statements(lambda: page.get("/opportunities/list/"))  # type: ignore[operator]
    last = 0
    for _ in range(4):
        last = make.opportunity(contact=make.contact(), tags=["due"], participants=[make.contact()])
    assert statements(lambda: page.get("/opportunities/list/")) == few <= 25  # type: ignore[operator]
    assert statements(lambda: page.get(f"/opportunities/show/{last}")) <= 25  # type: ignore[operator]
