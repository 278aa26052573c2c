"""The bell and its pages: what is unread, for its receiver alone."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import Maker, unique
from tests.settings.conftest import seen

__all__ = ["seen"]
Statements = Callable[[Callable[[], Any]], int]


def test_the_bell_counts_what_is_unread(make: Maker) -> None:
    """NOT-01: the number is on every page; what was opened or marked is not counted any more."""
    notice = make.notice(make["sergio"], word := unique("parola"))
    make.notice(make["sergio"])
    page = make.page("sergio")
    assert ">2<span" in page.get("/notices/wishes").text
    assert word in page.get("/notices/latest").text
    answer = page.post(f"/notices/{notice}")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/contacts/list/")
    assert ">1<span" in page.get("/notices/unread").text
    assert page.post("/notices/read").status_code == 302
    assert "hidden>0<span" in page.get("/notices/unread").text
    assert word in page.get("/notices/").text


def test_looking_reads_nothing(make: Maker) -> None:
    """Threat 1: no GET changes a row."""
    make.notice(make["sergio"])
    page = make.page("sergio")
    for path in ("/notices/", "/notices/latest", "/notices/unread", "/notices/wishes"):
        assert page.get(path).status_code == 200
    assert ">1<span" in page.get("/notices/unread").text


@pytest.mark.parametrize("who", ["nino", "livia", "renzo", "ada", "marta"])
def test_a_stranger_sees_and_reads_nothing(make: Maker, who: str) -> None:
    """ACC-06: a notice is for its receiver alone; for all others, administrators too, it is not there."""
    notice = make.notice(make["sergio"], word := unique("parola"))
    page = make.page(who)
    for path in ("/notices/", "/notices/latest", "/notices/?page=0"):
        assert word not in page.get(path).text
    assert "hidden>0<span" in page.get("/notices/unread").text
    assert page.post(f"/notices/{notice}").status_code == 404
    assert page.post("/notices/read").status_code == 302
    assert ">1<span" in make.page("sergio").get("/notices/unread").text


def test_a_visitor_is_sent_to_the_login(make: Maker) -> None:
    """ACC-01: nothing of it for who is not signed in."""
    page = make.page(None)
    for path in ("/notices/", "/notices/latest", "/notices/unread", "/notices/wishes"):
        assert "/login" in page.get(path).headers["Location"]


def test_who_only_reads_is_told_too(make: Maker) -> None:
    """ACC-02: marks and wishes are one's own, whatever the role."""
    notice = make.notice(make["renzo"])
    page = make.page("renzo")
    assert page.post("/notices/wishes", data={}).status_code == 302
    assert page.post(f"/notices/{notice}").status_code == 302
    assert page.post("/notices/read").status_code == 302


@pytest.mark.parametrize("pk", [0, 999_999_999, 2**63, 10**30])
def test_a_missing_notice_is_not_found(make: Maker, pk: int) -> None:
    """GEN: a number that is nobody's, whatever its length, is a 404."""
    assert make.page("sergio").post(f"/notices/{pk}").status_code == 404


def test_the_bell_costs_one_statement(make: Maker, statements: Statements) -> None:
    """RELIABILITY: however many notices there are, the bell adds the same one statement."""
    page = make.page("sergio")
    page.get("/notices/unread")
    before = statements(lambda: page.get("/notices/unread"))
    for _ in range(5):
        make.notice(make["sergio"])
    assert statements(lambda: page.get("/notices/unread")) == before
    assert before <= 6


def test_pages_of_notices(make: Maker) -> None:
    """NOT-01: all of them can be read, page by page, and a page beyond the last is empty."""
    for _ in range(51):
        make.notice(make["livia"])
    page = make.page("livia")
    assert page.get("/notices/").text.count("notice-new") == 50
    assert page.get("/notices/?page=1").text.count("notice-new") == 1
    for odd in ("-1", "x", "9" * 40):
        assert page.get(f"/notices/?page={odd}").status_code == 200
