"""A contact's form as a browser sends it, made of what a person would write."""

from typing import Any

from tests.factories import Page


def person(first_name: str = "Maria", last_name: str = "Rossi", **more: Any) -> dict[str, Any]:
    """The fields of a new person, all else left empty; `more` are form fields by their names."""
    return {"kind": "person", "first_name": first_name, "last_name": last_name, "type": "0", "temperature": "0", **more}


def company(name: str = "Rossi srl", **more: Any) -> dict[str, Any]:
    """The fields of a new company."""
    return {"kind": "company", "name": name, "type": "0", "temperature": "0", **more}


def channels(field: str, *values: str, kind: str = "work", primary: int = 0) -> dict[str, str]:
    """Rows of a repeating field, one of them marked as primary."""
    rows = {f"{field}-{i}-value": value for i, value in enumerate(values)}
    return {**rows, **{f"{field}-{i}-kind": kind for i in range(len(values))}, f"{field}-primary": str(primary)}


def key_of(answer: Any) -> int:
    """The key of the contact to which a saved form leads."""
    assert answer.status_code == 302, answer.get_data(as_text=True)[:2000]
    return int(answer.headers["Location"].split("#")[0].rsplit("/", 1)[1])


def added(page: Page, data: dict[str, Any]) -> int:
    """Post a new contact; its key."""
    return key_of(page.post("/contacts/add", data))
