"""What visitors see: the form on a page of ours, the answer to a post from anywhere, the confirmation of an address.

Nothing of it needs a session. A refusal stores nothing; a robot gets the answer of a person.
"""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug.exceptions import Forbidden, HTTPException, RequestEntityTooLarge

from app.core import access
from app.core.access import Actor
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.people import load_actor
from app.imports.commands import requester
from app.webforms import confirming, counts, fields, guard, service
from app.webforms.models import WebForm

blueprint = Blueprint("webform", __name__, url_prefix="/forms")


@blueprint.get("/<key>")
def show(key: str) -> Response:
    """The form on a page of its own, which the named sites may put into a frame."""
    form = form_or_404(key)
    counts.count(form, "shown")
    return drawn(form, {}, {})


@blueprint.get("/<key>/preview")
def preview(key: str) -> Response:
    """The same, not counted: for the administrators' own page."""
    return drawn(form_or_404(key), {}, {})


def form_or_404(key: str) -> WebForm:
    """A published form."""
    form = service.by_key(key)
    if form is None:
        abort(404)
    return form


def drawn(form: WebForm, values: dict[str, str], errors: dict[str, list[str]], code: int = 200) -> Response:
    """The page with what was typed and what is wrong with it."""
    asked = fields.asked(form.kind, form.fields)
    page = render_template("webforms/public.html", form=form, asked=asked, values=values, errors=errors,
                           stamp=guard.stamp(form), trap=guard.TRAP)  # fmt: skip
    return framed(form, page, code)


def framed(form: WebForm, page: str, code: int = 200) -> Response:
    """A page that the form's sites may frame, and whose form may lead back to where the visitor came from."""
    answer = make_response(page, code)
    back = urlsplit(form.return_url)
    target = f" {back.scheme}://{back.netloc}" if back.netloc else ""
    answer.headers["Content-Security-Policy"] = (
        "default-src 'self'; script-src 'none'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
        f"base-uri 'none'; form-action 'self'{target}; frame-ancestors 'self' {' '.join(form.origins)}"
    )
    return answer


@blueprint.post("/<key>")
def send(key: str) -> Any:
    """Take what a visitor sent (WEB-03)."""
    request.max_content_length = guard.LARGEST
    form = form_or_404(key)
    try:
        posted = taken(form)
    except HTTPException:
        counts.count(form, "refused")
        raise
    if guard.is_robot(form, posted.pop(guard.TRAP, ""), posted.pop(guard.STAMP, None)):
        counts.count(form, "refused")
        return thanks(form)
    return stored(form, posted)


def taken(form: WebForm) -> dict[str, str]:
    """The posted values. Raises 403 for another site, 413 for too much, 429 for too many, 400 for unknown fields."""
    if request.content_length is None or request.content_length > guard.LARGEST:
        raise RequestEntityTooLarge
    if not guard.may_come_from(form, request.headers.get("Origin"), request.host_url.rstrip("/")):
        raise Forbidden
    guard.limit(form, request.remote_addr)
    known = {guard.TRAP, guard.STAMP, *(one["name"] for one in form.fields)}
    if request.files or set(request.form) - known or len(list(request.form.items(multi=True))) > guard.MOST_FIELDS:
        abort(400)
    return request.form.to_dict()


def stored(form: WebForm, posted: dict[str, str]) -> Any:
    """Keep it as the form's owner, or draw the form again with what is wrong."""
    with access.acting_as(eyes(form.owner_id)):
        try:
            values = fields.read(fields.asked(form.kind, form.fields), posted)
            (confirming.ask if form.double_opt_in else service.submit)(form, values)
            db.session.commit()
        except RuleBroken as broken:
            db.session.rollback()
            form = form_or_404(form.key)
            counts.count(form, "refused")
            errors = {fields.ERRORS.get(name, name): said for name, said in broken.errors.items()}
            return drawn(form, posted, errors, 400)
    return thanks(form_or_404(form.key))


def eyes(user_id: int) -> Actor:
    """The form's owner; who has left meanwhile is stood in for by the first Owner."""
    return load_actor(user_id) or requester(None)


def thanks(form: WebForm) -> Any:
    """The same for all: known or new, person or robot."""
    answer = redirect(form.return_url, 303) if form.return_url else thanked(form)
    if request.headers.get("Origin", "").lower() in form.origins:
        answer.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
    if form.origins:
        answer.vary.add("Origin")
    return answer


def thanked(form: WebForm, confirmed: bool = False) -> Response:
    """Our own page of thanks."""
    wait = form.double_opt_in and not confirmed
    return framed(form, render_template("webforms/thanks.html", form=form, wait=wait))


@blueprint.route("/confirm/<token>", methods=["GET", "POST"])
def confirm(token: str) -> Any:
    """The link of the mail: GET shows a button, as scanners follow links too; POST confirms."""
    meant = confirming.meant(token) or abort(404)
    with access.acting_as(eyes(meant[1])):
        waiting = confirming.entry(meant[0]) or abort(404)
        form = waiting.form
        if request.method == "GET":
            return framed(form, render_template("webforms/confirm.html", form=form))
        try:
            confirming.confirm(waiting)
            db.session.commit()
        except RuleBroken:
            db.session.rollback()
            abort(400)
    return thanked(form, confirmed=True)
