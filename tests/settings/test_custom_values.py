"""What a value of a custom field may be: one normal form for equal values, a sentence for all else (SET-08)."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settings.values import FieldKind, clean

OPTIONS = ("Oro", "Argento", "Città d'arte")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
AMOUNTS = st.decimals(min_value=-(10**14), max_value=10**14, places=2)


@given(st.sampled_from(list(FieldKind)), JSON)
def test_anything_is_judged(kind: FieldKind, value: Any) -> None:
    """SET-08: whatever comes, it is refused with a sentence or becomes plain JSON that is its own normal form."""
    try:
        normal = clean(kind, value, OPTIONS)
    except ValueError:
        return
    assert json.loads(json.dumps(normal, allow_nan=False)) == normal
    assert clean(kind, normal, OPTIONS) == normal


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=6))
def test_numbers_are_exact(number: Decimal) -> None:
    """SET-08: however it is written, an equal number has an equal form, and not a digit is lost."""
    forms = {
        clean(FieldKind.NUMBER, written)
        for written in (number, f"{number:f}", f"{number.normalize():f}", f" {number:f} ")
    }
    assert len(forms) == 1
    assert Decimal(forms.pop()) == number


@given(AMOUNTS)
def test_money_is_exact_with_its_currency(amount: Decimal) -> None:
    """SET-08: amount and currency, the default one where none is said; cents stay."""
    assert clean(FieldKind.MONEY, amount) == {"amount": f"{amount if amount else abs(amount):.2f}", "currency": "EUR"}
    dollars = clean(FieldKind.MONEY, {"amount": f"{amount:f}", "currency": "usd"})
    assert (Decimal(dollars["amount"]), dollars["currency"]) == (amount, "USD")


@given(st.dates())
def test_days(day: dt.date) -> None:
    """SET-08: a day is ISO 8601, from a date or as text."""
    assert clean(FieldKind.DATE, day) == clean(FieldKind.DATE, day.isoformat()) == day.isoformat()


@pytest.mark.parametrize("kind", [k for k in FieldKind if k != FieldKind.HEADING])
@pytest.mark.parametrize("empty", [None, "", "  \t"])
def test_empty_is_no_value(kind: FieldKind, empty: Any) -> None:
    """SET-08: nothing is nothing, of each kind."""
    assert clean(kind, empty, OPTIONS) is None


@pytest.mark.parametrize(
    ("kind", "value", "normal"),
    [
        (FieldKind.TEXT, "  a   b ", "a b"),
        (FieldKind.TEXT, 12, "12"),
        (FieldKind.LONG_TEXT, "a\r\nb ", "a\nb"),
        (FieldKind.CHOICE, "oro", "Oro"),
        (FieldKind.CHOICE, "CITTÀ D'ARTE", "Città d'arte"),
        (FieldKind.CHECKBOX, "True", True),
        (FieldKind.CHECKBOX, False, False),
        (FieldKind.NUMBER, "-0", "0"),
        (FieldKind.NUMBER, "+007.50", "7.5"),
        (FieldKind.NUMBER, 0.1, "0.1"),
        (FieldKind.NUMBER, 1e3, "1000"),
        (FieldKind.MONEY, {"amount": 3}, {"amount": "3.00", "currency": "EUR"}),
        (FieldKind.MONEY, {"amount": "300", "currency": "JPY"}, {"amount": "300", "currency": "JPY"}),
        (FieldKind.MONEY, {"amount": ""}, None),
        (FieldKind.LINK, "www.rossi.it/chi", "https://www.rossi.it/chi"),
        (FieldKind.LINK, "HTTP://rossi.it", "HTTP://rossi.it"),
    ],
)
def test_normal_forms(kind: FieldKind, value: Any, normal: Any) -> None:
    """SET-08: what people write, as it is stored."""
    assert clean(kind, value, OPTIONS) == normal


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FieldKind.TEXT, "x" * 1001),
        (FieldKind.TEXT, "a\0b"),
        (FieldKind.TEXT, {"a": 1}),
        (FieldKind.TEXT, True),
        (FieldKind.LONG_TEXT, "x" * 100_001),
        (FieldKind.CHOICE, "Platino"),
        (FieldKind.CHECKBOX, "forse"),
        (FieldKind.CHECKBOX, 1),
        (FieldKind.DATE, "24/11/2026"),
        (FieldKind.DATE, "2026-02-30"),
        (FieldKind.DATE, "20261124"),
        (FieldKind.DATE, 20261124),
        (FieldKind.NUMBER, "1,5"),
        (FieldKind.NUMBER, "NaN"),
        (FieldKind.NUMBER, float("inf")),
        (FieldKind.NUMBER, "1e5"),
        (FieldKind.NUMBER, "٣"),
        (FieldKind.NUMBER, "9" * 16),
        (FieldKind.MONEY, "1.234"),
        (FieldKind.MONEY, {"amount": "1", "currency": "XXXX"}),
        (FieldKind.MONEY, {"amount": "1", "tip": "2"}),
        (FieldKind.MONEY, {"amount": "1.5", "currency": "JPY"}),
        (FieldKind.LINK, "javascript:alert(1)"),
        (FieldKind.LINK, "data:text/html,x"),
        (FieldKind.LINK, "https://a b"),
        (FieldKind.LINK, "https:\\\\evil.example"),
        (FieldKind.LINK, "https://"),
        (FieldKind.LINK, "rossi"),
        (FieldKind.HEADING, "x"),
    ],
)
def test_refusals(kind: FieldKind, value: Any) -> None:
    """SET-08: what is no value of the kind is refused."""
    with pytest.raises(ValueError, match=r".") as refused:
        clean(kind, value, OPTIONS)
    assert type(refused.value) is ValueError
