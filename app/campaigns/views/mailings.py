"""Mass mailings: written, watched, paused, resumed, cancelled (MAIL-02, MAIL-03)."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.campaigns import audience, forms, mail_templates, merging, service
from app.campaigns.models import Mailing, MailingState, Reason, RecipientState
from app.core.db import db
from app.core.errors import Conflict, RuleBroken
from app.core.interface import COUNT_CAP
from app.core.roles import ThreeVerbs
from app.core.views import asked_page, found_or_404, put_errors, stored
from app.mailing import servers
from app.settings.tags import choices as tag_choices

PAGE = 50
STATES = {
    MailingState.DRAFT: (_l("Draft"), "gray"),
    MailingState.QUEUED: (_l("Waits to begin"), "blue"),
    MailingState.RUNNING: (_l("Is being sent"), "indigo"),
    MailingState.PAUSED: (_l("Paused"), "orange"),
    MailingState.DONE: (_l("Sent"), "green"),
    MailingState.FAILED: (_l("Failed"), "red"),
    MailingState.CANCELLED: (_l("Cancelled"), "gray"),
}
RECIPIENT_STATES = {
    RecipientState.WAITING: (_l("Waits"), "blue"),
    RecipientState.SENDING: (_l("Being sent"), "indigo"),
    RecipientState.SENT: (_l("Sent"), "green"),
    RecipientState.REFUSED: (_l("Refused by the server"), "red"),
    RecipientState.DOUBT: (_l("In doubt"), "orange"),
    RecipientState.SKIPPED: (_l("Passed over"), "gray"),
}
REASONS = {
    Reason.NO_EMAIL: _l("No email"),
    Reason.INVALID: _l("No valid address"),
    Reason.DUPLICATE: _l("The same address as another one"),
    Reason.UNSUBSCRIBED: _l("Gets no mass mail any more"),
    Reason.GONE: _l("Not there any more"),
    Reason.CANCELLED: _l("Cancelled before"),
}


def mailing_or_404(pk: int) -> Mailing:
    """The mailing, or the same 404 for a missing and for a hidden one (ACC-06)."""
    return found_or_404(Mailing, pk)


class MailingView(ThreeVerbs, BaseView):
    """Administrators write to many."""

    route_base = "/campaigns"
    class_permission_name = "Mailing"
    level = "admin"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """All mailings, the latest first, with how far they are."""
        page = asked_page()
        found = service.mailings(PAGE + 1, page * PAGE)
        counts = service.counts(found)
        return self.render_template(
            "campaigns/list.html",
            mailings=found[:PAGE],
            more=len(found) > PAGE,
            page=page,
            counts=counts,
            states=STATES,
            problem=servers.problem(),
        )

    @expose("/new", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """To those with a tag, or to the contacts named by `ids` (many, or one text with commas)."""
        errors = {}
        if request.method == "POST":
            try:
                mailing = service.draft({"ids": _numbers("ids"), "tags": _numbers("tags")})
                db.session.commit()
                return redirect(url_for(".edit", pk=mailing.id))
            except RuleBroken as broken:
                db.session.rollback()
                errors = broken.errors
        page = self.render_template("campaigns/new.html", tags=tag_choices(), chosen=_numbers("tags"), errors=errors)
        return page, 400 if errors else 200

    @expose("/<int:pk>/edit", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: int) -> Any:
        """Write a draft; `template` in the address fills it from one."""
        mailing = mailing_or_404(pk)
        if mailing.state != MailingState.DRAFT:
            return redirect(url_for(".show", pk=pk))
        posted = request.form if request.method == "POST" else None
        form = forms.MailingForm(formdata=posted, obj=None if posted else mailing)
        if posted is not None and stored(form, lambda: service.save(forms.data_of(form), mailing)):
            return redirect(
                url_for("PreviewView.show", pk=pk) if "preview" in request.form else url_for(".edit", pk=pk)
            )
        if posted is None and (chosen := mail_templates.found(request.args.get("template", type=int))):
            form.subject.data, form.html.data = chosen.subject, chosen.html
        page = self.render_template(
            "campaigns/edit.html",
            mailing=mailing,
            form=form,
            fields=merging.offered(),
            templates=mail_templates.templates(),
            count=audience.count(mailing),
            with_email=audience.count(mailing, with_email=True),
            cap=COUNT_CAP,
        )
        return page, 400 if form.errors or form.form_errors else 200

    @expose("/<int:pk>/attach", methods=["POST"])
    @has_access
    def attach(self, pk: int) -> Any:
        """Add the files of the form to a draft."""
        mailing = mailing_or_404(pk)
        files = [file for file in request.files.getlist("files") if file.filename]

        def attach() -> None:
            for file in files:
                service.attach(mailing, file.stream, file.filename or "", file.mimetype)

        return self._done(pk, attach, _("Attached") if files else _("Choose a file first."), ".edit")

    @expose("/<int:pk>/detach", methods=["POST"])
    @has_access
    def detach(self, pk: int) -> Any:
        """Take a file off a draft."""
        mailing = mailing_or_404(pk)
        return self._done(pk, lambda: service.detach(mailing, request.form.get("key", "")), _("Taken off"), ".edit")

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        """How far it is, and each recipient; `state` in the address shows one state alone."""
        mailing = mailing_or_404(pk)
        state, page = request.args.get("state", ""), asked_page(10_000)
        state = state if state in RECIPIENT_STATES else ""
        rows = service.recipients(mailing, state, PAGE + 1, page * PAGE)
        names = audience.contacts([row.contact_id for row, _words in rows])
        return self.render_template(
            "campaigns/show.html",
            rows=rows[:PAGE],
            more=len(rows) > PAGE,
            page=page,
            state=state,
            names=names,
            reasons=REASONS,
            **self._far(mailing),
        )

    @expose("/<int:pk>/progress")
    @has_access
    def get(self, pk: int) -> Any:
        """The part of the page that asks again."""
        return self.render_template("campaigns/progress.html", **self._far(mailing_or_404(pk)))

    def _far(self, mailing: Mailing) -> dict[str, Any]:
        counts = service.counts([mailing])[mailing.id]
        open_ = counts.get(RecipientState.WAITING, 0) + counts.get(RecipientState.SENDING, 0)
        total = sum(counts.values())
        return {
            "mailing": mailing,
            "counts": counts,
            "total": total,
            "done": total - open_,
            "states": STATES,
            "recipient_states": RECIPIENT_STATES,
            "problem": servers.problem(),
        }

    @expose("/<int:pk>/start", methods=["POST"])
    @has_access
    def start(self, pk: int) -> Any:
        """Let it go, now or later."""
        mailing, form = mailing_or_404(pk), forms.StartForm()
        moment = form.moment if "later" in request.form else None
        if "later" in request.form and moment is None:
            put_errors(form, {"day": [_("Choose a day.")]})
            flash(_("Choose a day."), "danger")
            return redirect(url_for("PreviewView.show", pk=pk))
        said = _("It goes at the time you chose") if moment else _("It is on its way")
        return self._done(pk, lambda: service.start(mailing, moment), said, ".show", "PreviewView.show")

    @expose("/<int:pk>/pause", methods=["POST"])
    @has_access
    def pause(self, pk: int) -> Any:
        """Stop for now."""
        mailing = mailing_or_404(pk)
        return self._done(pk, lambda: service.pause(mailing), _("Paused"))

    @expose("/<int:pk>/resume", methods=["POST"])
    @has_access
    def resume(self, pk: int) -> Any:
        """Go on."""
        mailing = mailing_or_404(pk)
        return self._done(pk, lambda: service.resume(mailing), _("It goes on"))

    @expose("/<int:pk>/redraft", methods=["POST"])
    @has_access
    def redraft(self, pk: int) -> Any:
        """Change one that has not begun."""
        mailing = mailing_or_404(pk)
        return self._done(pk, lambda: service.back_to_draft(mailing), _("It is a draft again"), ".edit")

    @expose("/<int:pk>/cancel", methods=["POST"])
    @has_access
    def cancel(self, pk: int) -> Any:
        """End it."""
        mailing = mailing_or_404(pk)
        return self._done(pk, lambda: service.cancel(mailing), _("Cancelled"))

    @expose("/<int:pk>/delete", methods=["POST"])
    @has_access
    def delete(self, pk: int) -> Any:
        """Throw a draft away."""
        mailing = mailing_or_404(pk)
        self._done(pk, lambda: service.delete_draft(mailing), _("Deleted"))
        return redirect(url_for(".list"))

    def _done(self, pk: int, verb: Callable[[], Any], said: str, then: str = ".show", refused: str = ".edit") -> Any:
        """Do it and say so, or say why not."""
        try:
            verb()
            db.session.commit()
        except RuleBroken as broken:
            db.session.rollback()
            flash(str(broken), "danger")
            return redirect(url_for(refused, pk=pk))
        except Conflict:
            db.session.rollback()
            flash(_("Meanwhile it is in another state."), "warning")
        else:
            flash(said, "success")
        return redirect(url_for(then, pk=pk))


def _numbers(name: str) -> list[int]:
    """Ids of the form, as many values or as one with commas."""
    texts = (part.strip() for value in request.form.getlist(name) for part in value.split(","))
    return [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 19]
