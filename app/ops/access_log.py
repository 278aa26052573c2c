"""Gunicorn's access log as JSON lines. Addresses are logged without their query, which may hold what people typed, and
without the secrets of those that are good for whoever knows them."""

import json
import re
import time
from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger

SECRET = re.compile(r"^(/calendar/)[^/]+")


class AccessLog(Logger):  # type: ignore[misc]
    """One line a request: when, who asked what, what it got, how long it took."""

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        """Write the line. The request id is the one the application answered with."""
        if self.cfg.accesslog:
            self.access_log.info(json.dumps(self._line(resp, environ, request_time)))

    def _line(self, resp: Any, environ: dict[str, Any], request_time: timedelta) -> dict[str, Any]:
        answered = {name.lower(): value for name, value in resp.headers}
        return {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "address": environ.get("REMOTE_ADDR"),
            "method": environ.get("REQUEST_METHOD"),
            "path": SECRET.sub(r"\1…", environ.get("RAW_URI", "").partition("?")[0]),
            "status": int(resp.status.split()[0]) if isinstance(resp.status, str) else resp.status,
            "bytes": getattr(resp, "sent", None),
            "ms": round(request_time / timedelta(milliseconds=1), 1),
            "request_id": answered.get("x-request-id"),
        }
