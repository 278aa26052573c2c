"""What a good email, phone and web address is, for every door alike. Pure: text in, text out."""

import re
from collections.abc import Callable
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from stdnum.eu import vat
from stdnum.it import codicefiscale, iva

LONGEST = 320
LONGEST_URL = 2000
DEFAULT_REGION = "IT"
SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
WEB_SCHEMES = ("http:", "https:")
EUROPE = {*vat.MEMBER_STATES, "el"}
ITALIAN = re.compile(r"\d{11}")
CODE = re.compile(r"[A-Z]{6}[A-Z\d]{10}")
RECIPIENT = re.compile(r"[A-Z\d]{6,7}")
HOST = re.compile(r"^[\w-]+(\.[\w-]+)+([/:?#]\S*)?$")


def email(text: str) -> str:
    """The address in lower case. Raises ValueError with a sentence (policy 5: stored and compared in lower case)."""
    try:
        if len(text) > LONGEST:
            raise EmailNotValidError
        return validate_email(text, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        raise ValueError(_("“%(text)s” is not an email address", text=text[:60])) from None


@lru_cache(maxsize=20_000)
def phone_digits(text: str, region: str = DEFAULT_REGION) -> str:
    """What a phone is compared by: E.164 where the number is a possible one, else its digits.

    Raises ValueError for a text without digits or longer than a phone number can be.
    """
    digits = "".join(c for c in text if c.isdecimal())
    if not 2 <= len(digits) <= 20 or len(text) > 60:
        raise ValueError(_("“%(text)s” is not a phone number", text=text[:60]))
    try:
        number = phonenumbers.parse(text, region)
        if phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        pass
    return digits


def web_address(text: str) -> str:
    """What a web address or profile name is compared by. Raises ValueError for schemes that could run a script."""
    scheme = SCHEME.match(text)
    if len(text) > LONGEST_URL or any(c.isspace() for c in text) or (scheme and not _harmless(text)):
        raise ValueError(_("“%(text)s” is not a web address", text=text[:60]))
    return text.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")


def vat_number(text: str) -> str:
    """Without blanks and marks, in capitals. Numbers of the European Union, and eleven digits as Italian ones, must
    have right check digits; others stay as they are. Raises ValueError."""
    number = _compact(text)
    if number[:2].lower() in EUROPE:
        is_right = vat.is_valid(number)
    else:
        is_right = iva.is_valid(number) if ITALIAN.fullmatch(number) else any(map(str.isdigit, number))
    if not is_right:
        raise ValueError(_("“%(text)s” is not a VAT number", text=text[:60]))
    return number


def tax_code(text: str) -> str:
    """As above; what looks like an Italian tax code must be a right one. Raises ValueError."""
    code = _compact(text)
    is_right = codicefiscale.is_valid(code) if CODE.fullmatch(code) or ITALIAN.fullmatch(code) else code.isalnum()
    if not is_right:
        raise ValueError(_("“%(text)s” is not a tax code", text=text[:60]))
    return code


def recipient_code(text: str) -> str:
    """The SDI's code of who receives e-invoices: 7 letters or digits, 6 for public offices. Raises ValueError."""
    code = _compact(text)
    if not RECIPIENT.fullmatch(code):
        raise ValueError(_("“%(text)s” is not a recipient code of 6 or 7 letters and digits", text=text[:60]))
    return code


def _compact(text: str) -> str:
    return re.sub(r"[\s.\-/]", "", text).upper()


FISCAL: dict[str, tuple[Callable[[str], str], int]] = {
    "vat_number": (vat_number, 28),
    "tax_code": (tax_code, 28),
    "recipient_code": (recipient_code, 7),
    "pec": (email, 254),
}


def fiscal(key: str, text: str) -> str | None:
    """One of the FISCAL texts as it is kept; None for an empty one. Raises ValueError."""
    rule, limit = FISCAL[key]
    if len(text) > LONGEST or len(clean := rule(text) if text else "") > limit:
        raise ValueError(_("At most %(limit)s characters.", limit=limit))
    return clean or None


def _harmless(text: str) -> bool:
    return text.lower().startswith(WEB_SCHEMES) or bool(HOST.match(text))


def web_href(text: str) -> str:
    """The link that a page may show for it; empty where it is a mere profile name."""
    if text.lower().startswith(("http://", "https://")):
        return text
    return f"https://{text}" if HOST.match(text) else ""
