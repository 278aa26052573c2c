"""What this room hangs on the lists of others: the chosen ones as a file (CON-09, IMP-07)."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core import operations
from app.core.errors import RuleBroken
from app.core.operations import Ask, Operation
from app.exports import service
from app.exports.models import Format

MOST = 20_000  # records named one by one
FORMATS = [(Format.CSV.value, "CSV"), (Format.XLSX.value, "Excel")]


def register() -> None:
    """Hang it."""
    asks = (Ask("format", _l("Format"), "choice", choices=lambda: list(FORMATS)),)
    export = Operation("export", _l("Export…"), "download", hand_over=_contacts, asks=asks, permission="read", place=22)
    operations.add("contact", export)


def _contacts(ids: list[int], values: dict[str, Any]) -> str:
    if len(ids) > MOST:
        raise RuleBroken({"": _("More than %(n)s: filter the list and export it as a whole.", n=f"{MOST:,}")})
    service.start("contacts", values["format"], {"ids": [str(key) for key in ids]})
    return "/exports/"
