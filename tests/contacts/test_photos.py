"""CON-05: the photo of a contact, uploaded by its form or found where its channels point to."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any

import pytest

from app.contacts import photos
from app.core import access, clock, storage
from app.core.fetching import Gate
from app.settings import preferences
from tests.contacts.forms import company, key_of, person
from tests.factories import Maker
from tests.pictures import drawn, opened


def photo(content: bytes, name: str = "foto.jpg") -> dict[str, Any]:
    """The file field of the form."""
    return {"photo": (BytesIO(content), name)}


def sent(page: Any, path: str, data: dict[str, Any]) -> Any:
    return page.post(path, data, content_type="multipart/form-data")


def test_a_photo_comes_with_the_form_and_goes(make: Maker) -> None:
    """CON-05: added with a new person, shown on its page and in the list, changed, removed; the history tells."""
    page = make.page("sergio")
    key = key_of(sent(page, "/contacts/add", person() | photo(drawn("JPEG"))))
    assert f"/contacts/photo/{key}?v=" in page.get(f"/contacts/show/{key}").text
    assert f"/contacts/photo/{key}?v=" in page.get("/contacts/list/").text
    answer = page.get(f"/contacts/photo/{key}")
    assert (answer.mimetype, opened(answer.data).size) == ("image/jpeg", (200, 133))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    key_of(sent(page, f"/contacts/edit/{key}", person() | photo(drawn("PNG", (30, 30)))))
    assert page.get(f"/contacts/photo/{key}").mimetype == "image/png"
    key_of(sent(page, f"/contacts/edit/{key}", person()))
    assert page.get(f"/contacts/photo/{key}").status_code == 200
    key_of(sent(page, f"/contacts/edit/{key}", person(remove_photo="y")))
    assert page.get(f"/contacts/photo/{key}").status_code == 404
    assert f"/contacts/photo/{key}?v=" not in page.get(f"/contacts/show/{key}").text
    history = page.get(f"/history/contact/{key}").text
    assert history.count("New photo") == 1
    assert history.count("Earlier photo") == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a whole picture"),
        (b"\0" * (1024 * 1024 + 1), "at most 1 MB"),
        (drawn("JPEG")[:800], "not a whole picture"),
    ],
)
def test_a_bad_one_is_refused_on_its_field(make: Maker, content: bytes, said: str) -> None:
    """CON-05, bad input: the form again with the reason, what was typed is kept, nothing is stored."""
    page = make.page("sergio")
    answer = sent(page, "/contacts/add", company("Tienimi srl") | photo(content))
    assert answer.status_code == 200
    assert said in answer.text
    assert "Tienimi srl" in answer.text
    assert "Tienimi srl" not in page.get("/contacts/list/").text


def test_a_photo_is_as_private_as_its_contact(make: Maker) -> None:
    """ACC-06: a stranger's attempt is answered like one at nothing."""
    page, nino = make.page("sergio"), make.page("nino")
    key = key_of(sent(page, "/contacts/add", person() | photo(drawn())))
    for path in (f"/contacts/photo/{key}", f"/contacts/photo/{key}/find", f"/contacts/photo/{key}/found?source=x"):
        assert nino.get(path).status_code == 404
    assert nino.post(f"/contacts/photo/{key}/take", {"source": "x"}).status_code == 404
    assert make.page(None).get(f"/contacts/photo/{key}").status_code == 302


