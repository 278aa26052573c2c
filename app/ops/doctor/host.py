"""What can be seen of this host alone, with the product stopped and the database away."""

import os
import platform
import shutil
import stat
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import config
from app.ops.doctor.finding import Finding, fine, problem, warning

GB = 1024**3
LITTLE, TOO_LITTLE = 2 * GB, GB // 4
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def look(data: Path, env: Mapping[str, str]) -> Iterator[Finding]:
    """All of it."""
    yield fine("python", f"Python {platform.python_version()} in {sys.prefix}")
    yield disk(data)
    yield folder(data)
    yield key(data, env)
    yield settings(env)
    yield public_address(env)


def disk(data: Path) -> Finding:
    """Whether PostgreSQL, files and backups have room to grow."""
    free = shutil.disk_usage(data).free
    says = f"{free / GB:.1f} GB are free for {data}"
    cure = f"Free some space on the disk of {data}, or move it to a larger one."
    if free < TOO_LITTLE:
        return problem("disk", says, cure)
    return warning("disk", says, cure) if free < LITTLE else fine("disk", says)


def folder(data: Path) -> Finding:
    """Whether this user may write where the data lies."""
    shut = [p for p in (data, data / "files", data / "log", data / "run") if p.exists() and not os.access(p, os.W_OK)]
    if shut:
        owner = shut[0].stat().st_uid
        cure = f"Run the product as the owner (user id {owner}), or give it the folder: chown -R USER {shut[0]}"
        return problem("folder", f"{shut[0]} can't be written by this user.", cure)
    return fine("folder", f"{data} can be written")


def key(data: Path, env: Mapping[str, str]) -> Finding:
    """Whether the secret key is there, strong, and nobody else's to read."""
    file = data / "secret_key"
    try:
        config.secret_key(env, data)
    except config.ConfigError as error:
        return problem("secret key", f"{error}.", f"Restore {file} from a backup, or set CLIENTELA_SECRET_KEY.")
    except OSError as error:
        return problem("secret key", f"{file} can't be read: {error.strerror}.", "Run as the user who owns it.")
    if env.get("CLIENTELA_SECRET_KEY"):
        return fine("secret key", "CLIENTELA_SECRET_KEY is set; keep it beside your backups")
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        return problem("secret key", f"Other users of this machine may read {file}.", f"chmod 600 {file}")
    return fine("secret key", f"{file} is read by its owner alone")


def settings(env: Mapping[str, str]) -> Finding:
    """Whether the environment can be understood."""
    try:
        config.load({"DATABASE_URL": "postgresql:///", **env})
    except (config.ConfigError, ValueError, OSError) as error:
        return problem("settings", f"{error}.", "Correct this variable where the product is started, and start again.")
    return fine("settings", "the environment's settings can be understood")


def public_address(env: Mapping[str, str]) -> Finding:
    """Whether links lead back, and cookies and passwords travel sealed."""
    address = env.get("CLIENTELA_BASE_URL", "")
    parts = urlsplit(address)
    example = "Set CLIENTELA_BASE_URL=https://crm.example.com, with a proxy before it that speaks TLS."
    if not address:
        says = "CLIENTELA_BASE_URL is not set: mails have no links, and the cookie is not bound to https."
        return warning("public address", says, example)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return problem("public address", f"CLIENTELA_BASE_URL is no web address: {address}", example)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        return problem("public address", f"{address} is not https: passwords travel for all to read.", example)
    if parts.scheme == "https" and env.get("CLIENTELA_PROXIES", "0") in ("", "0"):
        says = f"{address} comes through a proxy, but CLIENTELA_PROXIES is not set: all clients count as one."
        return warning("public address", says, "Set CLIENTELA_PROXIES to the number of your proxies (mostly 1).")
    secure = "; the cookie is for https alone" if parts.scheme == "https" else ""
    return fine("public address", f"links lead to {address}{secure}")
