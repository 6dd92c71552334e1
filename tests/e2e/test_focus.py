"""Whoever opens a screen to write can write: with things moving as ever and the screen read out, the field that is meant
has the focus and keeps it, and what is typed arrives in the app."""

from __future__ import annotations

import time

import flet as ft
from playwright.sync_api import TimeoutError

from app.ui.desk import Desk
from tests.e2e.test_journey import HELD
from tests.support.patience import PATIENCE
from tests.support.studio import PASSPHRASE, Studio, studio

WORDS = "Två ord åäö"
LOCKED = (("/quick", "quick-text"), ("/recover", "recovery-key"))
OPEN = (("/people/new", "person-name"), ("/search", "search-field"), ("/settings/erase", "erase-passphrase"))
WHO = "() => { const e = document.activeElement; return e.tagName + ' ' + (e.getAttribute('aria-label') || ''); }"


def arrived(desk: Desk) -> bool:
    """Whether the words stand in a field as the app knows it; the browser's own may hold what never came."""
    return any(isinstance(one, ft.TextField) and one.value == WORDS for one in tuple(desk.page.session.index.values()))


def just_types(app: Studio, field: str) -> None:
    """Nobody taps anything: the field is waited for, then written in."""
    page = app.page.page
    try:
        page.wait_for_function(HELD, arg=field, polling="raf", timeout=PATIENCE * 1_000)
    except TimeoutError as lost:
        raise AssertionError(f"{field} has not kept the focus, it is at {page.evaluate(WHO)}") from lost
    page.keyboard.type(WORDS, delay=5)
    until = time.monotonic() + PATIENCE
    while not (there := app.do(arrived)) and time.monotonic() < until:
        page.wait_for_timeout(50)
    assert there, f"what was typed into {field} did not arrive, the focus is at {page.evaluate(WHO)}"


def test_a_field_that_is_entered_by_itself_is_not_lost_again_whatever_moves() -> None:
    """On a computer, where most of it went wrong: what comes and goes behind the lock screen, a list that scrolls and is
    built twice, an address that is told when the screen already stands."""
    with studio("locked", width=1100, height=700, reduced_motion="no-preference") as app:
        just_types(app, "passphrase")
        for path, field in LOCKED:
            app.show(path)
            just_types(app, field)
        app.do(lambda desk: desk.session.unlock(PASSPHRASE))
        for path, field in OPEN:
            app.show(path)
            just_types(app, field)
