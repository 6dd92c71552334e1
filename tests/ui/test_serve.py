"""The browser mode in this process: what is served, in which words, and a line that is cut while something is drawn."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flet.messaging.protocol import Message, MessageAction
from flet_web.fastapi.flet_app import FletApp

from app.ui import serve

ASSETS = Path(__file__).parents[2] / "assets"


@pytest.fixture
def as_it_was() -> Iterator[Any]:
    """Flet's own way of sending, put back afterwards."""
    send = FletApp.send_message
    yield send
    FletApp.send_message = send


def test_the_page_around_the_app_is_ours_and_asks_nobody_else() -> None:
    page = serve._page(ASSETS)
    assert "/*fika-words*/" in page and "/ws" in page
    assert "http://" not in page.replace("http://www.w3.org", "") and "https://" not in page


def test_its_words_are_there_in_every_language() -> None:
    words = serve._words(ASSETS)
    assert set(words) == {"sv", "en"}
    said = json.loads((ASSETS / "locales/en/frame.json").read_text("utf-8"))
    assert words["en"]["taken"] == said["frame.window-taken"]
    assert all(set(one) == {*serve.SAID, "title"} and all(one.values()) for one in words.values())


def test_it_listens_on_this_computer_only_on_a_port_of_its_own() -> None:
    with serve._listen(0) as listener:
        host, port = listener.getsockname()
        assert host == "127.0.0.1" and port > 0


def test_a_port_that_is_taken_is_said_in_one_line_before_anything_is_built() -> None:
    with serve._listen(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit) as stopped:
            serve.serve(lambda _: pytest.fail("a window"), Path("/nowhere"), port=port, open_browser=False)
    assert str(stopped.value.code).startswith(f"fika: 127.0.0.1:{port}: ")


async def test_what_is_drawn_while_the_window_closes_falls_away(as_it_was: Any) -> None:
    cut: Any = FletApp(asyncio.get_running_loop(), None, lambda _: None, None)
    cut._FletApp__send_queue = None  # as it is once the window has gone
    message = Message(MessageAction.PATCH_CONTROL, {})
    FletApp.send_message = getattr(as_it_was, "flets", as_it_was)
    with pytest.raises(AttributeError):
        cut.send_message(message)
    serve._mend_line()
    serve._mend_line()
    cut.send_message(message)
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    cut._FletApp__send_queue = queue
    cut.send_message(message)
    assert queue.qsize() == 1


async def test_settings_from_outside_do_not_win(monkeypatch: pytest.MonkeyPatch, as_it_was: Any) -> None:
    monkeypatch.setenv("FLET_SESSION_TIMEOUT", "3600")
    monkeypatch.setenv("FLET_UPLOAD_DIR", "/tmp")
    assert callable(serve._flet(lambda _: None, ASSETS))
    import os

    assert "FLET_SESSION_TIMEOUT" not in os.environ and "FLET_UPLOAD_DIR" not in os.environ
