"""Fixtures of all tests. Real servers stand behind each of them; a test gets the rows `deploy` leaves and no other."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from redis import Redis

from tests.harness import browser as browsers
from tests.harness import database, servers, web
from tests.harness.mail import Mailbox

# pytest names test modules by the entries of the path: with `..` in one, tests/importers would become `importers`.
sys.path[:] = [os.path.normpath(entry) for entry in sys.path]

OWNED = pytest.StashKey[servers.Servers]()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the servers, in the controlling process alone and before its workers."""
    if hasattr(session.config, "workerinput") or session.config.option.collectonly:
        return
    owned = session.config.stash[OWNED] = servers.Servers()
    try:
        owned.start()
    except Exception as error:
        pytest.exit(f"The servers for the tests did not start: {error}", returncode=3)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave neither process nor file."""
    owned = config.stash.get(OWNED, None)
    if owned:
        owned.stop()


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of this worker."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("files", "log"):
        (folder / name).mkdir()
    return folder


@pytest.fixture(scope="session")
def mailbox() -> Iterator[Mailbox]:
    """The SMTP server of this worker; tests use `smtp`."""
    box = Mailbox()
    yield box
    box.stop()


@pytest.fixture(scope="session")
def environment(data: Path, mailbox: Mailbox, worker_id: str) -> dict[str, str]:
    """The product's settings for this worker, also put into the environment of what the tests start."""
    number = int(worker_id.removeprefix("gw")) if worker_id != "master" else 0
    name = f"tests_{worker_id}"
    database.create(servers.postgres(), name)
    settings = servers.environment(servers.postgres().url(name), servers.valkey().url(number % 16), data)
    os.environ |= {**settings, "CLIENTELA_SMTP_URL": mailbox.url}
    return settings


@pytest.fixture(scope="session")
def app(environment: dict[str, str]) -> Any:
    """The Flask application on this worker's database."""
    from app import create_app

    application = create_app()
    application.config |= {"TESTING": True, "FAB_PASSWORD_HASH_METHOD": "pbkdf2:sha256:1", "LOGIN_REFUSAL_SECONDS": 0}
    return application


@pytest.fixture(scope="session")
def superuser(environment: dict[str, str], worker_id: str) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """A connection to this worker's database that may do anything, apart from the application's."""
    with servers.postgres().connect(f"tests_{worker_id}") as connection:
        yield connection


@pytest.fixture
def clean(app: Any, environment: dict[str, str], superuser: Any, mailbox: Mailbox) -> None:
    """Rows, queue and mailbox as after `deploy`. Done before a test, so that a failed one leaves what it saw."""
    database.reset(superuser)
    with Redis.from_url(environment["REDIS_URL"]) as queue:
        queue.flushdb()
    mailbox.empty()


@pytest.fixture
def db_session(app: Any, clean: None) -> Iterator[Any]:
    """The session inside an application context. It has no actor: tests say whose eyes they use (`acting_as`)."""
    from app.core.db import db

    with app.app_context():
        yield db.session
        db.session.remove()


@pytest.fixture
def client(app: Any, clean: None) -> Any:
    """A stranger's browser without a browser: cookies, forms and CSRF as they are."""
    return app.test_client()


@pytest.fixture
def smtp(mailbox: Mailbox, clean: None) -> Mailbox:
    """The SMTP server the application sends through, empty."""
    return mailbox


@pytest.fixture(scope="session")
def web_server(app: Any, data: Path) -> Iterator[str]:
    """The running web processes; tests use `live_server`."""
    with web.web(data / "log") as address:
        yield address


@pytest.fixture
def live_server(web_server: str, clean: None) -> str:
    """The address of real web processes on this worker's database."""
    return web_server


@pytest.fixture
def workers(live_server: str, data: Path) -> Iterator[web.Child]:
    """A real worker process for one test."""
    with web.worker(data / "log") as child:
        yield child


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium. Without one the test is skipped, or fails where CLIENTELA_REQUIRE_BROWSER=1."""
    with browsers.launched() as found:
        if found is None:
            lack = pytest.fail if os.environ.get("CLIENTELA_REQUIRE_BROWSER") == "1" else pytest.skip
            lack(browsers.NONE)
        yield found


@pytest.fixture
def page(browser: Any, live_server: str) -> Iterator[Any]:
    """A page of a fresh browser profile; `page.goto("/…")` is seen from the live server's address."""
    context = browser.new_context(base_url=live_server, locale="en-GB", viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()
