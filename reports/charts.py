"""The picture of a table: bars in parts, measured here once, drawn as SVG on the page and as cells in mail and PDF."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from reports.tables import Chart, Table, labels_of, shown

MOST_BARS, MOST_PARTS = 24, 6


@dataclass(frozen=True)
class Part:
    """A piece of a bar: which series, and where it begins and how long it is, in percent of the plot's width."""

    series: int
    start: float
    width: float


@dataclass(frozen=True)
class Bar:
    """One bar and what is written before and behind it."""

    label: str
    value: str
    parts: list[Part]


@dataclass(frozen=True)
class Picture:
    """Bars from above; `series` are the names of their parts, none where bars have one part. `zero`: where nothing
    lies, in percent; `more`: how many bars are left out."""

    title: str
    bars: list[Bar]
    series: list[str]
    zero: float
    more: int


def picture(table: Table) -> Picture | None:
    """The picture that a table asks for; None where there is nothing to draw."""
    chart = table.chart
    if chart is None or not any(row[chart.value] for row in table.rows):
        return None
    series = _series(table, chart)
    heights = _heights(table, chart, series)
    shown_bars = list(heights.items())[-MOST_BARS:]
    low = min(sum(min(v, Decimal(0)) for v in parts.values()) for _label, parts in shown_bars)
    high = max(sum(max(v, Decimal(0)) for v in parts.values()) for _label, parts in shown_bars)
    scale = 100 / float((high - low) or 1)
    zero = -float(low) * scale
    value = table.columns[chart.value]
    bars = [
        Bar(label, shown(sum(parts.values()), value.kind, table.currency), list(_parts(parts, zero, scale)))
        for label, parts in shown_bars
    ]
    return Picture(value.label, bars, series if chart.split is not None else [], zero, len(heights) - len(bars))


def _series(table: Table, chart: Chart) -> list[str]:
    """The names of the parts, the largest first, those too many in one."""
    if chart.split is None:
        return [""]
    sums: dict[str, Any] = {}
    for name, row in zip(labels_of(table, chart.split), table.rows, strict=True):
        sums[name] = sums.get(name, 0) + abs(row[chart.value] or 0)
    names = sorted(sums, key=lambda name: -sums[name])
    return names if len(names) <= MOST_PARTS else [*names[: MOST_PARTS - 1], _("Others")]


def _heights(table: Table, chart: Chart, series: list[str]) -> dict[str, dict[int, Decimal]]:
    found: dict[str, dict[int, Decimal]] = {}
    splits = labels_of(table, chart.split) if chart.split is not None else [""] * len(table.rows)
    for label, split, row in zip(labels_of(table, chart.label), splits, table.rows, strict=True):
        place = series.index(split) if split in series else len(series) - 1
        parts = found.setdefault(label, {})
        parts[place] = parts.get(place, Decimal(0)) + Decimal(row[chart.value] or 0)
    return found


def _parts(parts: dict[int, Decimal], zero: float, scale: float) -> Iterator[Part]:
    """Positive pieces to the right of zero, one behind the other; negative ones to the left of it."""
    right = left = zero
    for series, value in sorted(parts.items()):
        width = abs(float(value)) * scale
        if value < 0:
            left -= width
        yield Part(series, round(left if value < 0 else right, 3), round(width, 3))
        right += width if value > 0 else 0
