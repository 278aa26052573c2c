"""The settings page of the stages: made, changed, put in order, deleted with what stands in them (OPP-03, SET-07)."""

from collections.abc import Callable
from typing import Any

import pytest

from app.opportunities import stages
from tests.factories import Maker
from tests.opportunities.conftest import REST, posted, result

PAGE = "/settings/stages/"
See = Callable[[Callable[[], Any]], Any]
SHIPPED = ["First contact", "Needs", "Proposal", "Negotiation", "Won", "Lost"]


def form(**keys: Any) -> dict[str, Any]:
    return {"name": "Demo", "color": "teal", "probability": "30", "kind": "open", **keys}


def listed(seen: See) -> list[str]:
    names: list[str] = seen(lambda: [stage.name for stage in stages.all_stages()])
    return names


def test_what_is_shipped(make: Maker, seen: See) -> None:
    """OPP-03: names, probabilities and kinds of the guide."""
    found = seen(lambda: [(s.name, s.probability, s.kind) for s in stages.all_stages()])
    kinds = ["open"] * 4 + ["won", "lost"]
    assert found == list(zip(SHIPPED, [10, 20, 50, 75, 100, 0], kinds, strict=True))


def test_one_of_ones_own(make: Maker, seen: See) -> None:
    """OPP-03: made, renamed, recoloured, and chosen with its probability."""
    page = make.page("marta")
    assert page.post(f"{PAGE}add", form()).status_code == 302
    made = posted(make, stage="Demo").json["result"]
    assert made["probability"] == 30
    stage = make.stage("Demo")
    assert page.post(f"{PAGE}{stage}", form(name="Dimostrazione", probability="40", version="1")).status_code == 302
    assert page.post(f"{PAGE}{stage}", form(name="Altro", version="1")).status_code == 302  # somebody was faster
    assert result(make, made["id"])["stage"]["name"] == "Dimostrazione"
    assert "Dimostrazione" in make.page("sergio").get("/opportunities/board/").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "won"),
        ("name", "x" * 81),
        ("color", "mauve"),
        ("probability", "101"),
        ("probability", ""),
    ],
)
def test_what_is_refused(make: Maker, seen: See, field: str, value: str) -> None:
    """OPP-03: in words, and the list stays."""
    answer = make.page("marta").post(f"{PAGE}add", form(**{field: value}))
    assert answer.status_code == 400
    assert listed(seen) == SHIPPED


def test_order(make: Maker, seen: See) -> None:
    """OPP-03: by drag and by arrows."""
    page, ids = make.page("marta"), [make.stage(name) for name in SHIPPED]
    page.post(f"{PAGE}{ids[1]}/move", {"to": "up"})
    assert listed(seen)[:2] == ["Needs", "First contact"]
    assert page.post(f"{PAGE}order", {"id": ids}).status_code == 200
    assert listed(seen) == SHIPPED
    assert page.post(f"{PAGE}order", {"id": ids[1:]}).status_code == 409


def test_deleted_with_what_stands_in_it(make: Maker, seen: See) -> None:
    """OPP-03: what stands in it moves to another of its kind; the last open one stays."""
    page, made = make.page("marta"), posted(make).json["id"]
    first, needs = make.stage(), make.stage("Needs")
    assert page.post(f"{PAGE}{first}/delete").status_code == 400
    assert page.post(f"{PAGE}{first}/delete", {"move_to": make.stage("Won")}).status_code == 400
    assert page.post(f"{PAGE}{first}/delete", {"move_to": needs}).status_code == 302
    assert result(make, made)["stage"]["name"] == "Needs"
    assert page.post(f"{PAGE}{needs}", form(name="Needs", kind="won", version="1")).status_code == 400
    for name in ("Proposal", "Negotiation"):
        assert page.post(f"{PAGE}{make.stage(name)}/delete").status_code == 302
    assert page.post(f"{PAGE}{needs}/delete").status_code == 400
    assert listed(seen) == ["Needs", "Won", "Lost"]


def test_a_user_may_not(make: Maker, seen: See) -> None:
    """SET-07, ACC-02: settings are for administrators."""
    page = make.page("sergio")
    assert page.get(PAGE).status_code in (302, 403)
    page.post(f"{PAGE}add", form())
    page.post(f"{PAGE}{make.stage('Needs')}/delete")
    assert listed(seen) == SHIPPED
    assert make.rest("sergio").get(REST).status_code == 200
