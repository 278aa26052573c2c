"""REPORTS, the list that the pages, REST, mails and tests walk. A new report is one function and one entry here."""

from flask_babel import lazy_gettext as _l

from reports import billing, people, pipeline, sales, work
from reports.asking import Report

OWNER, MONTH = {"owner": _l("Responsible")}, {"month": _l("Month")}

_ALL = [
    Report(
        "pipeline", _l("Pipeline"), _l("Open opportunities: how many, worth what, and weighted by probability"),
        "Opportunity", pipeline.pipeline, {"stage": _l("Stage"), **OWNER, **MONTH, "currency": _l("Currency")},
        dated_by=_l("Expected close"),
    ),
    Report(
        "forecast", _l("Forecast"), _l("What was won, and what can be expected, month by month"),
        "Opportunity", pipeline.forecast, period="year", dated_by=_l("Month"),
    ),
    Report(
        "conversion", _l("Conversion"), _l("How opportunities go from stage to stage, and how long they stay"),
        "Opportunity", sales.conversion, period="12_months", has_money=False, dated_by=_l("Came in"),
    ),
    Report(
        "won-lost", _l("Won and lost"), _l("What was won and lost over time, and why"),
        "Opportunity", sales.won_lost, {**MONTH, **OWNER, "reason": _l("Lost for")}, "12_months",
        dated_by=_l("Closed on"),
    ),
    Report(
        "sales", _l("Sales"), _l("What each person won in each month"),
        "Opportunity", sales.sales, period="12_months", dated_by=_l("Closed on"),
    ),
    Report(
        "tasks", _l("Tasks"), _l("Open, overdue and closed tasks"),
        "Task", work.tasks, {**OWNER, "category": _l("Category")}, "month", has_money=False, dated_by=_l("Closed"),
    ),
    Report(
        "workload", _l("Workload"), _l("What each person has to do now"), "Task", work.workload, has_money=False,
    ),
    Report(
        "contacts", _l("New contacts"), _l("How many contacts came, of which kind and whence"),
        "Contact", people.contacts,
        {"type": _l("Type"), "temperature": _l("Temperature"), "source": _l("Source")},
        "12_months", has_money=False, dated_by=_l("Created"),
    ),
    Report(
        "invoices", _l("Invoices"), _l("What was billed, and what of it is still open"),
        "Invoice", billing.invoices, {**MONTH, "client": _l("Client"), "status": _l("Status")}, "year",
        dated_by=_l("Date"),
    ),
    Report(
        "overdue", _l("Overdue invoices"), _l("What should have been paid, by how long ago"),
        "Invoice", billing.overdue, dated_by=_l("Date"),
    ),
]  # fmt: skip
REPORTS = {report.key: report for report in _ALL}
