"""What the pages of an upload offer, and what their forms send back."""

from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l

from app.core.db import db
from app.core.people import User, user_named
from app.imports import service
from app.imports.models import ImportRun
from importers.dialect import DELIMITERS, ENCODINGS, QUOTES
from importers.errors import Refused
from importers.fields import FIELDS, Field
from importers.flat import SETTLED
from importers.options import DUPLICATES, MATCHES

GROUPS = {
    "email": _l("Emails"),
    "phone": _l("Phones"),
    "website": _l("Websites and social networks"),
    "address": _l("Addresses"),
    "custom": _l("Custom fields"),
}


@dataclass(frozen=True)
class Words:
    """How a kind of record is spoken of on the pages of an import, and where its list and its records are shown."""

    label: Any
    heading: Any  # of the pages
    one: Any
    when: Any  # question for what is there already
    same: Any
    undone: Any
    list: str
    show: str


WORDS = {
    "contacts": Words(
        _l("Contacts"),
        _l("Import contacts"),
        _l("The contact"),
        _l("When a contact is there already"),
        _l("It is the same contact when it has"),
        _l("%(removed)s contacts went to the bin, %(restored)s are as they were before. Left as they are: %(kept)s."),
        "ContactView.list",
        "ContactView.show",
    ),
    "opportunities": Words(
        _l("Opportunities"),
        _l("Import opportunities"),
        _l("The opportunity"),
        _l("When an opportunity is there already"),
        _l("It is the same opportunity when it has the same title and the same contact."),
        _l(
            "%(removed)s opportunities went to the bin, %(restored)s are as they were before. "
            "Left as they are: %(kept)s."
        ),
        "OpportunityView.list",
        "OpportunityView.show",
    ),
    "tasks": Words(
        _l("Tasks"),
        _l("Import tasks"),
        _l("The task"),
        _l("When a task is there already"),
        _l("It is the same task when it has the same title, the same day and the same contact."),
        _l("%(removed)s tasks went to the bin, %(restored)s are as they were before. Left as they are: %(kept)s."),
        "TaskView.list",
        "TaskView.show",
    ),
    "cases": Words(
        _l("Cases"),
        _l("Import cases"),
        _l("The case"),
        _l("When a case is there already"),
        _l("It is the same case when it has the same title."),
        _l("%(removed)s cases went to the bin, %(restored)s are as they were before. Left as they are: %(kept)s."),
        "CaseView.list",
        "CaseView.show",
    ),
}
FIRST_LINES = 15  # lines offered as that of the headings
NO_HEADINGS = "none"


def reading(run: ImportRun) -> dict[str, Any]:
    """Choices of the reading step, and the first rows."""
    lines = [(NO_HEADINGS, _l("The file has no headings")), *((str(n), n + 1) for n in range(FIRST_LINES))]
    return {
        "encodings": ENCODINGS,
        "delimiters": DELIMITERS,
        "quotes": QUOTES,
        "lines": lines,
        **first_rows(run),
    }


def first_rows(run: ImportRun) -> dict[str, Any]:
    """Headings and the first 20 rows; none where the file can't be read so."""
    try:
        seen = service.preview(run)
    except Refused as refused:
        return {"headings": [], "rows": [], "unreadable": str(refused)}
    return {"headings": seen.headings, "rows": seen.rows, "unreadable": None}


def posted_dialect(run: ImportRun) -> dict[str, Any]:
    """The choices of the reading form."""
    if run.dialect["kind"] != "csv":
        return {"header_line": _line()}
    form = request.form
    tab = {"tab": "\t"}
    return {
        "encoding": form.get("encoding", run.dialect["encoding"]),
        "delimiter": tab.get(form.get("delimiter", ""), form.get("delimiter", run.dialect["delimiter"])),
        "quotechar": form.get("quotechar", run.dialect["quotechar"]),
        "header_line": _line(),
    }


def _line() -> int | None:
    line = request.form.get("header_line", "0")
    return int(line) if line.isdigit() and len(line) < 8 else None


def columns(run: ImportRun) -> dict[str, Any]:
    """Each column with its heading, samples and present field; the fields in groups."""
    samples = service.preview(run).samples
    rows = [{**c, "samples": samples[c["column"]][:3] if c["column"] < len(samples) else []}
            for c in run.mapping["columns"]]  # fmt: skip
    return {"columns": rows, "groups": field_groups(run.kind)}


def field_groups(kind: str) -> list[tuple[Any, list[Field]]]:
    """The fields of a kind of record, as groups of a select."""
    grouped: dict[str, list[Field]] = {"": [], **{name: [] for name in GROUPS}}
    for field in FIELDS[kind]:
        prefix = field.name.split("_")[0] if kind == "contacts" else ""
        grouped[prefix if prefix in GROUPS else ""].append(field)
    grouped["custom"] = [Field(f.name, f.label) for f in service.custom_fields(kind)]
    return [(GROUPS.get(name, WORDS[kind].one), fields) for name, fields in grouped.items() if fields]


def posted_columns(run: ImportRun) -> list[dict[str, Any]]:
    """The mapping as `importers.mapping.parse` takes it; what belongs to an unchanged column is kept."""
    posted = []
    for column in run.mapping["columns"]:
        position = column["column"]
        field = request.form.get(f"column-{position}", "")
        same = field == column["field"]
        extra = {k: column[k] for k in ("group", "kind_from") if same and column[k] is not None}
        posted.append({"column": position, "field": field or None, **extra})
    return posted


def options(run: ImportRun) -> dict[str, Any]:
    """The policies, and who is responsible now."""
    owner = user_named(run.options["owner"]) if run.options["owner"] else run.owner
    chosen = (owner.id, owner.get_full_name()) if owner else None
    asked = {"dates": bool(mapped_kinds(run) & {"date"}), "amounts": bool(mapped_kinds(run) & {"number", "money"})}
    return {"duplicates": DUPLICATES, "matches": MATCHES, "chosen": run.options, "owner": chosen, **asked}


def mapped_kinds(run: ImportRun) -> set[str]:
    """What the chosen columns hold that can be read in two ways: "date", "number", "money"."""
    kinds = SETTLED | {field.name: field.kind for field in service.custom_fields(run.kind)}
    return {kinds[column["field"]] for column in run.mapping["columns"] if column["field"] in kinds}


def posted_options() -> dict[str, Any]:
    """The choices of the options form."""
    form = request.form
    day_first = {"day": True, "month": False}.get(form.get("day_first", ""))
    return {
        "duplicates": form.get("duplicates", ""),
        "match": form.get("match", "email"),
        "private": form.get("access") != "open",
        "owner": _user_name(form.get("owner", "")),
        "tags": form.getlist("tags"),
        "single_name_as_last": "single_name_as_last" in form,
        "day_first": day_first,
        "decimal": form.get("decimal") or None,
    }


def _user_name(chosen: str) -> str | None:
    user = db.session.get(User, int(chosen)) if chosen.isdigit() and len(chosen) < 10 else None
    return user.username if user else None
