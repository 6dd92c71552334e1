"""The door of the browser mode, tried from outside: raw HTTP, raw WebSockets, and a real browser.

Each refusal stands beside a control that is let in by the same means, so that the check can fail.
"""

from __future__ import annotations

import http.client
import re
import signal
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgpack  # type: ignore[import-untyped]
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.support.browser import FAINT, ROOT, Running, phone, running
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.e2e

SERVED = ("-m", "tests.support.served")
MEDIA = {name: {"top": 0, "right": 0, "bottom": 0, "left": 0} for name in ("padding", "view_padding", "view_insets")}


@pytest.fixture(scope="module")
def app() -> Iterator[Running]:
    """One server for all of them: whoever tries the door gets a new address."""
    with running(*SERVED, "gallery") as served:
        yield served


class Answer:
    """What came back."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read().decode("utf-8", "replace")


def ask(app: Running, path: str = "/", method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    line = http.client.HTTPConnection("127.0.0.1", app.port, timeout=PATIENCE)
    try:
        sent = {"Host": f"127.0.0.1:{app.port}"} | {name.replace("_", "-"): value for name, value in headers.items()}
        line.request(method, path, body=body, headers=sent)
        return Answer(line.getresponse())
    finally:
        line.close()


def enter(app: Running) -> str:
    """The cookie that the start token is exchanged for."""
    parts = urlsplit(app.address)
    answer = ask(app, f"{parts.path}?{parts.query}")
    assert answer.status == 303 and answer.headers["location"] == "/"
    app.next_address()
    return answer.headers["set-cookie"].partition(";")[0]


@contextmanager
def window(
    app: Running, cookie: str, *, origin: str | None = None, host: str | None = None
) -> Iterator[ClientConnection]:
    headers = {"Cookie": cookie} if cookie else {}
    if host:
        headers["Host"] = host
    with connect(
        f"ws://127.0.0.1:{app.port}/ws",
        origin=Origin(origin or f"http://127.0.0.1:{app.port}"),
        additional_headers=headers,
        max_size=None,
        open_timeout=PATIENCE,
        close_timeout=2,
    ) as line:
        yield line


@contextmanager
def window_when_free(app: Running, cookie: str, seconds: float = PATIENCE) -> Iterator[ClientConnection]:
    """A window, as soon as the one before has let go: on a busy machine that may take longer than the guard waits."""
    deadline = time.monotonic() + seconds
    with ExitStack() as stack:
        while True:
            try:
                line = stack.enter_context(window(app, cookie))
                break
            except InvalidStatus:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        yield line


class Client:
    """Speaks as Flet's own client does, and says whatever it likes."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line
        self.controls: dict[int, dict[str, Any]] = {}

    def send(self, action: int, body: Any) -> None:
        self.line.send(b"\x00" + msgpack.packb([action, body]))

    def register(self) -> None:
        page = {"route": "/", "width": 390, "height": 844, "platform": "linux", "web": True, "media": MEDIA}
        self.send(1, {"session_id": None, "page_name": "", "page": page})
        self.listen(20, until=b"Anteckna")

    def listen(self, seconds: float = 2, until: bytes = b"") -> bytes:
        """Everything that comes in this time, or until the words have come; controls are noted by their id."""
        heard = b""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not (until and until in heard):
            try:
                frame = self.line.recv(timeout=0.3)
            except TimeoutError:
                continue
            assert isinstance(frame, bytes)
            heard += frame
            self._note(msgpack.unpackb(frame[1:], ext_hook=lambda code, data: data, strict_map_key=False))
        return heard

    def _note(self, value: Any) -> None:
        if isinstance(value, dict):
            if "_i" in value:
                self.controls.setdefault(int(value["_i"]), {}).update(value)
            for inner in value.values():
                self._note(inner)
        elif isinstance(value, list):
            for inner in value:
                self._note(inner)

    def named(self, label: str) -> int:
        return next(i for i, c in self.controls.items() if label in (c.get("label"), c.get("content"), c.get("value")))

    def inside(self, identifier: str, kind: str) -> int:
        found: list[int] = []

        def look(value: Any) -> None:
            if isinstance(value, dict):
                if value.get("_c") == kind and "_i" in value:
                    found.append(int(value["_i"]))
                for inner in value.values():
                    look(inner)
            elif isinstance(value, list):
                for inner in value:
                    look(inner)

        look(next(c for c in self.controls.values() if c.get("identifier") == identifier))
        return found[0]


