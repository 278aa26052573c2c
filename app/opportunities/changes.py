"""What an opportunity's history tells of a change: its fields before and after, in words that each reader may read."""

from contextlib import AbstractContextManager
from typing import Any

from flask_babel import lazy_gettext as _l

from app.core import money
from app.core.db import db
from app.history import recording, words
from app.opportunities.models import Opportunity, Stage
from app.settings.models import PickValue

BUDGETS = {
    "fixed": "Fixed price",
    "hour": "Per hour",
    "day": "Per day",
    "week": "Per week",
    "month": "Per month",
    "year": "Per year",
}
# The same words, so that the catalogues hold them.
BUDGET_LABELS = {
    "fixed": _l("Fixed price"),
    "hour": _l("Per hour"),
    "day": _l("Per day"),
    "week": _l("Per week"),
    "month": _l("Per month"),
    "year": _l("Per year"),
}
words.FIELDS["opportunity"] = {
    **recording.LABELS,
    "contact": _l("Contact"),
    "participants": _l("Participants"),
    "stage": _l("Stage"),
    "probability": _l("Probability"),
    "amount": _l("Amount"),
    "budget_type": _l("Budget"),
    "periods": _l("Periods"),
    "expected_close": _l("Expected close"),
    "closed_on": _l("Closed on"),
    "lost_reason": _l("Reason of loss"),
}


def recorded(opportunity: Opportunity) -> AbstractContextManager[None]:
    """Put into the history what the block does to an opportunity, new or not (HIS-02). Flushes."""
    return recording.recorded(opportunity, snapshot, kept, moves="stage")


def snapshot(row: Opportunity) -> dict[str, Any]:
    """What can be compared of an opportunity."""
    amount = {"amount": money.plain(row.amount, row.currency), "currency": row.currency} if row.amount else None
    days = {name: day.isoformat() if (day := getattr(row, name)) else None for name in ("expected_close", "closed_on")}
    return {
        **recording.usual(row),
        **days,
        "contact": row.contact_id,
        "stage": row.stage_id,
        "probability": row.probability,
        "amount": amount,
        "budget_type": row.budget_type,
        "periods": row.periods,
        "lost_reason": row.lost_reason_id,
        "participants": sorted(contact.id for contact in row.participants),
    }


def kept(field: str, value: Any) -> Any:
    """As `history.words` keeps it."""
    if value is None or value == []:
        return None
    match field:
        case "contact":
            return {"contact": value}
        case "participants":
            return [{"contact": key} for key in value]
        case "stage":
            return {"word": db.session.get_one(Stage, value).name}
        case "lost_reason":
            return {"word": db.session.get_one(PickValue, value).name}
        case "budget_type":
            return {"word": BUDGETS[value]}
        case "amount":
            return {"custom": value, "kind": "money"}
        case "expected_close" | "closed_on":
            return {"custom": value, "kind": "date"}
        case "probability":
            return f"{value} %"
        case "periods":
            return str(value)
    return recording.kept(field, value)
