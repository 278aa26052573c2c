"""The formulae of SPEC, INV, on examples and on whatever hypothesis thinks of."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from app.core.money import currency_codes, minor_digits, round_money
from app.invoices.totals import Line, Rate, line_net, totals

D = Decimal
VAT = Rate(D(22), "IVA")
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD", "USD"])


def numbers(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(D(low), D(high), allow_nan=False, places=places)


RATES = st.builds(Rate, numbers("0", "100", 2), st.sampled_from(["IVA", "Cassa", ""]))
LINES = st.builds(
    Line,
    numbers("-9999", "99999", 4),
    numbers("0", "999999", 4),
    numbers("0", "100", 2),
    st.lists(RATES, max_size=2).map(tuple),
)


def exact(line: Line) -> Fraction:
    return Fraction(line.quantity) * Fraction(line.price) * (1 - Fraction(line.discount) / 100)


def rounded(value: Fraction, currency: str) -> Decimal:
    """Half away from zero, by whole numbers alone."""
    scale = 10 ** minor_digits(currency)
    units = int(abs(value) * scale + Fraction(1, 2))
    return D(units if value >= 0 else -units).scaleb(-minor_digits(currency))


def test_the_worked_example() -> None:
    """INV-04: SPEC's example, EUR."""
    got = totals([Line(D(3), D("19.99"), D(10), [VAT]), Line(D(1), D("100.05"), D(0), [VAT])], "EUR")
    assert got.nets == (D("53.97"), D("100.05"))
    assert (got.net, got.tax, got.total) == (D("154.02"), D("33.88"), D("187.90"))


def test_two_taxes_apply_to_the_net() -> None:
    """INV-04: neither is a tax on the other."""
    got = totals([Line(D(1), D(100), taxes=[VAT, Rate(D(4), "Cassa")])], "EUR")
    assert [(t.percent, t.base, t.amount) for t in got.taxes] == [(22, 100, 22), (4, 100, 4)]
    assert got.total == D(126)


def test_one_rate_is_rounded_once() -> None:
    """INV-04: three nets of 0.10 at 5 % are 0.02 together, and would be 0.03 one by one."""
    got = totals([Line(D(1), D("0.10"), taxes=[Rate(D("5.00"), name)]) for name in ("a", "b", "a")], "EUR")
    assert [(t.name, t.amount) for t in got.taxes] == [("a, b", D("0.02"))]


def test_minor_units() -> None:
    """INV-04: 0, 2 and 3 digits, halves go up."""
    assert line_net(Line(D(1), D("0.5")), "JPY") == 1
    assert line_net(Line(D(1), D("1.005")), "EUR") == D("1.01")
    assert line_net(Line(D(1), D("1.0005")), "KWD") == D("1.001")
    assert str(totals([], "KWD").total) == "0.000"
    assert {"EUR", "JPY", "KWD", "CHF"} <= set(currency_codes())
    assert not {"DEM", "ITL", "XAU"} & set(currency_codes())


@given(st.lists(LINES, max_size=12), CURRENCIES)
def test_against_fractions(lines: list[Line], currency: str) -> None:
    """INV-04: nets and taxes are the exact values rounded half-up once, and they add up."""
    got = totals(lines, currency)
    assert list(got.nets) == [rounded(exact(line), currency) for line in lines]
    for tax in got.taxes:
        at_rate = [
            net for line, net in zip(lines, got.nets, strict=True) for r in line.taxes if r.percent == tax.percent
        ]
        assert tax.base == sum(at_rate)
        assert tax.amount == rounded(Fraction(tax.base) * Fraction(tax.percent) / 100, currency)
    assert got.total == sum(got.nets) + sum(t.amount for t in got.taxes)
    assert got.net == sum(got.nets)


@given(st.lists(LINES, max_size=8), CURRENCIES, st.randoms())
def test_the_order_of_lines_changes_no_amount(lines: list[Line], currency: str, chance: object) -> None:
    """INV-04: lines may be reordered."""
    other = list(lines)
    chance.shuffle(other)  # type: ignore[attr-defined]
    one, two = totals(lines, currency), totals(other, currency)
    assert (one.net, one.tax, one.total) == (two.net, two.tax, two.total)


@given(numbers("-99999", "99999", 6), CURRENCIES)
def test_rounding_is_stable(amount: Decimal, currency: str) -> None:
    """A rounded amount is rounded."""
    once = round_money(amount, currency)
    assert round_money(once, currency) == once
    assert abs(once - amount) <= D(1).scaleb(-minor_digits(currency)) / 2
    assert once == amount.quantize(once, ROUND_HALF_UP)
