"""The entities that can be exported, one `add` each."""

from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_babel import lazy_gettext as _l

from app.contacts.models import Contact
from app.contacts.queries import FilterContactSearch
from app.contacts.queries import interface as contacts
from app.exports.contacts import ContactTable
from app.exports.sources import Source, add

add(
    Source(
        "contacts",
        _l("Contacts"),
        Contact,
        "ContactView",
        "Contact",
        contacts,
        ContactTable,
        searches={"q": ("search", FilterContactSearch), "imported": ("import_run_id", FilterEqual)},
        order=(Contact.kind,),  # companies before their persons, so that an import of the file keeps its order
    )
)
