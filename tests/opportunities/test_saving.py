"""What an opportunity holds, its money, its stages, and what its history tells; by page and by REST alike."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.opportunities.models import Opportunity, StageChange
from tests.factories import Maker
from tests.opportunities.conftest import REST, form, posted, result

See = Callable[[Callable[[], Any]], Any]
TODAY = clock.today("Europe/Rome")


def test_all_that_it_holds(make: Maker) -> None:
    """OPP-01: title, contact, description, money, days, participants, tags; given and read back by REST."""
    contact, others = make.contact(), [make.contact(), make.contact()]
    keys = {
        "title": "Fornitura sedie",
        "description": "Cento sedie",
        "contact": contact,
        "participants": others,
        "currency": "USD",
        "amount": "1200.50",
        "expected_close": "2027-01-31",
        "tags": ["Fiera"],
        "stage": "Proposal",
    }
    answer = posted(make, **keys)
    assert answer.status_code == 201, answer.json
    found = result(make, answer.json["id"])
    assert found["contact"]["id"] == contact
    assert {p["id"] for p in found["participants"]} == set(others)
    assert (found["amount"], found["total"], found["currency"]) == ("1200.50", "1200.50", "USD")
    assert (found["stage"]["name"], found["probability"], found["private"]) == ("Proposal", 50, False)
    assert found["owner"]["id"] == make["sergio"].id


def test_by_its_form(make: Maker) -> None:
    """OPP-01: the page's form, with the amount as an Italian writes it, leads to the record's page."""
    page = make.page("sergio")
    sent = form(make, amount="1.234,50", currency="EUR", tags=["Fiera"], expected_close="2027-01-31")
    answer = page.post("/opportunities/add", sent, headers={"Accept-Language": "it"})
    assert answer.status_code == 302, re.findall(r'class="error[^<]*<[^>]*>[^<]*<[^>]*>[^<]*', answer.text)
    shown = page.get(answer.location, headers={"Accept-Language": "it"}).text
    assert "1.234,50" in shown
    assert "31/01/2027" in shown
    listed = page.get("/opportunities/list/?q=fornit").text
    assert "row-link" in listed
    assert listed.count("€1,234.50") == 2  # its own column, and the total of those found


@pytest.mark.parametrize(
    ("budget", "periods", "total"),
    [("fixed", 5, "100.10"), ("hour", 8, "800.80"), ("month", 12, "1201.20"), ("year", 2, "200.20")],
)
def test_the_total(make: Maker, budget: str, periods: int, total: str) -> None:
    """OPP-02: amount × periods, but a fixed price is one."""
    made = posted(make, amount="100.10", budget_type=budget, periods=periods).json["id"]
    assert result(make, made)["total"] == total


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "),
        ("title", "x" * 256),
        ("amount", "tanto"),
        ("amount", "1.005"),
        ("amount", "-1"),
        ("amount", "1" * 16),
        ("currency", "ABC"),
        ("budget_type", "century"),
        ("periods", 0),
        ("probability", 101),
        ("stage", "Chissà"),
        ("stage", 999_999),
        ("contact", 999_999),
        ("participants", [999_999]),
        ("participants", ["x"]),
        ("expected_close", "2027-02-30"),
        ("lost_reason", "Boh"),
        ("owner", "nessuno"),
        ("shared_with", [999_999]),
        ("shared_with", ["x"]),
        ("tags", ["x" * 81]),
        ("description", "a\0b"),
        ("custom", {"niente": 1}),
    ],
)
def test_what_is_refused(make: Maker, field: str, value: Any) -> None:
    """OPP-01: a sentence on its field, and nothing is written."""
    answer = posted(make, **{field: value})
    assert answer.status_code == 400
    assert any(name.startswith(field) for name in answer.json["errors"]), answer.json
    assert make.rest("sergio").get(REST).json["count"] == 0


def test_a_refused_form_keeps_what_was_typed(make: Maker) -> None:
    """OPP-01: errors stand on their fields, what was typed stays."""
    answer = make.page("sergio").post("/opportunities/add", form(make, title="", description="Da tenere", amount="x"))
    assert answer.status_code == 200
    assert "Da tenere" in answer.text
    assert answer.text.count("field-bad") >= 1


def test_a_stage_sets_the_probability(make: Maker) -> None:
    """OPP-03: choosing a stage sets it; it may be set by hand, then or later."""
    made = posted(make).json["id"]
    rest = make.rest("sergio")
    assert result(make, made)["probability"] == 10
    rest.put(f"{REST}{made}", {"stage": "Negotiation"})
    assert result(make, made)["probability"] == 75
    rest.put(f"{REST}{made}", {"probability": 60})
    assert result(make, made)["probability"] == 60
    rest.put(f"{REST}{made}", {"stage": "Proposal", "probability": 65})
    assert result(make, made)["probability"] == 65
    rest.put(f"{REST}{made}", {"stage": "Needs", "probability": 65})  # as a form sends what nobody touched
    assert result(make, made)["probability"] == 20


def test_closing_sets_the_day(make: Maker) -> None:
    """OPP-04: won or lost today unless a day is said; opened again it has none; only a loss has a reason."""
    made = posted(make).json["id"]
    page, rest = make.page("sergio"), make.rest("sergio")
    page.post(f"/opportunities/move/{made}", {"stage": make.stage("Won"), "version": result(make, made)["version"]})
    found = result(make, made)
    assert (found["stage"]["name"], found["closed_on"], found["probability"]) == ("Won", TODAY.isoformat(), 100)
    rest.put(f"{REST}{made}", {"stage": "Lost", "lost_reason": "price", "closed_on": "2026-01-05"})
    found = result(make, made)
    assert (found["closed_on"], found["lost_reason"]["name"], found["probability"]) == ("2026-01-05", "Price", 0)
    rest.put(f"{REST}{made}", {"stage": "Needs"})
    found = result(make, made)
    assert (found["closed_on"], found["lost_reason"]) == (None, None)


def test_the_page_asks_why_it_was_lost(make: Maker) -> None:
    """OPP-04: the reasons of the list are offered where "Lost" is chosen."""
    made = make.opportunity()
    shown = make.page("sergio").get(f"/opportunities/show/{made}").text
    assert "Why was it lost?" in shown
    assert "No budget" in shown


def test_stages_are_remembered(make: Maker, seen: See) -> None:
    """OPP-04: each move with instant, person and worth; the page tells the time spent in each stage."""
    made = posted(make, amount="100").json["id"]
    make.rest("livia").put(f"{REST}{made}", {"stage": "Proposal", "amount": "200"})
    make.rest("livia").put(f"{REST}{made}", {"description": "senza mossa"})

    def moves() -> list[Any]:
        rows = db.session.scalars(
            select(StageChange).where(StageChange.opportunity_id == made).order_by(StageChange.id)
        )
        return [(r.before and r.before.name, r.stage.name, r.by_id, r.probability, int(r.total)) for r in rows]

    assert seen(moves) == [
        (None, "First contact", make["sergio"].id, 10, 100),
        ("First contact", "Proposal", make["livia"].id, 50, 200),
    ]

    def lately() -> None:
        rows = list(db.session.scalars(select(StageChange).where(StageChange.opportunity_id == made)))
        rows[0].at -= dt.timedelta(days=9)
        db.session.commit()

    seen(lately)
    bare = make.opportunity()
    seen(
        lambda: (db.session.query(StageChange).where(StageChange.opportunity_id == bare).delete(), db.session.commit())
    )
    assert make.page("sergio").get(f"/opportunities/show/{bare}").status_code == 200  # as an import leaves it
    assert "9 days" in make.page("sergio").get(f"/opportunities/show/{made}").text


def test_its_history(make: Maker) -> None:
    """HIS-02: made, moved, changed; in the reader's words, in its own tab."""
    contact = make.contact(kind="company", name="Acme srl")
    made = posted(make, amount="100").json["id"]
    rest = make.rest("sergio")
    rest.put(f"{REST}{made}", {"stage": "Proposal"})
    rest.put(
        f"{REST}{made}", {"amount": "250.50", "contact": contact, "expected_close": "2027-01-31", "budget_type": "day"}
    )
    panel = make.page("livia").get(f"/history/opportunity/{made}").text
    for words in (
        "Created",
        "Stage changed",
        "First contact",
        "Proposal",
        "250.50",
        "Acme srl",
        "31/01/2027",
        "Per day",
    ):
        assert words in panel, words


