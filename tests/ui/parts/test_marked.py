"""A text with places made bold keeps every letter."""

from __future__ import annotations

import pytest

from app.ui.parts.marked import Marked


@pytest.mark.parametrize("ranges", [(), ((0, 3),), ((4, 7),), ((0, 3), (8, 11)), ((0, 11),)])
def test_no_letter_is_lost(ranges: tuple[tuple[int, int], ...]) -> None:
    text = "ett två tre"
    spans = Marked(text, ranges).spans or []
    assert "".join(str(span.text) for span in spans) == text
    assert [span.text for span in spans if span.style] == [text[start:stop] for start, stop in ranges]
