"""The organization's profile, what invoices start with, and the format of numbers (INV-01, INV-03, INV-08, SET-06)."""

import io
import re
from typing import IO, Any

from flask_babel import gettext as _
from stdnum import bic, iban
from stdnum.eu import vat

from app.core import access, clock, pictures, storage
from app.core.db import db
from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.invoices import numbering
from app.invoices.addresses import country_code
from app.invoices.basics import NumberFormat, Profile
from app.invoices.reading import Errors, Reader

TEXTS = {
    "name": 255,
    "street": 255,
    "zip": 20,
    "city": 120,
    "state": 60,
    "country": 60,
    "tax_code": 28,
    "email": 254,
    "phone": 40,
    "website": 255,
    "bank": 80,
    "footer": 1000,
}
# Regimes of FatturaPA 1.2 (RegimeFiscale).
REGIMES = ("RF01", "RF02", *(f"RF{n:02}" for n in range(4, 20)))
LOGO_BOX = (800, 300)  # pixels
AFFIX = re.compile(r"(?:[^{}\x00-\x1f]|\{year\}|\{yy\}|\{month\})*")
LATEST_REMINDER = 365


def profile() -> Profile:
    """The profile; an empty one while nobody has written it."""
    return db.session.get(Profile, 1) or Profile(card={}, terms=None, reminder_days=[], version=0)


def save(data: dict[str, Any], logo: IO[bytes] | None = None) -> Profile:
    """Write the keys present of the profile: those of its card, terms, reminder_days ("7, 14"), remove_logo.

    `logo` is a picture (png, jpg, gif, webp, at most 1 MB); it is shrunk to fit. Raises RuleBroken,
    Conflict, NotAllowed. Flushes.
    """
    if not access.current().is_admin:
        raise NotAllowed
    present = profile()
    if data.get("version") not in (None, present.version):
        raise Conflict
    clean = check(data)
    if logo is not None:
        clean["card"] |= _stored(logo)
    elif data.get("remove_logo"):
        clean["card"]["logo"] = None
    present.id = 1
    present.card = {**present.card, **clean.pop("card")}
    for key, value in clean.items():
        setattr(present, key, value)
    db.session.add(present)
    db.session.flush()
    return present


def check(data: dict[str, Any]) -> dict[str, Any]:
    """Clean values. Raises RuleBroken."""
    errors: Errors = {}
    read = Reader(data, errors)
    card = {key: read.text(key, limit) for key, limit in TEXTS.items() if key in data}
    card |= {key: _number(read, key, data) for key in ("vat_number", "iban", "bic") if key in data}
    if "tax_regime" in data:
        card["tax_regime"] = read.choice("tax_regime", REGIMES, REGIMES[0])
    clean: dict[str, Any] = {"card": card}
    if "terms" in data:
        clean["terms"] = read.text("terms", 5000)
    if "reminder_days" in data:
        clean["reminder_days"] = _days(read, data["reminder_days"])
    if errors:
        raise RuleBroken(errors)
    return clean


def _number(read: Reader, key: str, data: dict[str, Any]) -> str | None:
    """VAT number, IBAN and BIC: their check digits tell a slip of the hand."""
    typed = read.text(key, 40)
    if typed is None:
        return None
    compact = re.sub(r"[\s.\-/]", "", typed).upper()
    if key == "vat_number":
        return vat_number(compact, str(data.get("country") or ""), read)
    library, what = (iban, _("an IBAN")) if key == "iban" else (bic, _("a BIC"))
    if not library.is_valid(compact):
        read.refuse(key, _("“%(text)s” is not %(what)s.", text=typed, what=what))
    return compact


def vat_number(compact: str, country: str, read: Reader, key: str = "vat_number") -> str:
    """A VAT number as it is kept. Numbers of the EU are checked, where the country is known or stands in front."""
    code = country_code(country) or ""
    whole = compact if compact[:2].isalpha() else f"{'EL' if code == 'GR' else code}{compact}"
    if whole[:2].lower() in vat.MEMBER_STATES | {"el"} and not vat.is_valid(whole):
        read.refuse(key, _("“%(text)s” is not %(what)s.", text=compact, what=_("a VAT number")))
    return compact


def _days(read: Reader, typed: Any) -> list[int]:
    """Days after the due date, on each of which one reminder goes out."""
    words = typed if isinstance(typed, list) else re.split(r"[\s,;]+", str(typed or "").strip())
    days = sorted({int(w) for w in map(str, words) if w.isascii() and w.isdigit() and len(w) < 4})
    if len(days) != len([w for w in words if w != ""]) or len(days) > 5 or any(d > LATEST_REMINDER for d in days):
        read.refuse("reminder_days", _("Up to five numbers of days, such as 7, 14, 30."))
    return days


def _stored(logo: IO[bytes]) -> dict[str, str]:
    """The logo made harmless and put into our storage: its key and media type. Raises RuleBroken."""
    try:
        picture = pictures.shrunk(logo, LOGO_BOX)
    except pictures.BadPicture as bad:
        raise RuleBroken({"logo": str(bad)}) from None
    key, _size = storage.put(io.BytesIO(picture.content), "logos")
    return {"logo": key, "logo_type": picture.media_type}


def save_format(data: dict[str, Any]) -> NumberFormat:
    """Write how invoices are numbered: automatic, prefix, suffix, digits, start, yearly, version. A changed start
    is where the present period goes on. Raises RuleBroken, Conflict, NotAllowed. Flushes."""
    if not access.current().is_admin:
        raise NotAllowed
    how = numbering.number_format()
    if data.get("version") not in (None, how.version):
        raise Conflict
    clean = check_format(data)
    before = (how.start, how.yearly) if how.version else None
    how.id = 1
    for key, value in clean.items():
        setattr(how, key, value)
    db.session.add(how)
    db.session.flush()
    if (how.start, how.yearly) != before:
        numbering.begin_at(how, clock.today(access.current().timezone))
    return how


def check_format(data: dict[str, Any]) -> dict[str, Any]:
    """Clean values. Raises RuleBroken."""
    errors: Errors = {}
    read = Reader(data, errors)
    clean = {
        "automatic": bool(data.get("automatic")),
        "yearly": bool(data.get("yearly")),
        "prefix": read.text("prefix", 20) or "",
        "suffix": read.text("suffix", 20) or "",
        "digits": int(read.number("digits", "1", "12", 0, default="7")),
        "start": int(read.number("start", "1", "999999999", 0, default="1")),
    }
    for key in ("prefix", "suffix"):
        if not AFFIX.fullmatch(str(clean[key])):
            read.refuse(key, _("Braces stand around year, yy and month alone."))
    if clean["yearly"] and not re.search(r"\{yy|\{year", f"{clean['prefix']}{clean['suffix']}"):
        read.refuse("yearly", _("To start anew each year the number must show the year: put {year} or {yy} in it."))
    if errors:
        raise RuleBroken(errors)
    return clean
