"""What is written down about requests: one JSON object a line, with ids shortened, sizes and times, never content.

No path as it came (it may hold a letter box's id), no header, no body, no token, no address.
"""

import json
import logging
import sys
import time
import traceback
from typing import Any, Final

LOGGER: Final = logging.getLogger("sync.server")
_FACTS: Final = "facts"


class Lines(logging.Formatter):
    """A record as one line of JSON. Of an exception: its class and where, not its words."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "what": record.msg if record.name == LOGGER.name else f"{record.name}: {_said(record)}",
        }
        line.update(getattr(record, _FACTS, {}))
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["at"] = [
                f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
                for frame in traceback.extract_tb(record.exc_info[2])
            ][-8:]
        return json.dumps(line)


def _said(record: logging.LogRecord) -> str:
    """What another library wanted to say: the web server's own words, of others nothing."""
    return record.getMessage().strip() if record.name.startswith("uvicorn") else "said something"


def note(
    what: str, level: int = logging.INFO, *, exc_info: BaseException | None = None, **facts: str | int | float
) -> None:
    """Write one line down."""
    if not LOGGER.isEnabledFor(level):
        return
    kept = {name: fact for name, fact in facts.items() if fact != ""}
    LOGGER.log(level, what, extra={_FACTS: kept}, exc_info=exc_info)


def short(id: bytes) -> str:
    """Enough of an id to follow it through a log."""
    return id.hex()[:8]


def start(level: str) -> None:
    """Send everything to standard output, as lines; other libraries only when something is wrong."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    LOGGER.setLevel(level.upper())
