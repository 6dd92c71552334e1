"""Python's collector of circular garbage, let be for a moment.

It looks at everything that lives whenever so many objects were made. Reading in a page makes tens of thousands in a few
milliseconds, none of them in circles: a fourth of the time went into looking.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed() -> Iterator[None]:
    """Nothing is looked for inside; for some milliseconds of work on much data. What was switched off stays off."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