def test_two_people_at_one_record(make: Maker) -> None:
    """GEN-08: who saves what another has changed meanwhile is told, on the form, by REST and on the page's stages."""
    made = make.opportunity()
    old = result(make, made)["version"]
    make.rest("livia").put(f"{REST}{made}", {"title": "Di Livia"})
    assert make.rest("sergio").put(f"{REST}{made}", {"title": "Mio", "version": old}).status_code == 409
    answer = make.page("sergio").post(f"/opportunities/edit/{made}", form(make, version=old))
    assert "Somebody else has changed this" in answer.text
    make.page("sergio").post(f"/opportunities/move/{made}", {"stage": make.stage("Won"), "version": old})
    assert result(make, made)["stage"]["name"] == "First contact"


def test_to_the_bin_and_back(make: Maker) -> None:
    """OPP-06, GEN-07: deleted by those who look after it, and restored; others may not."""
    made = make.opportunity()
    make.page("nino").post(f"/opportunities/delete/{made}")
    assert result(make, made)
    page = make.page("sergio")
    page.post(f"/opportunities/delete/{made}")
    assert page.get(f"/opportunities/show/{made}").status_code == 404
    make.page("nino").post(f"/opportunities/restore/{made}")
    assert page.get(f"/opportunities/show/{made}").status_code == 404
    page.post(f"/opportunities/restore/{made}")
    assert page.get(f"/opportunities/show/{made}").status_code == 200


