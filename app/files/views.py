"""The Files tab of a record: a list of its documents, a place to drop new ones, and the way to each file."""

from functools import partial
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import NotFound

from app.core import access, tabs
from app.core.db import db
from app.core.errors import Conflict, RuleBroken
from app.core.roles import ThreeVerbs
from app.core.views import asked_page, found_or_404
from app.files import contents, responses, schema, service
from app.files.models import Document, StoredFile
from app.history import attached, parents
from app.history.models import PARENTS, HistoryEvent

PAGE = 50
MOST_AT_ONCE = 50
OF = f"<any({', '.join(PARENTS)}):of>"


class FileView(ThreeVerbs, BaseView):
    """Documents of contacts, opportunities, cases and projects (DOC-01)."""

    route_base = "/files"
    class_permission_name = "Document"
    level = "user"

    @expose(f"/{OF}/<pk>")
    @has_access
    @permission_name("list")
    def panel(self, of: str, pk: str) -> Any:
        """The documents of a record: the panel for the tab of a page, else a page of its own."""
        return self._panel(of, record_or_404(of, pk))

    @expose(f"/{OF}/<pk>", methods=["POST"])
    @has_access
    @permission_name("add")
    def upload(self, of: str, pk: str) -> Any:
        """Add files to a record. Those that are refused don't hold back the others.

        Answers JSON to scripts: 201 with what was stored, 413 or 400 with the reasons; else the panel again.
        """
        record = record_or_404(of, pk)
        done, refused, code = added(of, record.id)
        if request.accept_mimetypes.best == "application/json":
            body = {"result": [schema.shown(document) for document in done], "errors": {"file": refused}}
            return body | ({"message": refused[0]} if refused else {}), code
        if refused:
            return self._panel(of, record, refused), code
        flash(_("Saved"), "success")
        return redirect(url_for(".panel", of=of, pk=record.id))

    @expose("/<pk>/download")
    @has_access
    @permission_name("show")
    def newest(self, pk: str) -> Any:
        """The newest version of a document."""
        document = found_or_404(Document, pk)
        return responses.download(document.latest, document.name)

    @expose("/version/<pk>")
    @has_access
    @permission_name("show")
    def version(self, pk: str) -> Any:
        """A certain version of a document."""
        version = found_or_404(StoredFile, pk)
        return responses.download(version, version.document.name)

    @expose("/<pk>/preview")
    @has_access
    @permission_name("show")
    def preview(self, pk: str) -> Any:
        """A picture drawn anew; `large` in the address for one that fills the screen."""
        return responses.preview(found_or_404(Document, pk), "large" in request.args)

    @expose("/<pk>/pdf")
    @has_access
    @permission_name("show")
    def pdf(self, pk: str) -> Any:
        """A PDF in the browser's viewer."""
        return responses.pdf(found_or_404(Document, pk))

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> Any:
        """One document as it stands in the list."""
        return self._item(found_or_404(Document, pk))

    @expose("/<pk>/versions")
    @has_access
    @permission_name("show")
    def versions(self, pk: str) -> Any:
        """All versions of a document."""
        document = found_or_404(Document, pk)
        return self.render_template("files/versions.html", document=document, versions=service.versions(document))

    @expose("/<pk>/edit", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def edit(self, pk: str) -> Any:
        """Rename a document where it stands."""
        document, error = found_or_404(Document, pk), ""
        typed = request.form.get("name", document.name)
        if request.method == "POST":
            error = _renamed(document, typed)
        if request.method == "GET" or error:
            return self.render_template("files/edit.html", document=document, typed=typed, error=error)
        return self._item(document)

    @expose("/<pk>/delete", methods=["POST"])
    @has_access
    @permission_name("delete")
    def delete(self, pk: str) -> Any:
        """Move a document to the bin; the answer offers to take it out again."""
        document = found_or_404(Document, pk)
        service.delete(document)
        db.session.commit()
        return self.render_template("files/gone.html", pk=pk, name=document.name)

    @expose("/<pk>/restore", methods=["POST"])
    @has_access
    @permission_name("delete")
    def restore(self, pk: str) -> Any:
        """Undo a deletion (GEN-07)."""
        try:
            document = service.restore(int(pk) if is_id(pk) else 0)
            db.session.commit()
        except RuleBroken as broken:
            db.session.rollback()
            return self.render_template("files/gone.html", pk=pk, name="", error=str(broken))
        return self._item(document)

    def _panel(self, of: str, record: Any, refused: list[str] | None = None) -> Any:
        page = asked_page()
        rows = service.documents(of, record.id, PAGE + 1, page * PAGE)
        template = "list" if "list" in request.args else "panel" if request.headers.get("HX-Request") else "page"
        return self.render_template(
            f"files/{template}.html",
            of=of,
            record=record,
            documents=rows[:PAGE],
            older=page + 1 if len(rows) > PAGE else None,
            refused=refused or [],
            megabytes=service.limit() // service.MB,
            **shown(record),
        )

    def _item(self, document: Document) -> Any:
        record = service.record_of(document)
        return self.render_template("files/item.html", document=document, focus=True, **shown(record))


def shown(record: Any) -> dict[str, Any]:
    """What every template that shows documents of a record needs."""
    managed = access.may_manage(record)
    may_delete = partial(service.may_delete, managed=managed)
    return {"pictures": contents.PICTURES, "pdf": contents.PDF, "may_delete": may_delete}


def is_id(text: str) -> bool:
    """Whether it can be a key of a row."""
    return text.isascii() and text.isdigit() and len(text) < 19


def record_or_404(of: str, pk: str) -> Any:
    """The record, or the same 404 for a missing and for a hidden one (ACC-06)."""
    record = parents.seen(of, int(pk)) if is_id(pk) else None
    if record is None:
        raise NotFound
    return record


def added(kind: str, record_id: int) -> tuple[list[Document], list[str], int]:
    """Store the files of the request, each by itself: the documents, the refusals in words, the status."""
    done, refused, code = [], [], 201
    files = [file for file in request.files.getlist("file") if file.filename][:MOST_AT_ONCE]
    for file in files:
        try:
            done.append(service.add(kind, record_id, file.stream, file.filename))
            db.session.commit()
        except RuleBroken as broken:
            db.session.rollback()
            refused.append(f"{file.filename}: {broken.errors['file'][0]}")
            code = 413 if isinstance(broken, contents.TooBig) else 400
    if not files:
        refused, code = [_("Choose a file.")], 400
    return done, refused, code


def _renamed(document: Document, typed: str) -> str:
    """Rename; "" or why not."""
    try:
        service.save({"name": typed, "version": request.form.get("version", type=int)}, document)
        db.session.commit()
    except RuleBroken as broken:
        db.session.rollback()
        return str(broken)
    except Conflict:
        db.session.rollback()
        return _("Somebody else has changed this meanwhile. Compare, then save again.")
    return ""


def register(appbuilder: Any) -> None:
    """Wire the pages and hang the tab on the records."""
    appbuilder.add_view_no_menu(FileView)
    attached.hang(attached.Keeper(service.attach, _attached))
    for of in PARENTS:
        counted = partial(_count, of)
        tabs.add(of, tabs.Tab("files", _l("Files"), "FileView.panel", counted, place=60, values={"of": of}))


def _attached(events: list[HistoryEvent]) -> dict[int, list[attached.File]]:
    """Files of events as a timeline shows them."""
    found: dict[int, list[attached.File]] = {}
    for document in service.attached_to(events):
        shown_file = attached.File(document.name, url_for("FileView.newest", pk=document.id))
        found.setdefault(document.event_id or 0, []).append(shown_file)
    return found


def _count(of: str, record: Any) -> int:
    return service.count(of, record.id)
