"""The wire itself, with limits that uvicorn leaves open: heads that trickle in, answers that nobody takes.

uvicorn's strict parser (h11) is kept; this adds the clocks, and answers that are typed like all others. The two most
frequent questions go past the parser when nothing about them is unusual (`quick.py`).
"""

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from sync.server import quick

HEAD_BYTES: Final = 16 << 10
HEAD_SECONDS: Final = 10.0
TAKE_SECONDS: Final = 30.0


class PatientProtocol(H11Protocol):
    """A connection on which a head has 10 s to arrive and an answer 30 s to be taken."""

    head_seconds = HEAD_SECONDS
    take_seconds = TAKE_SECONDS
    at_once: Callable[[quick.Question], bytes | None] | None = None
    """What answers frequent questions on the spot, where it can."""

    @classmethod
    def answering(cls, at_once: Callable[[quick.Question], bytes | None]) -> type["PatientProtocol"]:
        """Such connections, with somebody who answers on the spot."""
        return type(cls.__name__, (cls,), {"at_once": staticmethod(at_once)})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_timer: asyncio.TimerHandle | None = None
        self._take_timer: asyncio.TimerHandle | None = None
        self._quick: quick.Exchange | None = None
        self._held = b""
        self._reader = quick.Reader()
        self._rested = 0.0
        self._parser_rests = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # always this kind here
        corked = _Corked(transport, self.loop)
        self._say = corked.write_now
        super().connection_made(corked)
        self._head_timer = self.loop.call_later(self.head_seconds, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_timer = _cancelled(self._head_timer)
        self._take_timer = _cancelled(self._take_timer)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._quick is not None:  # one after the other: this waits for the answer that is being made
            self._held += data
            self.flow.pause_reading()
            return
        question = self._reader.read(data) if self._is_between() else None
        if question is not None:
            self._answer(question)
            return
        self._parser_rests = False
        super().data_received(data)
        self._watch_the_head()

    def _is_between(self) -> bool:
        """Whether the parser waits for a new question and has nothing of one yet, and there is room for it."""
        most = self.limit_concurrency
        if most is not None and (len(self.connections) >= most or len(self.tasks) >= most):
            return False
        if not self._parser_rests:  # only what it is given changes that, so it is asked once for a row of questions
            conn = self.conn
            idle = conn.their_state is h11.IDLE and conn.our_state is h11.IDLE
            self._parser_rests = idle and not conn.trailing_data[0]
        return self._parser_rests

    def _answer(self, question: quick.Question) -> None:
        """Hand a question to the application, past the parser."""
        self._head_timer = _cancelled(self._head_timer)
        said = self.at_once(question) if self.at_once is not None and not self.flow.write_paused else None
        if said is not None:
            self._say(said)
            self._rest()
            return
        self._unset_keepalive_if_required()
        path = question.path.decode()
        scope = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": "1.1",
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "method": question.method,
            "root_path": self.root_path,
            "path": self.root_path + path,
            "raw_path": self.root_path.encode() + question.path,
            "query_string": question.query,
            "headers": list(question.head.headers),
            "state": self.app_state.copy(),
        }
        exchange = self._quick = quick.Exchange(question, self.transport.write, self._answered, self.flow.drain)
        self.cycle = exchange  # type: ignore[assignment]  # what a shutdown and a lost connection look at
        task = self.loop.create_task(exchange.run_asgi(self.app, scope))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    def _answered(self, exchange: quick.Exchange) -> None:
        """An answer was written, or none came."""
        self._quick = None
        held, self._held = self._held, b""
        if not exchange.keep_alive and not self.transport.is_closing():
            self.transport.close()
        super().on_response_complete()
        if held and not self.transport.is_closing():
            self.data_received(held)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.conn.trailing_data[0]:
            self._watch_the_head()

    def _rest(self) -> None:
        """What `on_response_complete` does where the parser was not used. A clock for silence that runs goes on running:
        when it is over it looks when the last answer was.
        """
        self.server_state.total_requests += 1
        self._rested = self.loop.time()
        if self.timeout_keep_alive_task is None and not self.transport.is_closing():
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def timeout_keep_alive_handler(self) -> None:
        left = self._rested + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._take_timer is None:
            self._take_timer = self.loop.call_later(self.take_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        self._take_timer = _cancelled(self._take_timer)
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """h11 has refused the bytes; say why in the way of this server and close.

        It would answer some of them with 501; whatever somebody sends is their mistake and not ours. A route that is still
        waiting for the rest hears that they have left: there is nobody to be answered any more.
        """
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
        if getattr(sys.exc_info()[1], "error_status_hint", 400) == 431:
            self._refuse(431, "headers")
        else:
            self._refuse(400, "malformed")

    def _watch_the_head(self) -> None:
        """The clock runs from the first byte of a head until the head is whole."""
        if self.conn.their_state is not h11.IDLE:
            self._head_timer = _cancelled(self._head_timer)
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(self.head_seconds, self._too_slow)

    def _too_slow(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self._refuse(408, "slow")
            self.loop.call_later(1, self.transport.abort)

    def _refuse(self, status: int, code: str) -> None:
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()
            return
        body = json.dumps({"error": code}).encode()
        headers = [
            ("content-type", "application/json"),
            ("content-length", str(len(body))),
            ("cache-control", "no-store"),
            ("connection", "close"),
        ]
        for event in (h11.Response(status_code=status, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


class _Corked(asyncio.Transport):
    """A transport that sends what was written within one turn of the loop at once: head and body in one packet."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._parts:
            self._loop.call_soon(self._send)
        self._parts.append(bytes(data))

    def write_now(self, data: bytes) -> None:
        """A whole answer: nothing will follow it in this turn."""
        self._send()
        self._transport.write(data)

    def _send(self) -> None:
        parts, self._parts = self._parts, []
        if parts and not self._transport.is_closing():
            self._transport.write(b"".join(parts))

    def close(self) -> None:
        self._send()
        self._transport.close()

    def abort(self) -> None:
        self._parts.clear()
        self._transport.abort()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)


def _cancelled(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    """No timer any more."""
    if timer is not None:
        timer.cancel()
    return None