# ---------------------------------------------------------------- the way in
def test_nothing_is_served_without_the_token(app: Running) -> None:
    for path in ("/", "/index.html", "/main.dart.js", "/flutter_bootstrap.js", "/assets/FontManifest.json", "/alive"):
        answer = ask(app, path)
        assert answer.status == 403, path
        assert "Fika" in answer.body and "python" not in answer.body.lower()
    cookie = enter(app)
    for path in ("/", "/index.html", "/main.dart.js", "/flutter_bootstrap.js", "/assets/FontManifest.json"):
        assert ask(app, path, Cookie=cookie).status == 200, path


def test_the_token_works_once(app: Running) -> None:
    used = urlsplit(app.address).query
    enter(app)
    assert urlsplit(app.address).query != used
    assert ask(app, f"/?{used}").status == 403
    app.next_address()
    enter(app)


def test_a_wrong_token_is_refused_and_spends_the_right_one(app: Running) -> None:
    right = urlsplit(app.address).query
    assert ask(app, "/?start=" + "x" * 43).status == 403
    app.next_address()
    assert ask(app, f"/?{right}").status == 403, "one may go on guessing"
    app.next_address()


def test_the_cookie_is_for_this_browser_alone(app: Running) -> None:
    parts = urlsplit(app.address)
    answer = ask(app, f"/?{parts.query}")
    app.next_address()
    attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= attributes
    name, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
    assert len(value) >= 40
    for wrong in (f"{name}=", f"{name}={value[:-1]}", f"{name}={value}x", f"other={value}"):
        assert ask(app, "/", Cookie=wrong).status == 403, wrong


# ---------------------------------------------------------------- who asks
@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}"])
def test_another_host_is_refused(app: Running, host: str) -> None:
    cookie = enter(app)
    assert ask(app, "/", Cookie=cookie, Host=host.format(port=app.port)).status == 403
    assert ask(app, "/", Cookie=cookie, Host=f"127.0.0.1:{app.port}").status == 200
    with pytest.raises(InvalidStatus), window(app, cookie, host=host.format(port=app.port)):
        pass


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "https://127.0.0.1:{port}", "http://127.0.0.1:1", "http://localhost:{port}"],
)
def test_another_origin_is_refused(app: Running, origin: str) -> None:
    cookie = enter(app)
    origin = origin.format(port=app.port)
    assert ask(app, "/alive", Cookie=cookie, Origin=origin).status == 403
    assert ask(app, "/alive", Cookie=cookie, Origin=f"http://127.0.0.1:{app.port}").status == 204
    with pytest.raises(InvalidStatus), window(app, cookie, origin=origin):
        pass


def test_a_window_needs_the_cookie(app: Running) -> None:
    with pytest.raises(InvalidStatus), window(app, ""):
        pass
    cookie = enter(app)
    with window(app, cookie) as line:
        client = Client(line)
        client.register()
        assert client.named("Anteckna")


def test_it_listens_on_this_computer_only(app: Running) -> None:
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    mine = [row[1] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == app.port]
    assert mine == [f"0100007F:{app.port:04X}"]
    others = Path("/proc/net/tcp6").read_text().splitlines()
    assert not any(f":{app.port:04X} " in line and " 0A " in line for line in others)


# ---------------------------------------------------------------- what is answered
def test_every_answer_is_hardened(app: Running) -> None:
    before = ask(app, "/")
    cookie = enter(app)
    for answer in (
        before,
        *(ask(app, path, Cookie=cookie) for path in ("/", "/main.dart.js", "/nothing.png", "/docs")),
    ):
        policy = answer.headers["content-security-policy"]
        scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
        assert "unsafe-inline" not in scripts and "unsafe-eval" not in scripts.replace("'wasm-unsafe-eval'", "")
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "http:" not in policy
        assert "https:" not in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers


