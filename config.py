"""Deploy settings, from the environment alone. What an administrator changes lives in the settings room.

Every value has a safe default but the secret key, which has none: a product that starts with a known key is open.
"""

import os
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any

LANGUAGES = {"it": {"flag": "it", "name": "Italiano"}, "en": {"flag": "gb", "name": "English"}}
WEAK_KEYS = {"secret", "changeme", "dev", "thisismyscretkey", "password", "clientela"}
MINIMAL_KEY_LENGTH = 32


class ConfigError(Exception):
    """The environment asks for something that can't be served; the message says what to set."""


def load(env: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return Flask's configuration made from environment variables.

    Raises ConfigError where a value is missing or unsafe.
    """
    base_url = env.get("CLIENTELA_BASE_URL", "").rstrip("/")
    data = Path(env.get("CLIENTELA_DATA", "var")).absolute()
    return {
        "DATA": data,
        "SECRET_KEY": secret_key(env, data),
        "FORMER_SECRET_KEYS": env.get("CLIENTELA_FORMER_SECRET_KEYS", "").split(),
        "BASE_URL": base_url,
        "FILES_URL": env.get("CLIENTELA_FILES_URL") or (data / "files").as_uri(),
        "METRICS_TOKEN": env.get("CLIENTELA_METRICS_TOKEN", ""),
        "PROXIES": proxies(env),
        "SMTP_URL": env.get("CLIENTELA_SMTP_URL", ""),
        "WEBHOOK_ALLOW": networks(env.get("CLIENTELA_WEBHOOK_ALLOW", "")),
        "REDIS_URL": env.get("REDIS_URL", "redis://127.0.0.1:6379/0"),
        "SQLALCHEMY_DATABASE_URI": database_url(env),
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(env),
        "OPENID": openid(env),
        **web_settings(base_url),
        **framework_settings(),
    }


def networks(text: str) -> list[str]:
    """Private machines that webhooks may reach none the less: addresses or networks, separated by blanks."""
    for name in text.split():
        try:
            ip_network(name, strict=False)
        except ValueError:
            raise ConfigError(f"CLIENTELA_WEBHOOK_ALLOW: {name!r} is neither an address nor a network") from None
    return text.split()


def secret_key(env: Mapping[str, str], data: Path) -> str:
    """The key that signs sessions and tokens: from the environment, else the file the launcher made (0600)."""
    stored = data / "secret_key"
    key = env.get("CLIENTELA_SECRET_KEY") or (stored.read_text().strip() if stored.is_file() else "")
    if len(key) < MINIMAL_KEY_LENGTH or key.lower() in WEAK_KEYS:
        raise ConfigError(f"CLIENTELA_SECRET_KEY must be set to at least {MINIMAL_KEY_LENGTH} random characters")
    return key


def proxies(env: Mapping[str, str]) -> int:
    """How many proxies of yours stand before the web: as many X-Forwarded-For entries, from the end, are believed."""
    text = env.get("CLIENTELA_PROXIES", "0") or "0"
    if not text.isdecimal() or int(text) > 9:
        raise ConfigError("CLIENTELA_PROXIES must be the number of proxies before the web, 0 to 9")
    return int(text)


def database_url(env: Mapping[str, str]) -> str:
    """PostgreSQL through psycopg 3, whichever of the customary schemes was written."""
    url = env.get("DATABASE_URL", "")
    if not url:
        raise ConfigError("DATABASE_URL must name a PostgreSQL database; `python3 run.py` starts one by itself")
    scheme, _, rest = url.partition("://")
    if scheme.split("+")[0] not in ("postgresql", "postgres"):
        raise ConfigError("DATABASE_URL must name a PostgreSQL database (postgresql://…)")
    return f"postgresql+psycopg://{rest}"


def engine_options(env: Mapping[str, str]) -> dict[str, Any]:
    """Pool and limits: a blocked table gives an error page in seconds instead of a pile of waiting processes."""
    seconds = int(env.get("CLIENTELA_STATEMENT_SECONDS", "30"))
    limits = f"-c lock_timeout=5s -c statement_timeout={seconds}s -c timezone=UTC -c jit=off"
    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
        "pool_size": 4,
        "max_overflow": 8,
        "connect_args": {"options": limits},
    }


def openid(env: Mapping[str, str]) -> dict[str, Any] | None:
    """The provider of OpenID Connect that people may sign in by; None where none is named.

    CLIENTELA_OPENID_ISSUER, _CLIENT_ID and _CLIENT_SECRET name it; _BUTTON is what the login page calls it;
    _DOMAINS are the only domains of addresses let in; _CREATE=1 makes accounts for the unknown; _ROLES
    ("staff=User,heads=Administrator") gives roles by what stands in the claim _GROUP_CLAIM, and lets nobody else in.
    """
    keys = ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "BUTTON", "DOMAINS", "CREATE", "GROUP_CLAIM", "ROLES", "SCOPES")
    given = {key: env.get(f"CLIENTELA_OPENID_{key}", "").strip() for key in keys}
    if not given["ISSUER"]:
        return None
    if not (given["CLIENT_ID"] and given["CLIENT_SECRET"]):
        raise ConfigError("CLIENTELA_OPENID_ISSUER needs CLIENTELA_OPENID_CLIENT_ID and CLIENTELA_OPENID_CLIENT_SECRET")
    pairs = [pair.partition("=") for pair in given["ROLES"].split(",") if pair.strip()]
    if not all(group.strip() and role.strip() for group, _, role in pairs):
        raise ConfigError("CLIENTELA_OPENID_ROLES must be written as group=Role,group=Role")
    return {
        "issuer": given["ISSUER"].rstrip("/"),
        "client_id": given["CLIENT_ID"],
        "client_secret": given["CLIENT_SECRET"],
        "button": given["BUTTON"],
        "domains": given["DOMAINS"].lower().replace(",", " ").split(),
        "create": given["CREATE"].lower() in ("1", "true", "yes"),
        "group_claim": given["GROUP_CLAIM"] or "groups",
        "roles": {group.strip(): role.strip() for group, _, role in pairs},
        "scopes": given["SCOPES"] or "openid email profile",
    }


def web_settings(base_url: str) -> dict[str, Any]:
    """Cookies, sizes and CSRF. Secure cookies follow the public address, so that http on loopback still works."""
    secure = base_url.startswith("https://")
    return {
        "SESSION_COOKIE_NAME": "__Host-clientela" if secure else "clientela",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": 12 * 3600,
        "MAX_CONTENT_LENGTH": 210 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 5 * 1024 * 1024,
        "WTF_CSRF_TIME_LIMIT": None,
        "LOGIN_REFUSAL_SECONDS": 0.4,
    }


def framework_settings() -> dict[str, Any]:
    """Flask-AppBuilder's own keys. Tables come from migrations and permissions from `deploy`, never from a start."""
    return {
        "APP_NAME": "Clientela",
        "LANGUAGES": LANGUAGES,
        "BABEL_DEFAULT_LOCALE": "en",
        "FAB_BASE_TEMPLATE": "appbuilder/baselayout.html",
        "FAB_SECURITY_MANAGER_CLASS": "app.core.security.CrmSecurityManager",
        "FAB_INDEX_VIEW": "app.home.views.HomeView",
        "FAB_CREATE_DB": False,
        "FAB_UPDATE_PERMS": False,
        "FAB_API_SWAGGER_UI": True,
        "FAB_API_MAX_PAGE_SIZE": 1000,
        "FAB_API_SHOW_STACKTRACE": False,
        "FAB_PASSWORD_COMPLEXITY_ENABLED": True,
        "FAB_PASSWORD_COMPLEXITY_VALIDATOR": "app.core.security:strong_password",
        "FAB_API_KEY_ENABLED": True,
        "FAB_API_KEY_PREFIXES": ["clk_"],
        "AUTH_TYPE": 1,
        "AUTH_ROLE_ADMIN": "Owner",
        "AUTH_ROLE_PUBLIC": "Visitor",
        "AUTH_USER_REGISTRATION": False,
        "RATELIMIT_ENABLED": False,
        "JWT_ACCESS_TOKEN_EXPIRES": 12 * 3600,
        "JWT_ERROR_MESSAGE_KEY": "message",
    }
