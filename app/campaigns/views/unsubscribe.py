"""Where the links of mass mail lead (RFC 8058): looking at the page changes nothing, a POST does, be it the button's or
a mail program's. Open to everybody who has the link, signed in or not, in the language of the reader's browser.
"""

from typing import Any

from flask_appbuilder import BaseView, expose
from werkzeug.exceptions import NotFound

from app.campaigns import suppression
from app.campaigns.models import MailingRecipient
from app.core import access
from app.core.db import db


class UnsubscribeView(BaseView):
    """A signed link stands for its receiver, and for nothing else."""

    route_base = "/unsubscribe"
    class_permission_name = "Unsubscribe"

    @expose("/<token>", methods=["GET"])
    def ask(self, token: str) -> Any:
        """What the button would do."""
        return self._page(_meant(token), done=False)

    @expose("/<token>", methods=["POST"])
    def do(self, token: str) -> Any:
        """Do it; twice is once."""
        recipient = _meant(token)
        if recipient is not None:
            with access.acting_as(access.SYSTEM):
                suppression.unsubscribe(recipient)
                db.session.commit()
        return self._page(recipient, done=True)

    def _page(self, recipient: MailingRecipient | None, done: bool) -> Any:
        return self.render_template(
            "campaigns/unsubscribe.html", email=recipient.email if recipient else None, done=done
        )


def _meant(token: str) -> MailingRecipient | None:
    """The recipient; None for the link of a preview. Raises NotFound for a token that we did not make."""
    meant = suppression.meant_by(token)
    if meant == suppression.SAMPLE:
        return None
    with access.acting_as(access.SYSTEM):
        recipient = db.session.get(MailingRecipient, meant) if meant is not None else None
        if recipient is None:
            raise NotFound
        db.session.expunge(recipient)
    return recipient