def test_the_policy_names_the_scripts_that_are_served(app: Running) -> None:
    answer = ask(app, "/", Cookie=enter(app))
    scripts = re.findall(r"<script>(.*?)</script>", answer.body, re.DOTALL)
    assert len(scripts) == 2
    for script in scripts:
        digest = b64encode(sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]
    assert "user-scalable" not in re.sub(r"<script>.*?</script>", "", answer.body, flags=re.DOTALL)
    assert "fikaWords = {" in answer.body and "Fika: mentoring" in answer.body


@pytest.mark.parametrize(
    "path", ["/oauth_callback", "/upload", "/docs", "/openapi.json", "/redoc", "/pyodide/pyodide.mjs"]
)
def test_what_fika_does_not_use_is_not_there(app: Running, path: str) -> None:
    assert ask(app, path, Cookie=enter(app)).status == 404


def test_nothing_can_be_sent_in(app: Running) -> None:
    cookie, own = enter(app), f"http://127.0.0.1:{app.port}"
    for method in ("PUT", "POST", "DELETE", "PATCH", "OPTIONS"):
        assert ask(app, "/upload", method, b"x" * 1000, Cookie=cookie, Origin=own).status in (403, 404, 405), method
    assert ask(app, "/" + "x" * 2000, Cookie=cookie).status == 414
    assert ask(app, "/../../etc/passwd", Cookie=cookie).status in (403, 404)
    assert "root:" not in ask(app, "/%2e%2e/%2e%2e/etc/passwd", Cookie=cookie).body


# ---------------------------------------------------------------- forged messages
def test_a_forged_message_moves_nothing(app: Running) -> None:
    with window(app, enter(app)) as line:
        client = Client(line)
        client.register()
        field = client.inside("name", "TextField")
        client.send(4, {"id": field, "props": {"value": "Karin", "_frozen": None, "disabled": True, "on_change": "x"}})
        client.send(3, {"target": field, "name": "change", "data": "Karin"})
        client.listen(20, until=b"error")
        client.send(3, {"target": 10_000_000, "name": "click", "data": None})
        client.send(3, {"target": field, "name": "_trigger", "data": None})
        client.send(3, {"target": field, "name": "__init__", "data": None})
        client.send(3, {"target": client.inside("primary", "FilledButton"), "name": "click", "data": None})
        assert "Under mötet".encode() in client.listen(20, until="Under mötet".encode()), "the app answers no more"


def test_a_broken_message_ends_the_window_and_no_more(app: Running) -> None:
    cookie = enter(app)
    with window(app, cookie) as line:
        line.send(b"\x00\xff\xff garbage")
        with suppress(TimeoutError, ConnectionClosed):
            line.recv(timeout=2)
    with window_when_free(app, cookie) as line:
        client = Client(line)
        client.register()
        assert client.named("Anteckna")


# ---------------------------------------------------------------- one window at a time
def test_a_second_window_is_refused_while_one_is_open(app: Running) -> None:
    cookie = enter(app)
    with window(app, cookie) as line:
        Client(line).register()
        with pytest.raises(InvalidStatus), window(app, cookie):
            pass
        answer = ask(app, "/", Cookie=cookie)
        assert "Fika är öppet i ett annat fönster." in answer.body and "flutter_bootstrap" not in answer.body
        taken = ask(app, "/here", "POST", Cookie=cookie, Origin=f"http://127.0.0.1:{app.port}")
        assert taken.status == 303
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                line.recv(timeout=PATIENCE)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 4001
    assert "flutter_bootstrap" in ask(app, "/", Cookie=cookie).body
    with window_when_free(app, cookie) as line:
        client = Client(line)
        client.register()
        assert client.named("Anteckna")


def test_nobody_else_can_take_over(app: Running) -> None:
    cookie = enter(app)
    with window(app, cookie) as line:
        Client(line).register()
        assert ask(app, "/here", "POST", Cookie=cookie, Origin="http://evil.example").status == 403
        assert ask(app, "/here", "POST", Cookie=cookie).status == 403
        assert ask(app, "/here", "POST", Origin=f"http://127.0.0.1:{app.port}").status == 403
        assert line.ping().wait(PATIENCE)


