"""Numbers to call: written as people write them, linked as telephones want them."""

import pytest

from app.ui.parts.calling import telephone


@pytest.mark.parametrize(
    ("written", "link"),
    [("112", "tel:112"), ("020-50 50 50", "tel:020505050"), ("+46 70 12", "tel:+467012"), ("116 111", "tel:116111")],
)
def test_numbers_become_links(written: str, link: str) -> None:
    assert telephone(written) == link