def test_bytes_without_a_contact_are_swept(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A replaced photo's bytes go, the present one's stay, and what is just being written is left alone."""
    page = make.page("sergio")
    key = key_of(sent(page, "/contacts/add", person() | photo(drawn())))
    key_of(sent(page, f"/contacts/edit/{key}", person() | photo(drawn("PNG"))))
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        photos.sweep()
        before = len(list(storage._older(photos.AREA, clock.now() + storage.SETTLED)))
        monkeypatch.setattr(storage, "SETTLED", -storage.SETTLED)
        assert photos.sweep() == before - 1
    assert page.get(f"/contacts/photo/{key}").status_code == 200


class Web(BaseHTTPRequestHandler):
    """Gravatar, GitHub and a firm's website in one."""

    def do_GET(self) -> None:
        name = self.path.split("?")[0]
        found = {
            "/avatar/973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b": drawn("PNG", (300, 300)),
            "/anna.png": drawn("JPEG", (460, 460)),
            "/": b"<html><link rel=icon href=/small.png sizes=16x16><link rel='apple-touch-icon' href='big.png'>",
            "/big.png": drawn("PNG", (180, 180)),
        }.get(name)
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(found or b"")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The web in this machine, open to the gate."""
    server = ThreadingHTTPServer(("127.0.0.2", 0), Web)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    url = f"http://127.0.0.2:{server.server_address[1]}"
    monkeypatch.setattr(photos, "GRAVATAR", f"{url}/avatar")
    monkeypatch.setattr(photos, "GITHUB", url)
    monkeypatch.setattr(photos, "GATE", Gate(lambda address: address == "127.0.0.2", range(1, 65536)))
    yield url
    server.shutdown()
    server.server_close()


def turn_on(make: Maker) -> None:
    """As an administrator does, by the page of the settings."""
    page = make.page("marta")
    data = {key: str(choice.default) for key, choice in preferences.KNOWN.items() if choice.bounds}
    assert page.post("/settings/preferences/", data | {"photos.find": "y"}).status_code == 302


def test_pictures_are_found_where_the_channels_point(make: Maker, web: str) -> None:
    """CON-05: Gravatar by the email's hash, GitHub's avatar, the site's icon; nothing until it is turned on."""
    key = make.contact(
        emails=["test@example.com"],
        websites=[
            {"value": f"{web}/", "kind": "website"},
            {"value": "https://github.com/anna", "kind": "github"},
            {"value": "@nobody", "kind": "github"},
        ],
    )
    page = make.page("sergio")
    assert "Find a picture" not in page.get(f"/contacts/show/{key}").text
    assert "found?source" not in page.get(f"/contacts/photo/{key}/find").text
    assert page.get(f"/contacts/photo/{key}/found?source=github-anna").status_code == 404
    turn_on(make)
    assert "Find a picture" in page.get(f"/contacts/show/{key}").text
    listed = page.get(f"/contacts/photo/{key}/find").text
    named = [part.split('"')[0] for part in listed.split('name="source" value="')[1:]]
    sizes = {}
    for name in named:
        answer = page.get(f"/contacts/photo/{key}/found?source={name}")
        sizes[name.split("-")[0] + name[-4:]] = opened(answer.data).size if answer.status_code == 200 else None
    assert sorted(sizes.values(), key=str) == [(180, 180), (200, 200), (200, 200), None]
    assert page.post(f"/contacts/photo/{key}/take", {"source": named[0]}).status_code == 302
    assert page.get(f"/contacts/photo/{key}").mimetype == "image/png"


def test_a_source_of_somebody_else_is_none(make: Maker, web: str) -> None:
    """CON-05, threat 32: the address asked comes from the contact's channels, never from the request."""
    turn_on(make)
    key, page = make.contact(emails=["test@example.com"]), make.page("sergio")
    for name in ("github-anna", "site-1", web, "http://127.0.0.1/"):
        assert page.get(f"/contacts/photo/{key}/found", query_string={"source": name}).status_code == 404
        page.post(f"/contacts/photo/{key}/take", {"source": name})
    assert page.get(f"/contacts/photo/{key}").status_code == 404


def test_the_choices_are_the_administrators(make: Maker) -> None:
    """ACC-01: who is no administrator turns nothing on; what is no number is refused in words."""
    assert make.page("sergio").post("/settings/preferences/", {"photos.find": "y"}).status_code in (302, 403, 404)
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        assert preferences.chosen(photos.FINDING) is False
    page = make.page("marta")
    assert "Offer pictures" in page.get("/settings/preferences/").text
