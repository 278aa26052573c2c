"""REST for the search over everything."""

from typing import Any

from flask import Response, request, url_for
from flask_appbuilder.api import BaseApi, expose, protect
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _

from app.core.roles import ThreeVerbs
from app.home import searching
from app.home.search_views import ON_PAGE, question, readable


class SearchApi(ThreeVerbs, BaseApi):
    """What the page of results shows, for programs (GEN-06)."""

    resource_name = "search"
    class_permission_name = "Search"
    openapi_spec_tag = "Search"
    level = "user"
    allow_browser_login = False

    @expose("/", methods=["GET"])
    @protect()
    @permission_name("list")
    def get_list(self) -> Response:
        """The records that hold the words.
        ---
        get:
          summary: The records that hold the words, or names like them; the first of each kind
          parameters:
          - {in: query, name: q, required: true, schema: {type: string}}
          - {in: query, name: kind, schema: {type: string}, description: 'contact, invoice, task and others'}
          responses:
            200:
              description: Kind, id, name, what tells it apart, page
              content:
                application/json:
                  schema: {type: object}
            400:
              $ref: '#/components/responses/400'
            401:
              $ref: '#/components/responses/401'
        """
        kind, known = request.args.get("kind", ""), [source.key for source in searching.SOURCES]
        if kind and kind not in known:
            why = _("Choose one of: %(names)s.", names=", ".join(known))
            return self.response(400, message=why, errors={"kind": [why]})
        sources = [source for source in readable() if kind in ("", source.key)]
        found = searching.find(question(), sources, ON_PAGE)
        return self.response(200, result=[_hit(one, row) for one in found for row in one.rows])


def _hit(found: searching.Found, row: Any) -> dict[str, Any]:
    told = {"kind": found.source.key, "id": row.id, "name": str(row), "about": found.sub(row), "alike": found.alike}
    return told | {"url": url_for(found.source.page, pk=row.id)}


def register(appbuilder: Any) -> None:
    """Wire the endpoint."""
    appbuilder.add_api(SearchApi)
