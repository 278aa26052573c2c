"""The import policy on the corpus (IMP-01, IMP-06): every row becomes what it must or is refused with its reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from importers import contacts, guessing, mapping, reading
from importers.errors import Refused
from importers.fields import CustomField
from importers.options import Options
from tests.importers.corpus import CASES, HERE, WORKBOOKS, Case, suffix

PLAIN = ("kind", "first_name", "last_name", "name", "title", "company", "type", "temperature", "description", "tags",
         "notes", "private", "owner", "custom")  # fmt: skip
ALL = [*CASES, *WORKBOOKS]


def summary(row: dict[str, Any]) -> dict[str, Any]:
    """The filled fields of a good row, channels as `kind value`, addresses as `kind|street|city|state|zip|country`."""
    found = {name: row[name] for name in PLAIN if row[name] not in (None, [], {})}
    for medium in ("email", "phone", "web"):
        channels = [c for c in row["channels"] if c["medium"] == medium]
        if channels:
            found[f"{medium}s"] = [f"{c['kind']} {c['value']}" for c in channels]
            assert sum(c["primary"] for c in channels) == 1
    if row["addresses"]:
        parts = ("kind", "street", "city", "state", "zip", "country")
        found["addresses"] = ["|".join(a[p] or "" for p in parts) for a in row["addresses"]]
        assert sum(a["primary"] for a in row["addresses"]) == 1
    return found


def read(path: Path, case: Case) -> tuple[dict[int, Any], dict[int, str]]:
    """Import as the product does, with the case's choices: good rows and reasons, by line."""
    dialect = reading.detect(path)
    if case.dialect:
        dialect = reading.redetect(path, case.dialect["encoding"])
    preview = reading.preview(path, dialect)
    custom = [CustomField(*c) for c in case.custom]
    if case.mapping is not None:
        chosen, _ = mapping.parse(case.mapping, preview.headings, custom)
    else:
        chosen = guessing.guess(preview.headings, preview.samples, custom, dialect.header_line is not None)
    options = contacts.settle(path, dialect, chosen, Options.from_json(case.options))
    total = reading.count_rows(path, dialect)
    good, bad = {}, {}
    for frame in reading.frames(path, dialect, size=2):
        cleaned = contacts.clean(frame, chosen, options)
        good |= {row["line"]: summary(row) for row in cleaned.good.to_dict("records")}
        bad |= {row["line"]: str(row["reason"]) for row in cleaned.problems.to_dict("records")}
    assert total == len(good) + len(bad)
    return good, bad


@pytest.mark.parametrize("case", ALL, ids=lambda c: c.name)
def test_outcome(case: Case) -> None:
    """IMP-01, IMP-03, IMP-06: counts exact, no row wrong, each refused row with its line and reason."""
    path = HERE / f"{case.name}.{suffix(case)}"
    if case.whole:
        with pytest.raises(Refused, match=case.whole):
            read(path, case)
        return
    good, bad = read(path, case)
    expected = {line: {k: v for k, v in row.items() if v != ""} for line, row in case.rows.items()}
    assert good == expected
    assert set(bad) == set(case.refused)
    assert all(case.refused[line] in reason for line, reason in bad.items()), bad


@pytest.mark.parametrize("case", [c for c in ALL if not c.whole], ids=lambda c: c.name)
def test_certainty(case: Case) -> None:
    """Policy 2: what the bytes prove is certain; where they don't, the person is asked to look."""
    assert reading.detect(HERE / f"{case.name}.{suffix(case)}").certain is case.certain


@pytest.mark.parametrize("case", ALL, ids=lambda c: c.name)
def test_files_are_those_of_the_builder(case: Case) -> None:
    """The corpus on disk is what the builder says; a workbook has a date of its own and is compared by outcome."""
    if case not in WORKBOOKS:
        assert (HERE / f"{case.name}.csv").read_bytes() == case.content
    stored = json.loads((HERE / f"{case.name}.json").read_text(encoding="utf-8"))
    assert stored == json.loads(json.dumps(case.outcome()))
