"""A line says what happened and where, never what was said."""

import json
import logging

from sync.server.notes import LOGGER, Lines


def line(record: logging.LogRecord) -> dict[str, object]:
    found: dict[str, object] = json.loads(Lines().format(record))
    return found


def record(name: str, message: str, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord(name, logging.ERROR, __file__, 1, message, (), info)


def test_of_an_error_the_class_and_the_place_are_kept_and_the_words_are_not() -> None:
    try:
        raise ValueError("what somebody wrote")
    except ValueError as exc:
        found = line(record(LOGGER.name, "broken", exc))
    assert found["error"] == "ValueError"
    assert str(found["at"]).startswith("['test_notes.py:")
    assert "somebody" not in json.dumps(found)


def test_other_libraries_say_that_they_said_something() -> None:
    assert line(record("psycopg", "password is x"))["what"] == "psycopg: said something"
    assert line(record("uvicorn.error", "address in use"))["what"] == "uvicorn.error: address in use"
