"""What a good email, phone and web address is, for every door alike. Pure: text in, text out."""

import re
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _

LONGEST = 320
LONGEST_URL = 2000
DEFAULT_REGION = "IT"
SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
WEB_SCHEMES = ("http:", "https:")
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


def _harmless(text: str) -> bool:
    return text.lower().startswith(WEB_SCHEMES) or bool(HOST.match(text))


def web_href(text: str) -> str:
    """The link that a page may show for it; empty where it is a mere profile name."""
    if text.lower().startswith(("http://", "https://")):
        return text
    return f"https://{text}" if HOST.match(text) else ""
