"""`manage serve web|worker|scheduler`: one role of the product on this host, with the servers of DATABASE_URL and
REDIS_URL. Many hosts of each role make one product (see README, "Several hosts")."""

import os
import sys

import config
from app.ops import product, start
from app.ops.folder import DataFolder
from app.ops.options import Options, Refused
from app.ops.supervisor import Supervisor

NEEDED = {
    "DATABASE_URL": "the PostgreSQL that all hosts use",
    "REDIS_URL": "the Redis or Valkey that all hosts use",
    "CLIENTELA_SECRET_KEY": "the same key on all hosts",
    "CLIENTELA_FILES_URL": "the storage that all hosts use: s3://…, or file:///… of a shared folder",
}


def say(line: str) -> None:
    """Standard output belongs to the access log."""
    print(line, file=sys.stderr, flush=True)


def serve(options: Options) -> int:
    """Bring the database up to the code, then become the role's program: signals reach it directly, its log is ours.
    Raises Refused."""
    role = options.words[1] if len(options.words) == 2 else ""
    if role not in ("web", "worker", "scheduler"):
        raise Refused("It is `manage serve web`, `worker` or `scheduler`; --host, --port and --workers come first.")
    lacking = [f"{name} ({what})" for name, what in NEEDED.items() if not os.environ.get(name)]
    if lacking:
        raise Refused(f"A host of several needs {', '.join(lacking)}.")
    folder = DataFolder(options.data)
    folder.prepare()
    env = {**os.environ, "CLIENTELA_DATA": str(folder.path)}
    prepared(options, folder, env)
    env.pop(start.PASSWORD, None)
    command = product.served(role, options)
    os.execve(command[0], command, env)


def prepared(options: Options, folder: DataFolder, env: dict[str, str]) -> None:
    """Refuse what the environment has wrong; migrate, as the first of the hosts that start. Raises Refused."""
    try:
        config.load(env)
    except config.ConfigError as error:
        raise Refused(f"{error}.") from error
    start.tell_password(say, start.deploy(folder, Supervisor(say), env, options.backup))
