"""What a webhook can be told of: `entity.kind`, with what people call it."""

from typing import Any

from flask_babel import lazy_gettext as _l

ENTITIES: dict[str, Any] = {
    "contact": _l("Contacts"),
    "opportunity": _l("Opportunities"),
    "case": _l("Cases"),
    "project": _l("Projects"),
    "task": _l("Tasks"),
    "invoice": _l("Invoices"),
}
KINDS: dict[str, Any] = {
    "created": _l("created"),
    "changed": _l("changed"),
    "moved": _l("moved to another stage"),
    "form": _l("sent in by a website form"),
    "done": _l("done"),
    "billed": _l("billed"),
    "paid": _l("paid"),
    "rejected": _l("rejected"),
    "deleted": _l("moved to the bin"),
    "restored": _l("restored from the bin"),
}
USUAL = ("created", "changed", "deleted", "restored")
OWN = {"contact": ("form",), "opportunity": ("moved",), "task": ("done",), "invoice": ("billed", "paid", "rejected")}
EVENTS: dict[str, tuple[str, str]] = {
    f"{entity}.{kind}": (entity, kind)
    for entity in ENTITIES
    for kind in KINDS
    if kind in USUAL or kind in OWN.get(entity, ())
}
