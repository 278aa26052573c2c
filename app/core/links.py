"""Addresses that work outside a page, such as in a mail."""

from flask import current_app, has_request_context, request


def absolute(path: str) -> str:
    """The whole address of a path of ours: under CLIENTELA_BASE_URL, else where this request came to.

    "" where neither is known, as in a worker of an installation that never said its address.
    """
    base = current_app.config["BASE_URL"] or (request.root_url.rstrip("/") if has_request_context() else "")
    return f"{base}{path}" if base else ""
