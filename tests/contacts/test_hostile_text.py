"""Whatever people type comes back as they typed it, or is refused with a sentence; it never fails nor runs."""

import html
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contacts.forms import channels, person
from tests.factories import Maker
from tests.payloads import PAYLOADS

REST = "/api/v1/contacts/"
anything = st.one_of(st.sampled_from(PAYLOADS), st.text(max_size=60))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(anything, inner, max_size=3),
    max_leaves=6,
)
KEYS = [
    *("kind", "first_name", "last_name", "name", "title", "company", "type", "temperature", "emails", "phones"),
    *(
        "websites",
        "addresses",
        "description",
        "tags",
        "private",
        "shared_with",
        "owner",
        "co_owners",
        "custom",
        "version",
    ),
]
LIMITS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_text_is_stored_as_typed_and_never_runs(make: Maker, payload: str) -> None:
    """Threat 2: the description comes back to the letter by REST and escaped on the page, or is refused."""
    answer = make.rest("nino").post(REST, {"first_name": "M", "last_name": "R", "description": payload})
    if "\0" in payload:
        assert answer.status_code == 400
        return
    assert answer.status_code == 201
    assert answer.json["result"]["description"] == payload.strip()
    page = make.page("nino").get(f"/contacts/show/{answer.json['id']}").get_data(as_text=True)
    if html.escape(payload) != payload:
        assert payload.strip() not in page


@LIMITS
@given(body=st.dictionaries(st.sampled_from(KEYS), json_values, max_size=6))
def test_rest_takes_any_json(make: Maker, body: dict[str, Any]) -> None:
    """Quality: no input gives a 500; what is refused says why."""
    rest = make.once("rest", "nino")
    answer = rest.post(REST, {"first_name": "M", "last_name": "R"} | body)
    assert answer.status_code in (201, 400), answer.text
    if answer.status_code == 400:
        assert answer.json["message"]
        assert answer.json["errors"]
    else:
        changed = rest.put(f"{REST}{answer.json['id']}", body)
        assert changed.status_code in (200, 400, 409), changed.text


FIELDS = [
    *("first_name", "last_name", "name", "title", "company", "type", "temperature", "description", "tags", "owner"),
    *("co_owners", "shared_with", "version", "kind", "emails-0-value", "emails-0-kind", "emails-primary"),
    *("phones-0-value", "websites-0-value", "websites-7-kind", "addresses-0-city", "addresses-x-city", "emails-0"),
]


@LIMITS
@given(form=st.dictionaries(st.sampled_from(FIELDS), anything, max_size=5))
def test_the_form_takes_any_text(make: Maker, form: dict[str, str]) -> None:
    """Quality: no input gives a 500; the form comes again, or the contact is made and can be opened."""
    page = make.once("page", "nino")
    answer = page.post("/contacts/add", person() | form)
    assert answer.status_code in (200, 302, 400), (answer.status_code, form)
    if answer.status_code == 302:
        assert page.get(answer.headers["Location"]).status_code == 200


def test_very_many_rows(make: Maker) -> None:
    """CON-03: many of each, with an end: 51 emails are refused with a sentence, 50 are kept."""
    emails = [f"a{i}@example.com" for i in range(51)]
    rest = make.rest("nino")
    assert rest.post(REST, {"first_name": "M", "last_name": "R", "emails": emails}).status_code == 400
    assert (
        len(rest.post(REST, {"first_name": "M", "last_name": "R", "emails": emails[:50]}).json["result"]["emails"])
        == 50
    )
    form = person(**channels("emails", *emails))
    assert "a50@example.com" in make.page("nino").post("/contacts/add", form).get_data(as_text=True)
