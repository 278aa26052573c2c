"""`GET /metrics`: what a monitoring program asks for, in Prometheus' text format (exposition format 0.0.4).

From this machine itself, or with the token of CLIENTELA_METRICS_TOKEN; to everybody else the address does not exist.
"""

import hmac
from collections.abc import Iterable, Iterator

from flask import Blueprint, Flask, Response, abort, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.sansio.utils import host_is_trusted

from app.core import counting
from app.ops import facts

blueprint = Blueprint("metrics", __name__)
LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "Via")
LABEL = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
Sample = tuple[dict[str, str], float]


def register(app: Flask) -> None:
    """Hang the address on the application."""
    app.register_blueprint(blueprint)


@blueprint.get("/metrics")
def metrics() -> Response:
    """All of it; what can't be asked just now is left out, and the two `…_up` say so."""
    if not (_is_local() or _has_token()):
        abort(404)
    lines = [*_requests(), *_database(), *_queue()]
    return Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _is_local() -> bool:
    """Whether a program of this machine asks us by name. A proxy is no such program, for whomever it asks; nor is a
    page of a foreign name that leads here."""
    environ = request.environ.get("werkzeug.proxy_fix.orig", request.environ)
    proxied = any(name in request.headers for name in FORWARDED)
    ours = host_is_trusted(request.host, ["localhost", "127.0.0.1", "[::1]"])
    return environ.get("REMOTE_ADDR") in LOOPBACK and ours and not proxied


def _has_token() -> bool:
    token, given = current_app.config["METRICS_TOKEN"], request.headers.get("Authorization", "")
    return bool(token) and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


def _family(name: str, kind: str, words: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP clientela_{name} {words}"
    yield f"# TYPE clientela_{name} {kind}"
    for labels, value in samples:
        yield _line(name, labels, value)


def _line(name: str, labels: dict[str, str], value: float) -> str:
    inside = ",".join(f'{key}="{said.translate(LABEL)}"' for key, said in labels.items())
    return f"clientela_{name}{{{inside}}} {value:.15g}" if inside else f"clientela_{name} {value:.15g}"


def _requests() -> Iterator[str]:
    answers = list(counting.counts().read())
    by_code = (({"route": r, "code": str(c or "other")}, n) for r, a in answers for c, n in a.by_code.items())
    yield from _family("requests_total", "counter", "Requests answered by this host.", by_code)
    yield from _family("request_seconds", "histogram", "Time until the answer began.", ())
    for route, answer in answers:
        yield from _histogram(route, answer)


def _histogram(route: str, answer: counting.Answers) -> Iterator[str]:
    total, limits = 0, [*map(str, counting.BUCKETS), "+Inf"]
    for limit, count in zip(limits, answer.by_time, strict=True):
        total += count
        yield _line("request_seconds_bucket", {"route": route, "le": limit}, total)
    yield _line("request_seconds_sum", {"route": route}, answer.seconds)
    yield _line("request_seconds_count", {"route": route}, total)


def _labelled(label: str, values: dict[str, float] | dict[str, int]) -> list[Sample]:
    return [({label: key}, value) for key, value in values.items()]


def _database() -> Iterator[str]:
    try:
        found = facts.database()
    except SQLAlchemyError:
        yield from _family("database_up", "gauge", "Whether the database answers.", [({}, 0)])
        return
    runs = [({"kind": kind, "state": state}, count) for (kind, state), count in found.runs.items()]
    yield from _family("database_up", "gauge", "Whether the database answers.", [({}, 1)])
    yield from _family("runs", "gauge", f"The last {facts.LAST} runs of each kind, by state.", runs)
    yield from _family("mails", "gauge", f"Mails by state, counted to {facts.MOST}.", _labelled("state", found.mails))
    oldest = _labelled("kind", found.oldest)
    yield from _family("oldest_waiting_seconds", "gauge", "How long overdue the oldest waiting work is.", oldest)
    yield from _family("database_bytes", "gauge", "Size of the database.", [({}, found.size)])
    connections = _labelled("state", found.connections)
    yield from _family("database_connections", "gauge", "Connections to the database, by state.", connections)
    yield from _family("database_connections_most", "gauge", "How many it takes.", [({}, found.most_connections)])


def _queue() -> Iterator[str]:
    found = facts.queue()
    yield from _family("queue_up", "gauge", "Whether the queue answers.", [({}, float(found is not None))])
    if found:
        yield from _family("queue_messages", "gauge", "Messages in the queue.", _labelled("state", found.depth))
        alive = _labelled("role", found.alive)
        yield from _family("processes_alive", "gauge", "Processes of all hosts that gave a sign lately.", alive)
