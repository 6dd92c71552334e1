"""What a test knows to be there, for whoever reads the types as well."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def there(found: T | None) -> T:
    """The answer, which is not nothing; the test fails where it is."""
    assert found is not None
    return found
