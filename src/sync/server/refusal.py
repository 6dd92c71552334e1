"""What the server answers when it does not do what was asked: a status, a stable word, and facts."""

from typing import Final

Fact = str | int | None


class Refusal(Exception):
    """An answer that is not a success. `code` is the word on the wire; facts are small and hold no content."""

    def __init__(self, status: int, code: str, **facts: Fact) -> None:
        self.status = status
        self.code = code
        self.facts = facts
        super().__init__(f"{status} {code}")


def malformed(at: str) -> Refusal:
    """The request is not what the route takes."""
    return Refusal(400, "malformed", at=at)


def forbidden() -> Refusal:
    """The same for what may not be done and for what does not exist."""
    return Refusal(403, "forbidden")


def unknown() -> Refusal:
    return Refusal(404, "unknown")


def too_large(limit: int) -> Refusal:
    return Refusal(413, "too-large", limit=limit)


def slow_down(seconds: float) -> Refusal:
    """Too many; says after how many seconds it is worth trying again."""
    return Refusal(429, "rate", retry=max(1, round(seconds)))


def busy() -> Refusal:
    return Refusal(503, "busy", retry=1)


CODES: Final = frozenset(
    {
        "malformed", "session", "nonce", "proof", "forbidden", "closed", "unknown", "method", "slow", "gap", "fork",
        "cursor", "exists", "gone", "too-large", "range", "envelope", "rate", "headers", "broken", "busy", "quota",
        "replaced",
    }
)  # fmt: skip
"""Every word; a test compares them with the table in `docs/spec/sync-http.md`."""
