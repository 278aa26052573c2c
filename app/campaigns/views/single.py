"""A mail to one contact, from its page (MAIL-05)."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from app.campaigns import audience, forms, mail_templates, merging, single, suppression
from app.contacts.models import Medium
from app.core.roles import ThreeVerbs
from app.core.views import stored


class SingleView(ThreeVerbs, BaseView):
    """Everybody who may write in the CRM."""

    route_base = "/campaigns/mail"
    class_permission_name = "SingleMail"
    level = "user"

    @expose("/<int:pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def add(self, pk: int) -> Any:
        """Write and send; `template` in the address fills it from one, with the contact's own words."""
        contact = audience.contacts([pk] if pk < 2**63 else []).get(pk)
        if contact is None:
            raise NotFound
        posted = request.form if request.method == "POST" else None
        chosen = mail_templates.found(request.args.get("template", type=int)) if posted is None else None
        form = forms.SingleForm(formdata=posted, data=single.filled(chosen, contact) if chosen else None)
        form.to.choices = [(email, email) for email in single.addresses(contact)]
        if posted is not None and stored(form, lambda: single.send(forms.data_of(form), contact)):
            flash(_("The mail is on its way"), "success")
            return redirect(url_for("ContactView.show", pk=pk, _anchor="tab-history"))
        gone = suppression.suppressed(email.normal for email in contact.of(Medium.EMAIL))
        page = self.render_template(
            "campaigns/single.html",
            contact=contact,
            form=form,
            fields=merging.offered(),
            templates=mail_templates.templates(),
            suppressed=gone,
        )
        return page, 400 if form.errors or form.form_errors else 200
