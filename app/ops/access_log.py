"""Gunicorn's access log as JSON lines: by route, not by address. An address may hold what people typed, or be good for
whoever knows it; people are numbers, and machines are told to the network alone (threat 34)."""

import ipaddress
import json
import time
from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger

from app.core import logs
from app.core.counting import FACTS

KEPT = {4: 24, 6: 48}  # bits of an address


class AccessLog(Logger):  # type: ignore[misc]
    """One line a request: when, who asked for what, what it got, how long it took and how many statements."""

    def setup(self, cfg: Any) -> None:
        """Have Gunicorn's own lines look like the product's."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.formatter())

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        """Write the line. The request id is the one the application answered with."""
        if self.cfg.accesslog:
            self.access_log.info(json.dumps(self._line(resp, environ, request_time)))

    def _line(self, resp: Any, environ: dict[str, Any], request_time: timedelta) -> dict[str, Any]:
        answered = {name.lower(): value for name, value in resp.headers}
        return {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "request_id": answered.get("x-request-id"),
            "network": network(environ.get("REMOTE_ADDR") or ""),
            "method": environ.get("REQUEST_METHOD"),
            **environ.get(FACTS, {}),
            "status": int(resp.status.split()[0]) if isinstance(resp.status, str) else resp.status,
            "bytes": getattr(resp, "sent", None),
            "ms": round(request_time / timedelta(milliseconds=1), 1),
        }


def network(address: str) -> str | None:
    """The network of a client, enough to see where a flood comes from; None for what is no address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    return str(ipaddress.ip_network((found, KEPT[found.version]), strict=False))
