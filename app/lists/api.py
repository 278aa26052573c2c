"""REST for saved views: /api/v1/views/, by the same rules as the page."""

from collections.abc import Callable
from typing import Any

from flask import Response, request
from flask_appbuilder.api import BaseApi, expose, protect
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.core.api import Refusing
from app.core.db import db
from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.core.roles import ThreeVerbs
from app.lists import choices, service
from app.lists.models import SavedView

KEYS = {"name", "shared", "filters", "args", "order", "columns", "version", "default"}


class SavedViewApi(Refusing, ThreeVerbs, BaseApi):
    """One's own views and those shared with everyone. To keep one for oneself, to read is enough."""

    resource_name = "views"
    class_permission_name = "SavedView"
    openapi_spec_tag = "Saved views"
    level = "user"
    allow_browser_login = False

    @expose("/", methods=["GET"])
    @protect()
    @permission_name("list")
    def get_list(self) -> Response:
        """The views that the caller may open.
        ---
        get:
          summary: The views that the caller may open
          parameters:
          - {in: query, name: list, schema: {type: string}, description: 'contact, task, opportunity and others'}
          responses:
            200:
              description: The views, by list and name
              content:
                application/json:
                  schema: {type: object}
            401:
              $ref: '#/components/responses/401'
        """
        known = choices.readable()
        found = [shown(view) for view in service.views(request.args.get("list")) if view.list_name in known]
        return self.response(200, count=len(found), result=found)

    @expose("/<int:pk>", methods=["GET"])
    @protect()
    @permission_name("get")
    def get(self, pk: int) -> Response:
        """One view.
        ---
        get:
          summary: One view
          parameters:
          - {in: path, name: pk, required: true, schema: {type: integer}}
          responses:
            200:
              description: What it asks for, and the address of the page that shows it
              content:
                application/json:
                  schema: {type: object}
            401:
              $ref: '#/components/responses/401'
            404:
              $ref: '#/components/responses/404'
        """
        view = found(pk)
        return self.response(200, id=pk, result=shown(view)) if view else self.response_404()

    @expose("/", methods=["POST"])
    @protect()
    @permission_name("get")
    def post(self) -> Response:
        """Keep a view.
        ---
        post:
          summary: Keep a view of a list
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  required: [list, name]
                  properties:
                    list: {type: string}
                    name: {type: string}
                    shared: {type: boolean}
                    filters: {type: array, items: {type: object}, description: 'col, opr and value'}
                    args: {type: object, description: 'q and the other arguments of the list'}
                    order: {type: object, nullable: true, description: 'column and direction'}
                    columns: {type: array, nullable: true, items: {type: string}}
                    default: {type: boolean, description: 'the list opens with it for the caller'}
          responses:
            201:
              description: The view
              content:
                application/json:
                  schema: {type: object}
            400:
              $ref: '#/components/responses/400'
            401:
              $ref: '#/components/responses/401'
        """
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            return self._refuse(400, {"": [_("A JSON object is expected.")]})
        page = choices.readable().get(str(body.get("list")))
        if page is None:
            return self._refuse(400, {"list": [_("There is no such list.")]})
        return self._store({key: value for key, value in body.items() if key != "list"}, page, None)

    @expose("/<int:pk>", methods=["PUT"])
    @protect()
    @permission_name("get")
    def put(self, pk: int) -> Response:
        """Change a view by the keys that are sent.
        ---
        put:
          summary: Change a view by the keys that are sent
          parameters:
          - {in: path, name: pk, required: true, schema: {type: integer}}
          requestBody:
            required: true
            content:
              application/json:
                schema: {type: object}
          responses:
            200:
              description: The view
              content:
                application/json:
                  schema: {type: object}
            400:
              $ref: '#/components/responses/400'
            401:
              $ref: '#/components/responses/401'
            403:
              $ref: '#/components/responses/403'
            404:
              $ref: '#/components/responses/404'
            409:
              description: Somebody else has changed it meanwhile
        """
        view, body = found(pk), request.get_json(silent=True)
        if view is None:
            return self.response_404()
        if not isinstance(body, dict):
            return self._refuse(400, {"": [_("A JSON object is expected.")]})
        return self._store(body, choices.lists()[view.list_name], view)

    def _store(self, body: dict[str, Any], page: Any, view: SavedView | None) -> Response:
        if unknown := set(body) - KEYS:
            return self._refuse(400, {str(key)[:60]: [_("Unknown field.")] for key in unknown})
        data = {key: value for key, value in body.items() if key != "default"}

        def save() -> SavedView:
            saved = service.save(data, choices.offers(page), view) if data or view is None else view
            if "default" in body:
                default_to(saved, bool(body["default"]))
            return saved

        return self._done(200 if view else 201, save)

    @expose("/<int:pk>", methods=["DELETE"])
    @protect()
    @permission_name("get")
    def delete(self, pk: int) -> Response:
        """Take a view away; the records stay.
        ---
        delete:
          summary: Take a view away; the records stay
          parameters:
          - {in: path, name: pk, required: true, schema: {type: integer}}
          responses:
            200:
              description: It is gone
            401:
              $ref: '#/components/responses/401'
            403:
              $ref: '#/components/responses/403'
            404:
              $ref: '#/components/responses/404'
        """
        view = found(pk)
        return self._done(200, lambda: service.delete(view)) if view else self.response_404()

    def _done(self, code: int, verb: Callable[[], SavedView | None]) -> Response:
        try:
            view = verb()
            db.session.commit()
        except RuleBroken as broken:
            return self._refuse(broken.status, broken.errors)
        except NotAllowed:
            return self._refuse(403, {}, _("This view is somebody else's: save it under a name of your own."))
        except (Conflict, IntegrityError):
            return self._refuse(409, {}, _("Somebody else has changed this meanwhile."))
        return self.response(code, id=view.id, result=shown(view)) if view else self.response(code, message="OK")


def found(pk: int) -> SavedView | None:
    """The view, of a list that the caller may open."""
    view = db.session.get(SavedView, pk) if pk < 2**31 else None
    return view if view and view.list_name in choices.readable() else None


def default_to(view: SavedView, wanted: bool) -> None:
    """Let the list open with it for the caller, or no more."""
    choice = service.choice(view.list_name)
    if wanted or (choice and choice.view_id == view.id):
        service.choose(view.list_name, view_id=view.id if wanted else None)


def shown(view: SavedView) -> dict[str, Any]:
    """A view as JSON."""
    plain = {key: getattr(view, key) for key in ("id", "name", "shared", "columns", "version")}
    choice = service.choice(view.list_name)
    address, lost = choices.address(choices.lists()[view.list_name], view)
    more = {"owner": view.owner_id, "default": bool(choice and choice.view_id == view.id), "lost": lost}
    return plain | {"list": view.list_name, **choices.kept(view)} | more | {"address": address}


def register(appbuilder: Any) -> None:
    """Wire the endpoint."""
    appbuilder.add_api(SavedViewApi)
