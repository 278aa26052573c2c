"""Logs as JSON lines with the request id, so that the id on an error page finds its story."""

import copy
import logging
import re
import sys

from flask import g, has_request_context
from pythonjsonlogger.json import JsonFormatter

# What other programs put into the texts of their errors: the values of a row, an address, a password (threat 34).
SECRETS = [
    (re.compile(r"(?m)^(DETAIL|CONTEXT|LINE \d+|HINT):.*$"), r"\1: …"),
    (re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+"), "…@…"),
    (re.compile(r"://[^\s/@:]*:[^\s/@]*@"), "://…@"),
    (re.compile(r"(?i)\b(bearer|basic) [\w.~+/=-]+"), r"\1 …"),
]


class RequestId(logging.Filter):
    """Adds the id of the request, or a dash outside of one."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = g.get("request_id", "-") if has_request_context() else "-"
        return True


class Formatter(JsonFormatter):
    """One JSON object a line, without what is nobody else's business."""

    def format(self, record: logging.LogRecord) -> str:
        record = copy.copy(record)  # others may write it too
        for name, value in vars(record).items():
            if isinstance(value, str) and name != "msg":
                setattr(record, name, without_secrets(value))
        record.msg, record.args = without_secrets(record.getMessage()), None
        return super().format(record)

    def formatException(self, ei: object) -> str:  # noqa: N802 (logging's name)
        return without_secrets(super().formatException(ei))  # type: ignore[arg-type]


def without_secrets(text: str) -> str:
    """The text without values of rows, mail addresses, passwords in addresses, and tokens."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def formatter() -> Formatter:
    """For whatever handler writes our logs."""
    return Formatter(
        "{asctime}{levelname}{name}{request_id}{message}",
        style="{",
        rename_fields={"asctime": "time", "levelname": "level"},
        defaults={"request_id": "-"},
    )


def setup() -> None:
    """Send everything from INFO up to standard error, one JSON object a line. Safe to call twice."""
    root = logging.getLogger()
    if any(isinstance(h.formatter, JsonFormatter) for h in root.handlers):
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter())
    handler.addFilter(RequestId())
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.getLogger("flask_appbuilder").setLevel(logging.WARNING)
