"""How a server is set up: by environment variables that begin with FIKA_, each with a default that is safe."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from sync.session import origin_of

REGISTRATION: Final = ("open", "invitation", "closed")
LEVELS: Final = ("debug", "info", "warning", "error")
MEBIBYTE: Final = 1 << 20
PORT_MAX: Final = 65_535


class BadSetting(Exception):
    """A setting that cannot be meant; the message names it and says what is."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can choose; `docs/operating.md` has the table."""

    host: str = "127.0.0.1"
    port: int = 8460
    origins: tuple[str, ...] = ()
    """The addresses under which devices know this server; by default those of the own machine."""
    database: str = ""
    """`postgresql://…`, or `sqlite:` and a file."""
    folder: Path = Path("~/.local/state/fika-server")
    registration: str = "open"
    proxies: str = ""
    """Addresses of TLS fronts whose X-Forwarded-For is believed."""
    metrics_token: str = ""
    space_bytes: int = 1024 * MEBIBYTE
    blob_bytes: int = 32 * MEBIBYTE
    spaces: int = 1_000_000
    """How many spaces the server takes at all."""
    connections: int = 4_000
    threads: int = 4
    log_level: str = "info"

    @property
    def sqlite(self) -> Path:
        """The file, when the database is SQLite."""
        named = self.database.removeprefix("sqlite:").removeprefix("//")
        return Path(named) if named else self.folder.expanduser() / "fika.db"

    @property
    def postgres(self) -> str:
        """The address, when the database is PostgreSQL; else nothing."""
        return self.database if self.database.startswith(("postgresql://", "postgres://")) else ""

    def known_as(self, port: int) -> tuple[str, ...]:
        """The origins for which a proof counts, once the port is known."""
        return self.origins or tuple(origin_of(f"http://{host}:{port}") for host in ("127.0.0.1", "localhost", "[::1]"))


_NAMES: Final = {"origins": "FIKA_ORIGIN", "database": "FIKA_DATABASE_URL"}


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings that an environment asks for, or `BadSetting`."""
    chosen: dict[str, object] = {}
    known: set[str] = set()
    for one in fields(Settings):
        name = _NAMES.get(one.name, f"FIKA_{one.name.upper()}")
        known.add(name)
        text = environment.get(name, "").strip()
        if not text:
            continue
        try:
            chosen[one.name] = _read(one.name, one.type, text)
        except ValueError as exc:
            raise BadSetting(f"{name}: {exc}") from exc
    unknown = sorted(name for name in environment if name.startswith("FIKA_") and name not in known | {"FIKA_LONG"})
    if unknown:
        raise BadSetting(f"{unknown[0]}: there is no such setting")
    return Settings(**chosen)  # type: ignore[arg-type]  # each was read as its field's type


def _read(name: str, kind: object, text: str) -> object:
    if name == "origins":
        return tuple(origin_of(one.strip()) for one in text.split(","))
    if name == "registration" and text not in REGISTRATION:
        raise ValueError(f"one of {', '.join(REGISTRATION)}")
    if name == "folder":
        return Path(text)
    if name == "database" and not text.startswith(("postgresql://", "postgres://", "sqlite:")):
        raise ValueError("postgresql://… or sqlite:FILE")
    if name == "log_level" and text not in LEVELS:
        raise ValueError(f"one of {', '.join(LEVELS)}")
    if kind in (int, "int"):
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise ValueError("a whole number in digits")
        value = int(text)
        if value < (0 if name == "port" else 1):
            raise ValueError("a positive number")
        if name == "port" and value > PORT_MAX:
            raise ValueError(f"at most {PORT_MAX}")
        return value
    return text
