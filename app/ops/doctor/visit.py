"""The command itself. `manage` runs it before any application is made: it must speak when none can be made."""

import json
import logging
import os
from collections.abc import Iterator, Mapping

import config
from app.ops.doctor import host
from app.ops.doctor.finding import Finding, State, fine, problem
from app.ops.folder import DataFolder
from app.ops.options import Options, Refused
from app.ops.services import Services
from app.ops.supervisor import Supervisor

MARKS = {State.FINE: "fine   ", State.WARNING: "WARNING", State.PROBLEM: "PROBLEM"}
USAGE = "manage doctor [--json]"


def visit(options: Options) -> int:
    """Print all findings; 1 when there is a problem, else 0. Raises Refused for words it does not know."""
    if set(options.words[1:]) - {"--json"}:
        raise Refused(f"It is {USAGE}.")
    supervisor = Supervisor(lambda _line: None)
    try:
        found = list(findings(options, supervisor))
    finally:
        supervisor.stop()
    if "--json" in options.words:
        print(json.dumps([finding.as_json() for finding in found], indent=1))
    else:
        print("\n".join(map(in_words, found)))
    return int(any(finding.state == State.PROBLEM for finding in found))


def in_words(finding: Finding) -> str:
    """One or two lines for a person."""
    cure = f"\n         → {finding.cure}" if finding.cure else ""
    return f"{MARKS[finding.state]}  {finding.check}: {finding.says}{cure}"


def findings(options: Options, supervisor: Supervisor) -> Iterator[Finding]:
    """From the host to the product's work. What stands on something broken is not looked at."""
    folder = DataFolder(options.data)
    try:
        folder.prepare()
    except Refused as refused:
        yield problem("folder", str(refused), f"Choose another with --data DIR, or give it to this user: {folder.path}")
        return
    env: dict[str, str] = {**os.environ, "CLIENTELA_DATA": str(folder.path)}
    holds = folder.lock("manage")
    running = {} if holds else folder.remembered()
    yield from host.look(folder.path, {**running, **env})
    split = bool(env.get("DATABASE_URL") and env.get("REDIS_URL"))
    if running or split:
        yield fine("product", "it runs here" if running else "its servers are named by DATABASE_URL and REDIS_URL")
        yield from deep({**running, **env})
    elif not holds:
        yield problem("product", "Somebody is just starting or stopping it here.", "Look again in a moment.")
    else:
        yield problem("product", "Clientela does not run on this data folder.", "Start it: python3 run.py")
        yield from at_rest(folder, supervisor)


def at_rest(folder: DataFolder, supervisor: Supervisor) -> Iterator[Finding]:
    """Look at the servers of a product that does not run: they are started for it."""
    try:
        env = Services(folder, supervisor).start()
    except Refused as refused:
        says, _, log = str(refused).partition("\n")
        yield problem("servers", f"{says} {log.strip()}", f"See {folder.log}; restore a backup if the data is damaged.")
        return
    yield from deep(env, takers=False)


def deep(env: Mapping[str, str], takers: bool = True) -> Iterator[Finding]:
    """What only an application can see. Without one, `settings` has told why."""
    os.environ.update(env)
    logging.disable(logging.CRITICAL)
    try:
        from app import create_app

        application = create_app(views=False)
    except config.ConfigError:
        return
    from app.ops.doctor import servers, work

    with application.app_context():
        looked = [*servers.look(), *work.look()]
    yield from (found for found in looked if takers or found.check not in ("worker", "scheduler"))
