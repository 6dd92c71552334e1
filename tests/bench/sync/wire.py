"""A line that counts: everything between a device and its server goes through here, whoever's server it is."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from dataclasses import dataclass
from typing import Final

PART_BYTES: Final = 1 << 18


@dataclass
class _End:
    """One end of a line: where what comes from it goes, and what the other end has not taken yet."""

    line: socket.socket
    other: _End | None = None
    waiting: bytes = b""
    over: bool = False


class Wire:
    """Passes bytes on, both ways, and counts them. TCP's and IP's own headers are not counted."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self._door.setblocking(False)
        self.port: int = self._door.getsockname()[1]
        self.server_port = 0
        self._bytes = 0
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._door, selectors.EVENT_READ)
        self._stop, self._stopped = socket.socketpair()
        self._selector.register(self._stopped, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="wire", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def taken(self) -> int:
        """How many bytes since this was asked last."""
        found, self._bytes = self._bytes, 0
        return found

    def close(self) -> None:
        self._stop.send(b"x")
        self._thread.join(5)
        self._stop.close()

    def _run(self) -> None:
        while True:
            for key, events in self._selector.select():
                if key.fileobj is self._stopped:
                    self._end()
                    return
                if key.fileobj is self._door:
                    self._accept()
                    continue
                end: _End = key.data
                if events & selectors.EVENT_WRITE:
                    self._write(end)
                if events & selectors.EVENT_READ:
                    self._read(end)

    def _accept(self) -> None:
        device, _ = self._door.accept()
        try:
            server = socket.create_connection(("127.0.0.1", self.server_port), 5)
        except OSError:  # the server is gone: so is the line
            device.close()
            return
        one, other = _End(device), _End(server)
        one.other, other.other = other, one
        for end in (one, other):
            end.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            end.line.setblocking(False)
            self._selector.register(end.line, selectors.EVENT_READ, end)

    def _read(self, end: _End) -> None:
        if end.over or end.other is None:
            return
        try:
            data = end.line.recv(PART_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._hang_up(end)
            return
        self._bytes += len(data)
        end.other.waiting += data
        self._write(end.other)

    def _write(self, end: _End) -> None:
        """Give an end what waits for it; while it takes nothing, nothing is read for it either."""
        if end.over:
            return
        try:
            while end.waiting:
                end.waiting = end.waiting[end.line.send(end.waiting) :]
        except BlockingIOError:
            pass
        except OSError:
            self._hang_up(end)
            return
        held = bool(end.waiting)
        self._watch(end, selectors.EVENT_READ | (selectors.EVENT_WRITE if held else 0))
        if end.other is not None and not end.other.over and not end.other.waiting:
            self._watch(end.other, selectors.EVENT_READ if not held else 0)

    def _watch(self, end: _End, events: int) -> None:
        """Be told of these events, or of none."""
        known = self._selector.get_map().get(end.line.fileno())
        if known is None:
            if events:
                self._selector.register(end.line, events, end)
        elif not events:
            self._selector.unregister(end.line)
        elif known.events != events:
            self._selector.modify(end.line, events, end)

    def _hang_up(self, end: _End) -> None:
        for one in (end, end.other):
            if one is not None and not one.over:
                one.over = True
                with contextlib.suppress(KeyError, ValueError):
                    self._selector.unregister(one.line)
                one.line.close()

    def _end(self) -> None:
        for key in list(self._selector.get_map().values()):
            if isinstance(key.data, _End):
                self._hang_up(key.data)
        self._door.close()
        self._stopped.close()
        self._selector.close()
