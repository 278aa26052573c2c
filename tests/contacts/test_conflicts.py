"""Two people edit one contact: the second sees what changed beside what he typed (GEN-08)."""

import re

from tests import factories
from tests.contacts.forms import channels, person
from tests.factories import Maker

make = factories.make
REST = "/api/v1/contacts/"


def test_the_second_editor_compares_and_decides(make: Maker) -> None:
    """GEN-08: nothing is silently overwritten; both values stand side by side, and a second save is a decision."""
    contact = make.contact(first_name="Anna", last_name="Bo", title="Impiegata", emails=["anna@example.com"])
    nino, rest = make.page("nino"), make.rest("livia")
    version = re.search(r'name="version"[^>]*value="(\d+)"', nino.get(f"/contacts/edit/{contact}").text)
    assert version
    changed = {"title": "Direttrice", "phones": ["+39 02 55555"]}
    assert rest.put(f"{REST}{contact}", changed).status_code == 200
    mail = channels("emails", "anna@example.com")
    typed = person("Anna", "Bo", title="Capoufficio", description="di Nino", open_to_all="y", **mail)
    answer = nino.post(f"/contacts/edit/{contact}", typed | {"version": version[1]})
    assert answer.status_code == 200
    table = answer.text.split("data-conflict", 1)[1].split("</table>", 1)[0]
    for words in ("Direttrice", "Capoufficio", "+39 02 55555", "di Nino"):
        assert words in table
    assert "anna@example.com" not in table
    assert rest.get(f"{REST}{contact}").json["result"]["title"] == "Direttrice"
    now = re.search(r'name="version"[^>]*value="(\d+)"', answer.text)
    assert now
    assert int(now[1]) > int(version[1])
    assert nino.post(f"/contacts/edit/{contact}", typed | {"version": now[1]}).status_code == 302
    assert rest.get(f"{REST}{contact}").json["result"]["title"] == "Capoufficio"
