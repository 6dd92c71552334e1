"""What both sides read of the row that a programme has in a vault."""

from __future__ import annotations

from typing import Any

from sync.programme.keys import Card


def card_of(row: Any) -> Card:
    """Who the programme is."""
    return Card.read(bytes.fromhex(row["card"]))
