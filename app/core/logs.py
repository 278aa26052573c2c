"""Logs as JSON lines with the request id, so that the id on an error page finds its story."""

import logging
import sys

from flask import g, has_request_context
from pythonjsonlogger.json import JsonFormatter


class RequestId(logging.Filter):
    """Adds the id of the request, or a dash outside of one."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = g.get("request_id", "-") if has_request_context() else "-"
        return True


def setup() -> None:
    """Send everything from INFO up to standard error, one JSON object a line. Safe to call twice."""
    root = logging.getLogger()
    if any(isinstance(h.formatter, JsonFormatter) for h in root.handlers):
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter("{asctime}{levelname}{name}{request_id}{message}", style="{"))
    handler.addFilter(RequestId())
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.getLogger("flask_appbuilder").setLevel(logging.WARNING)
