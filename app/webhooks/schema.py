"""What a telling says: the record in its REST shape, as the webhook's owner sees it."""

import json
from typing import Any

from marshmallow import Schema
from sqlalchemy import select

from app.cases.models import Case
from app.cases.schema import CaseSchema
from app.contacts.models import Contact
from app.contacts.schema import ContactSchema
from app.core.db import db
from app.invoices.models import Invoice
from app.invoices.schema import InvoiceSchema
from app.opportunities.models import Opportunity
from app.opportunities.schema import OpportunitySchema
from app.projects.models import Project
from app.projects.schema import ProjectSchema
from app.tasks.models import Task
from app.tasks.schema import TaskSchema
from app.webhooks.models import Delivery

SHAPES: dict[str, tuple[type[Any], Schema]] = {
    "contact": (Contact, ContactSchema()),
    "opportunity": (Opportunity, OpportunitySchema()),
    "case": (Case, CaseSchema()),
    "project": (Project, ProjectSchema()),
    "task": (Task, TaskSchema()),
    "invoice": (Invoice, InvoiceSchema()),
}


def body(delivery: Delivery) -> str | None:
    """The JSON text; None where the actor does not see the record. Of a binned one its id alone is told."""
    said: dict[str, Any] = {
        "id": delivery.id,
        "event": delivery.event,
        "created_at": delivery.created_at.isoformat(),
        "changed": list(delivery.fields),
        "data": None,
    }
    if delivery.entity in SHAPES:
        said["data"] = {"id": delivery.record_id}
        if not delivery.event.endswith(".deleted"):
            model, schema = SHAPES[delivery.entity]
            row = db.session.scalar(select(model).where(model.id == delivery.record_id))
            if row is None:
                return None
            said["data"] = schema.dump(row)
    return json.dumps(said, ensure_ascii=False)
