"""A setting in words, for the page of an export: what was chosen or written, and about what.

What the app only remembers for itself (which news were seen, on which day the trash was looked at) says nothing to a
reader: it is in the data file and not on the page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from app.errors import ContentError
from app.model.entities import Setting
from app.model.ids import Id
from app.services.content.library import Library
from app.services.content.speech import Speech

_CONTACTS: Final = "guidance.contacts"
_INNER: Final = ("calendar.offered", "heard.", "note.", "numbers.", "retention.", "settled.", "trash.")
_ID: Final = re.compile(r"[0-9a-f]{32}")


def in_words(
    setting: Setting, speech: Speech, library: Library, names: Mapping[Id, str], met: Callable[[Id], str]
) -> tuple[str, str] | None:
    """What a setting is about, and what it says. Nothing where it is only the app's own memory, or empty."""
    name, _, rest = setting.key.partition(".")
    value = setting.value
    if value is None or value == "" or setting.key.startswith(_INNER):
        return None
    if name in ("contact", "number"):
        about = rest.rpartition(".")[0] if name == "contact" else rest
        return _contact(library, speech, about) or setting.key, str(value)
    if name == "meeting" and rest.endswith(".worry"):
        about = f"{speech.say('meeting.end.worry')} {met(rest.removesuffix('.worry'))}".strip()
        key = f"meeting.end.worry.{value}"
        return about, speech.say(key) if speech.has(key) else str(value)
    if name == "anyway":
        return f"{speech.say('checklist.anyway')}: {names.get(rest, '')}".rstrip(": "), str(value)
    if isinstance(value, bool):
        said = speech.say("print.yes" if value else "print.no")
        return f"{speech.say('calendar.out')}: {speech.say(setting.key)}" if speech.has(
            setting.key
        ) else setting.key, said
    return setting.key, str(value)  # better by its name than left out


def _contact(library: Library, speech: Speech, id: str) -> str:
    try:
        return speech.read(library.document(_CONTACTS).item(id).text)
    except ContentError:
        return ""


def written(text: str) -> Iterator[str]:
    """The words in a form that was not saved, as far as somebody wrote them in it."""
    try:
        left = json.loads(text)
        now, then = left["now"], left["then"]
        changed = [now] if isinstance(now, str) else [value for name, value in now.items() if value != then.get(name)]
    except (ValueError, KeyError, TypeError, AttributeError):
        yield text  # of another version of the app: better as it stands than left out
        return
    for value in changed:
        yield from _words(value)


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if value.strip() and not _ID.fullmatch(value):
            yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _words(one)
