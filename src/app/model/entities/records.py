"""Settings, and what became of what was erased."""

from __future__ import annotations

from datetime import datetime

from app.model.fields import Scalar, labels, moment, number, ref, scalar, text
from app.model.ids import Id, named_id
from app.model.schema import Entity, entity


@entity("setting", spaces=("personal",))
class Setting(Entity):
    """One choice about the app itself, under a name."""

    key: str = text(longest=80)
    value: Scalar = scalar(default=None)


@entity("erasure", spaces=("personal", "mentoring"), append_only=True)
class Erasure(Entity):
    """What somebody erased: for each body the record and the version that had it (`record/version`). No content."""

    at: datetime | None = moment(default=None)
    bodies: frozenset[str] = labels(default=frozenset())


@entity("receipt", spaces=("personal", "mentoring"), keys=("erasure",), append_only=True)
class Receipt(Entity):
    """What a device did about an erasure: how many bodies it dropped, and how many of its own person's it kept."""

    erasure: Id = ref("erasure")
    at: datetime | None = moment(default=None)
    dropped: int = number(least=0, whole=True, default=0)
    kept: int = number(least=0, whole=True, default=0)


def setting_id(personal: str, key: str) -> Id:
    """The record that holds a setting."""
    return named_id("setting", personal, key)


def receipt_id(space: str, erasure: Id, device: str) -> Id:
    """What one device did about an erasure."""
    return named_id("receipt", space, erasure, device)