# ---------------------------------------------------------------- in a browser
def test_a_browser_gets_in_loads_nothing_foreign_and_keeps_the_rules(app: Running) -> None:
    with phone(**FAINT) as browser:
        visit = browser.open(app)
        app.next_address()
        visit.see("Att göra").wait_for(timeout=PATIENCE * 1_000)
        blocked = [line for line in visit.console if "violates the following Content Security Policy" in line]
        assert all("rive_native" in url for url in visit.foreign), visit.foreign
        assert len(blocked) == len(visit.foreign), "a foreign request was not stopped by the policy"
        page = visit.page
        assert urlsplit(page.url).query == "", "the token is still in the address"
        assert page.evaluate("document.documentElement.lang") == "sv"
        view = page.evaluate("document.querySelector('meta[name=viewport]').content")
        assert "user-scalable" not in view and "maximum-scale" not in view
        assert page.evaluate("document.cookie") == ""


def test_the_policy_would_stop_a_script_put_into_the_page(app: Running) -> None:
    """The control for the test above: something foreign is asked for, and found."""
    with phone(**FAINT) as browser:
        visit = browser.open(app, semantics=False)
        app.next_address()
        visit.page.evaluate(_INTRUDER)
        visit.page.wait_for_timeout(300)
        assert visit.page.evaluate("window.inside") is None
        assert any("evil.example" in url for url in visit.foreign)


def test_a_page_that_is_hidden_shows_our_mark_and_not_what_was_open(app: Running) -> None:
    """What the system keeps as a picture of a page in the background is what the page last drew."""
    turn = """(hidden) => {
      Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
      Object.defineProperty(document, "visibilityState", { get: () => hidden ? "hidden" : "visible", configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    with phone(**FAINT) as browser:
        visit = browser.open(app)
        app.next_address()
        visit.see("Att göra").wait_for(timeout=PATIENCE * 1_000)
        cover = visit.page.locator("#cover")
        assert not cover.is_visible()
        visit.page.evaluate(turn, True)
        assert cover.is_visible(), "at once: nothing is drawn any more"
        assert cover.bounding_box() == {"x": 0, "y": 0, **(visit.page.viewport_size or {})}
        pixel = cover.evaluate("(cover) => getComputedStyle(cover).backgroundColor")
        assert pixel in ("rgb(251, 246, 238)", "rgb(27, 22, 19)"), "nothing shines through"
        visit.page.evaluate(turn, False)
        cover.wait_for(state="hidden")


def test_a_window_that_was_taken_over_says_so_and_shows_nothing(app: Running) -> None:
    with phone(**FAINT) as browser:
        first = browser.open(app)
        app.next_address()
        first.see("Att göra").wait_for(timeout=PATIENCE * 1_000)
        second = browser.context.new_page()
        second.goto(app.root)
        second.get_by_text("Fika är öppet i ett annat fönster.").wait_for()
        second.get_by_role("button", name="Använd Fika här i stället").click()
        first.page.get_by_text("Fika används nu i ett annat fönster.").wait_for(timeout=PATIENCE * 1_000)
        assert first.page.locator("flutter-view").count() == 0
        second.wait_for_selector("flt-semantics-placeholder", state="attached", timeout=PATIENCE * 1_000)


def test_the_end_is_quiet_and_said_in_words() -> None:
    process = subprocess.Popen(
        [sys.executable, *SERVED, "gallery"],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    address = process.stdout.readline().strip()
    with phone(**FAINT) as browser:
        visit = browser.open(address)
        visit.see("Att göra").wait_for(timeout=PATIENCE * 1_000)
        visit.page.close()
        again = browser.context.new_page()
        again.goto(address.partition("?")[0])
        again.wait_for_selector("flt-semantics-placeholder", state="attached", timeout=PATIENCE * 1_000)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
        again.get_by_text("Fika är avslutat på datorn.").wait_for(timeout=PATIENCE * 1_000)
    assert errors == ""
    assert process.returncode == 0


_INTRUDER = """() => {
  const inside = document.createElement('script');
  inside.textContent = 'window.inside = 1';
  const outside = document.createElement('script');
  outside.src = 'http://evil.example/x.js';
  document.body.append(inside, outside);
}"""
