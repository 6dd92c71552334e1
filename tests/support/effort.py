"""How hard a check tries: bounded in `make test`, exhaustive in `make test-long`."""

import os
from typing import TypeVar

T = TypeVar("T")

LONG = os.environ.get("FIKA_LONG") == "1"


def effort(bounded: T, exhaustive: T) -> T:
    """The first value in the everyday run, the second in the long one."""
    return exhaustive if LONG else bounded
