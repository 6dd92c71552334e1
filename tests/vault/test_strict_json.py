"""What is written reads back the same; what sync's strict reader refuses is refused by the vault's own name."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import JsonRefused
from app.vault import strict_json
from tests.support.effort import effort

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None, max_examples=effort(60, 2000))
@given(st.dictionaries(st.text(), values))
def test_what_is_written_is_read(document: dict[str, Any]) -> None:
    assert strict_json.read(strict_json.write(document), depth=200) == document


@pytest.mark.parametrize(
    ("text", "reason"),
    [(b"[" * 50, "depth"), (b"x" * 2000, "size"), (b"{", "syntax"), (b"NaN", "number"), (b'{"a":1,"a":1}', "twice")],
)
def test_hostile_json_is_refused_with_a_reason(text: bytes, reason: str) -> None:
    with pytest.raises(JsonRefused) as raised:
        strict_json.read(text, size=1000)
    assert raised.value.facts == {"reason": reason}
