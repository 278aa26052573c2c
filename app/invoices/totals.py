"""The only arithmetic on invoices. Pure: lines go in, amounts come out; pages, PDF, REST and XML show what is stored.

SPEC, INV: net of a line = round(quantity × price × (1 − discount %)); tax per rate, on the sum of the nets at that
rate, rounded once; two taxes on one line both apply to its net; total = nets + taxes. Rounding is half-up to the
currency's minor unit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from app.core.money import round_money

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Rate:
    """A tax as a line carries it: percent, and the name it is shown under."""

    percent: Decimal
    name: str = ""


@dataclass(frozen=True)
class Line:
    """What the amounts of one line depend on. `discount` is a percentage."""

    quantity: Decimal
    price: Decimal
    discount: Decimal = Decimal(0)
    taxes: Sequence[Rate] = ()


@dataclass(frozen=True)
class TaxSum:
    """All there is to pay at one rate: on what, and how much."""

    percent: Decimal
    name: str
    base: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Totals:
    """`nets` in the order of the lines."""

    nets: tuple[Decimal, ...]
    taxes: tuple[TaxSum, ...]
    net: Decimal
    tax: Decimal
    total: Decimal


def line_net(line: Line, currency: str) -> Decimal:
    """What the line costs without taxes."""
    with localcontext(prec=60):  # exact until it is rounded
        return round_money(line.quantity * line.price * (1 - line.discount / HUNDRED), currency)


def totals(lines: Iterable[Line], currency: str) -> Totals:
    """The amounts of an invoice, in `currency` (ISO 4217)."""
    lines = list(lines)
    nets = tuple(line_net(line, currency) for line in lines)
    taxes = tuple(_tax_sums(lines, nets, currency))
    net = sum(nets, round_money(Decimal(0), currency))
    tax = sum((t.amount for t in taxes), round_money(Decimal(0), currency))
    return Totals(nets, taxes, net, tax, net + tax)


def _tax_sums(lines: Sequence[Line], nets: Sequence[Decimal], currency: str) -> Iterable[TaxSum]:
    """One sum a rate, highest rate first; names that share a rate stand together."""
    bases: dict[Decimal, Decimal] = {}
    names: dict[Decimal, dict[str, None]] = {}
    for line, net in zip(lines, nets, strict=True):
        for rate in line.taxes:
            percent = rate.percent.normalize()
            bases[percent] = bases.get(percent, Decimal(0)) + net
            names.setdefault(percent, {})[rate.name] = None
    for percent in sorted(bases, reverse=True):
        name = ", ".join(filter(None, names[percent]))
        yield TaxSum(percent, name, bases[percent], round_money(bases[percent] * percent / HUNDRED, currency))
