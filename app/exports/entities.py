"""The entities that can be exported, one `add` each: opportunities, cases and tasks in the columns that an import
of them knows."""

from typing import Any

from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload, lazyload, selectinload

from app.cases import queries as cases
from app.cases.models import Case
from app.contacts.models import Contact
from app.contacts.queries import FilterContactSearch
from app.contacts.queries import interface as contacts
from app.core.finding import FilterSearch
from app.core.interface import CrmInterface
from app.exports.cells import email_of, flag, named, reached, several, text, user
from app.exports.contacts import ContactTable
from app.exports.sources import Source, add, plain
from app.history.models import PARENTS, HistoryEvent
from app.invoices.models import Invoice, InvoiceLine
from app.invoices.queries import FilterInvoiceSearch
from app.invoices.queries import interface as invoices
from app.opportunities.models import Opportunity
from app.opportunities.queries import interface as opportunities
from app.projects.models import Project
from app.projects.queries import interface as projects
from app.tasks import queries as tasks
from app.tasks.lists import FilterGroup, FilterWhose
from app.tasks.models import LINKS, Task

IMPORTED = {"imported": ("import_run_id", FilterEqual)}
SEARCHED = {"q": ("search", FilterSearch)}


CONTACT = {"contact": text("contact"), "contact_email": email_of("contact")}
AUDIENCE = {"private": flag("private"), "owner": user}
OTHERS = [name for name in LINKS if name != "contact"]


def reaching(model: type[Any], *names: str) -> list[Any]:
    """Linked contacts with what they are reached by: two statements a name for a slice."""
    return [selectinload(getattr(model, name)).options(lazyload("*"), selectinload(Contact.channels)) for name in names]


def links(model: type[Any], *names: str) -> list[Any]:
    """Linked records that a row names: one statement for a slice."""
    return [joinedload(getattr(model, name)).lazyload("*") for name in names]


add(
    Source(
        "contacts",
        _l("Contacts"),
        Contact,
        "ContactView",
        "Contact",
        contacts,
        ContactTable,
        searches={"q": ("search", FilterContactSearch), **IMPORTED},
        order=(Contact.kind,),  # companies before their persons, so that an import of the file keeps its order
    )
)
add(
    Source(
        "opportunities",
        _l("Opportunities"),
        Opportunity,
        "OpportunityView",
        "Opportunity",
        opportunities,
        plain(
            Opportunity,
            {
                "title": text("title"),
                **CONTACT,
                **named(("stage", "probability", "amount", "currency", "budget_type", "periods")),
                **named(("total", "expected_close", "closed_on", "lost_reason", "description")),
                "participants": reached("participants"),
                "tags": several("tags"),
                **AUDIENCE,
            },
            [*links(Opportunity, "stage", "lost_reason"), *reaching(Opportunity, "contact", "participants")],
            "opportunity",
            shared=True,
        ),
        searches={**SEARCHED, **IMPORTED},
    )
)
add(
    Source(
        "projects",
        _l("Projects"),
        Project,
        "ProjectView",
        "Project",
        projects,
        plain(
            Project,
            named(("title", "status", "start_on", "end_on", "opportunity", "contact", "description"))
            | {"private": flag("private"), "owner": user},
            links(Project, "opportunity", "contact"),
        ),
        searches=SEARCHED,
    )
)
add(
    Source(
        "cases",
        _l("Cases"),
        Case,
        "CaseView",
        "Case",
        cases.interface,
        plain(
            Case,
            named(("title", "description"))
            | {
                "participants": reached("participants"),
                "closed": lambda case: "yes" if case.closed_at else "no",
                "tags": several("tags"),
                **AUDIENCE,
            },
            reaching(Case, "participants"),
            "case",
            shared=True,
        ),
        searches={**SEARCHED, **IMPORTED, "state": ("closed", cases.FilterState)},
    )
)
add(
    Source(
        "tasks",
        _l("Tasks"),
        Task,
        "TaskView",
        "Task",
        tasks.interface,
        plain(
            Task,
            named(("title", "category"))
            | CONTACT
            | named([*OTHERS, "due_on", "due_time"])
            | {"reminder": lambda task: "never" if task.reminder is None else task.reminder}
            | named(("rule", "description"))
            | {"closed": flag("is_closed"), "owner": user},
            [*links(Task, "category", *OTHERS), *reaching(Task, "contact")],
        ),
        searches={
            "q": ("search", tasks.FilterSearch),
            **IMPORTED,
            "who": ("owner", FilterWhose),
            "group": ("title", FilterGroup),
            **{name: (name, tasks.FilterKey) for name in ("category", *LINKS)},
        },
        filters=("due_on", "due_at", "closed_at", "created_at", "changed_at", "category", "owner", *LINKS),
    )
)
add(
    Source(
        "invoices",
        _l("Invoices"),
        Invoice,
        "InvoiceView",
        "Invoice",
        invoices,
        plain(
            Invoice,
            named(("number", "kind", "status", "date", "due_date", "client_name", "opportunity", "order_number"))
            | named(("currency", "net", "tax", "total", "paid", "language", "terms", "notes")),
            links(Invoice, "opportunity"),
        ),
        searches={"q": ("search", FilterInvoiceSearch)},
    )
)
add(
    Source(
        "invoice_lines",
        _l("Lines of invoices"),
        InvoiceLine,
        "",
        "Invoice",
        lambda: CrmInterface(InvoiceLine),
        plain(
            InvoiceLine,
            named(("invoice", "position", "name", "description", "quantity", "price", "discount", "net")),
            links(InvoiceLine, "invoice"),
        ),
        order=(InvoiceLine.invoice_id, InvoiceLine.position),
    )
)
add(
    Source(
        "history",
        _l("History"),
        HistoryEvent,
        "",
        "HistoryEvent",
        lambda: CrmInterface(HistoryEvent),
        plain(
            HistoryEvent,
            named((*PARENTS, "happened_at", "category", "verb", "text"))
            | {"by": lambda event: event.author.username if event.author else None},
            links(HistoryEvent, *PARENTS, "category", "author"),
        ),
    )
)
