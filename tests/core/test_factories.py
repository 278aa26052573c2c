"""The ground of the other tests: the cast, and the two ways in."""

from typing import Any

from tests.factories import Maker


def test_the_cast_signs_in(make: Maker) -> None:
    """ACC-01: everyone of the cast may sign in, on page and REST alike."""
    for name in make.cast:
        assert make.page(name).get("/users/userinfo/").status_code == 200
        assert make.rest(name).get("/api/v1/contacts/").status_code == 200


def test_a_visitor_is_sent_to_the_login(make: Maker) -> None:
    """ACC-01: without signing in there is the login and nothing else."""
    answer = make.page(None).get("/contacts/list/")
    assert answer.status_code == 302
    assert "/login/" in answer.headers["Location"]
    assert make.page(None).get("/api/v1/contacts/").status_code == 401


def test_a_contact_is_made(make: Maker) -> None:
    """CON-01: the factory comes through the room's own door."""
    made: Any = make.rest("nino").get(f"/api/v1/contacts/{make.full()}").json["result"]
    assert made["emails"]
    assert made["owner"]["name"] == "Sergio Prova"