def test_fields_of_ones_own(make: Maker) -> None:
    """OPP-01, CON-08: custom fields in REST, form, page and filter."""
    key = make.custom_field("Settore", entity="opportunity")
    made = posted(make, custom={key: "Legno"}).json["id"]
    page = make.page("sergio")
    assert "Legno" in page.get(f"/opportunities/show/{made}").text
    version = result(make, made)["version"]
    page.post(f"/opportunities/custom/{made}/{key}", {f"custom.{key}": "Ferro", "version": version})
    assert result(make, made)["custom"] == {key: "Ferro"}
    assert "Fornitura" in page.get(f"/opportunities/list/?_flt_0_custom.{key}=Ferro").text
    assert "row-link" not in page.get(f"/opportunities/list/?_flt_0_custom.{key}=Legno").text


def test_a_fresh_one_is_not_stale(make: Maker, seen: See) -> None:
    """OPP-08: who leaves an open opportunity alone, or lets its day pass, is warned; a closed one is in peace."""
    made, page = posted(make).json["id"], make.page("sergio")
    assert "Left alone" not in page.get(f"/opportunities/show/{made}").text
    make.rest("sergio").put(f"{REST}{made}", {"expected_close": (TODAY - dt.timedelta(days=1)).isoformat()})
    assert "Left alone" in page.get(f"/opportunities/show/{made}").text
    make.rest("sergio").put(f"{REST}{made}", {"stage": "Won"})
    assert "Left alone" not in page.get(f"/opportunities/show/{made}").text


def test_no_door_forgets_the_words(make: Maker, seen: See) -> None:
    """GEN-06: found by its title whatever case and accents; never by its contact, who may be hidden."""
    make.opportunity(title="Caffè Nicolò", contact=make.contact(last_name="Zanfrognini"))
    page = make.page("sergio")
    assert "Caffè" in page.get("/opportunities/list/?q=CAFFE nicolo").text
    assert "Caffè" not in page.get("/opportunities/list/?q=zanfrogn").text
    assert seen(lambda: db.session.scalar(select(Opportunity.sort_name))) == "caffe nicolo"
