"""The Italian catalogue: gathered from the code, completed by people, compiled beside it.

`flask --app app translations` gathers and compiles; a test fails while a sentence has no Italian.
"""

from io import BytesIO
from pathlib import Path

import click
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

APP = Path(__file__).parent.parent
ROOT = APP.parent
PO = APP / "translations" / "it" / "LC_MESSAGES" / "messages.po"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
PLACES = ("app", "importers", "reports", "workers")


def gather() -> Catalog:
    """Every sentence of the code, without translations."""
    catalog = Catalog(project="Clientela", charset="utf-8")
    for place in PLACES:
        for name, line, message, comments, context in extract_from_dir(
            str(ROOT / place), METHODS, keywords=KEYWORDS, comment_tags=()
        ):
            catalog.add(message, None, [(f"{place}/{name}", line)], auto_comments=comments, context=context)
    return catalog


def stored() -> Catalog:
    """The catalogue as people left it."""
    with PO.open("rb") as file:
        return read_po(file, locale="it")


def untranslated() -> list[str]:
    """Sentences of the code that have no Italian yet."""
    have = stored()
    return [str(m.id) for m in gather() if m.id and not (m.id in have and have[m.id].string and not have[m.id].fuzzy)]


def compiled(catalog: Catalog) -> bytes:
    """What the product reads."""
    buffer = BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


@click.command("translations")
def refresh() -> None:
    """Gather the code's sentences into the Italian catalogue, compile it, and tell how many lack Italian."""
    PO.parent.mkdir(parents=True, exist_ok=True)
    catalog = stored() if PO.exists() else Catalog(locale="it", project="Clientela", charset="utf-8")
    catalog.update(gather(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    with PO.open("wb") as file:
        write_po(file, catalog, width=0, no_location=True, sort_output=True, omit_header=False)
    PO.with_suffix(".mo").write_bytes(compiled(catalog))
    click.echo(f"{len(untranslated())} sentences lack Italian")
