"""Jobs of the mailing room."""

from app.core import access
from app.core.db import db
from app.core.jobs import claim
from app.mailing import message, servers, service, smtp
from app.mailing.models import MailState, OutgoingMail
from workers.context import job


@job("mailing.deliver")
def deliver(mail_id: int) -> None:
    """Send one mail. It is marked as being sent before, in a transaction of its own: two workers never both send it,
    and what a killed one leaves is doubt, not a second mail."""
    with access.acting_as(access.SYSTEM):
        server = servers.present()
        if server is None or not service.is_due(mail_id):
            return
        taken = {"attempts": OutgoingMail.attempts + 1}
        if not claim(OutgoingMail, mail_id, [MailState.WAITING], MailState.SENDING, **taken):
            return
        mail = db.session.get_one(OutgoingMail, mail_id)
        token, attempts = mail.claimed_at, mail.attempts
        result = _sent(mail, server)
        service.settle(mail_id, token, attempts, result)
        db.session.commit()


def _sent(mail: OutgoingMail, server: smtp.Server) -> smtp.Result:
    try:
        recipient, content = mail.recipient, message.build(mail, server.sender, server.sender_name)
    except ValueError as error:
        return smtp.Result(MailState.REFUSED, str(error))
    db.session.commit()  # the server may think for minutes: hold no connection to the database meanwhile
    return smtp.send(server, recipient, content)
