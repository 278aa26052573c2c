"""REST for reports: the list of them, and the answer of each as typed rows."""

from typing import Any

from flask import Response, request
from flask_appbuilder.api import BaseApi, expose, protect
from flask_appbuilder.security.decorators import permission_name

from app.core.errors import RuleBroken
from app.core.roles import ThreeVerbs
from app.reporting import choices
from reports import asking, files
from reports.asking import KEYS, Report


class ReportApi(ThreeVerbs, BaseApi):
    """What the pages show, for programs."""

    resource_name = "reports"
    class_permission_name = "Report"
    openapi_spec_tag = "Reports"
    level = "user"
    allow_browser_login = False

    @expose("/", methods=["GET"])
    @protect()
    @permission_name("list")
    def get_list(self) -> Response:
        """The reports there are.
        ---
        get:
          summary: The reports there are
          responses:
            200:
              description: Their keys, names and groupings
              content:
                application/json:
                  schema: {type: object}
            401:
              $ref: '#/components/responses/401'
        """
        return self.response(200, result=[self._about(report) for report in choices.readable()])

    def _about(self, report: Report) -> dict[str, Any]:
        return {"key": report.key, "name": str(report.label), "by": list(report.groupings), "period": report.period}

    @expose("/<key>", methods=["GET"])
    @protect()
    @permission_name("get")
    def get(self, key: str) -> Response:
        """The answer of a report.
        ---
        get:
          summary: The answer of a report
          parameters:
          - {in: path, name: key, required: true, schema: {type: string}}
          - {in: query, name: period, schema: {type: string}, description: 'month, year, all, days and others'}
          - {in: query, name: since, schema: {type: string, format: date}, description: 'with period=days'}
          - {in: query, name: until, schema: {type: string, format: date}, description: 'with period=days'}
          - {in: query, name: by, schema: {type: string}}
          - {in: query, name: owner, schema: {type: integer}}
          - {in: query, name: currency, schema: {type: string}}
          responses:
            200:
              description: Columns and rows; money as text
              content:
                application/json:
                  schema: {type: object}
            400:
              $ref: '#/components/responses/400'
            401:
              $ref: '#/components/responses/401'
            404:
              $ref: '#/components/responses/404'
        """
        report = choices.report_or_404(key)
        if unknown := set(request.args) - set(KEYS):
            return self.response(400, message=", ".join(sorted(unknown))[:200], errors={k[:60]: ["?"] for k in unknown})
        try:
            asked = asking.read(report, request.args)
        except RuleBroken as broken:
            return self.response(400, message=str(broken), errors=broken.errors)
        table = report.make(asked)
        columns = [{"name": c.name, "label": c.label, "type": c.kind} for c in table.columns]
        names = [c.name for c in table.columns]
        rows = [dict(zip(names, map(_json, files.cells(table, row)), strict=True)) for row in table.rows]
        span = {"since": asked.since and asked.since.isoformat(), "until": asked.until and asked.until.isoformat()}
        return self.response(
            200,
            key=key,
            by=asked.by,
            currency=table.currency,
            missing=table.missing,
            columns=columns,
            result=rows,
            **span,
        )


def _json(value: Any) -> Any:
    """Money is text with a dot (README); counts stay numbers."""
    return value if value is None or isinstance(value, (int, str)) else f"{value:f}"


def register(appbuilder: Any) -> None:
    """Wire the endpoint."""
    appbuilder.add_api(ReportApi)
