"""Where a server keeps what it has, and where it is reached."""

from __future__ import annotations

import ipaddress
import os
import secrets
import stat
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from stockward.terms.errors import UsageError

LOOPBACK = "127.0.0.1"
_OWNER_ALONE = 0o077
"""Rights that nobody but the owner of a secret may have."""


@dataclass(frozen=True, slots=True)
class ServerPlace:
    """One server.

    folder
        All that it keeps, open to its owner alone.
    database
        ``postgresql://…``, or ``None`` for SQLite files in the folder.
    host, port
        Where it listens.
    proxy
        The address that people use, ``https://name``, where a proxy stands before it; ``None`` without one.
    """

    folder: Path
    database: str | None = None
    host: str = LOOPBACK
    port: int = 8765
    proxy: str | None = None

    @classmethod
    def asked(cls, folder: Path, database: str | None, host: str, port: int, proxy: str | None) -> Self:
        """The place as somebody asks for it; raises ``UsageError`` for one that would be open, or cannot be."""
        if database is not None:
            _require_postgresql(database)
        if proxy is not None:
            _require_https(proxy)
        elif not _is_loopback(host):
            raise UsageError(
                f"--host {host}: others could read what is sent: give --behind-proxy https://name, or leave --host out"
            )
        return cls(folder.resolve(), database, host, port, proxy)

    @property
    def address(self) -> str:
        """What people write into their browser."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return self.proxy or f"http://{shown}:{self.port}"

    @property
    def hosts(self) -> list[str]:
        """Names by which a request may call the server."""
        if self.proxy is None:
            return [LOOPBACK, "localhost", "[::1]"]
        return [urlsplit(self.proxy).hostname or ""]

    @property
    def book(self) -> str:
        """Address of the database that holds the book."""
        return self.database or f"sqlite:///{self.folder / 'book.sqlite'}"

    @property
    def trusted_proxy(self) -> str | None:
        """Whom waitress believes what it says of the client: the proxy on this machine, or where it is elsewhere, all.

        Then nothing but the proxy may reach the port.
        """
        if self.proxy is None:
            return None
        return LOOPBACK if _is_loopback(self.host) else "*"

    def open_folder(self) -> None:
        """Make the folder, for its owner alone; raises ``UsageError`` where there is none to be had."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.chmod(0o700)
        except OSError as error:
            mend = "name another folder"
            raise UsageError(f"{self.folder}: nothing can be kept there ({error.strerror}): {mend}") from None

    def secret(self, name: str) -> str:
        """A secret of 256 bits, made when it is first asked for and kept in a file that the owner alone may read.

        Raises ``UsageError`` where others may read the file.
        """
        file = self.folder / f"{name}.secret"
        try:
            number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _kept(file)
        with os.fdopen(number, "w", encoding="ascii") as made:
            made.write(secrets.token_hex(32))
        return _kept(file)

    def words(self) -> dict[str, Any]:
        """The place as words for another process."""
        return {**asdict(self), "folder": str(self.folder)}

    @classmethod
    def of_words(cls, words: dict[str, Any]) -> Self:
        """The place of such words."""
        return cls(**{**words, "folder": Path(words["folder"])})


def _kept(file: Path) -> str:
    if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & _OWNER_ALONE:
        raise UsageError(f"{file}: others may read this secret: run chmod 600 {file}")
    secret = file.read_text(encoding="ascii").strip()
    if len(secret) < 64:
        raise UsageError(f"{file}: this secret is cut short: put back the file of the backup")
    return secret


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _require_https(proxy: str) -> None:
    parts = urlsplit(proxy)
    if parts.scheme != "https" or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise UsageError(f"--behind-proxy {proxy}: it is no address of a proxy: write https://name")


def _require_postgresql(database: str) -> None:
    try:
        known = urlsplit(database).scheme == "postgresql" and bool(postgresql_parts(database)["NAME"])
    except ValueError:
        known = False
    if not known:
        raise UsageError("--database: it is no database: write postgresql://user@host/name")


def postgresql_parts(database: str) -> dict[str, Any]:
    """What an address ``postgresql://user:password@host:port/name?option=value`` says, by the names of Django.

    Options are those of libpq: ``host`` names the folder of a socket, ``sslmode`` how the way there is kept secret.
    """
    parts = urlsplit(database)
    return {
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }
