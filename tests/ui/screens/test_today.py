"""Today, driven without a browser; what happened is read from the store."""

from __future__ import annotations

import pytest

from tests.ui.conftest import OpenStage
from tests.ui.screens.table import lay


@pytest.mark.parametrize("language", ["sv", "en"])
async def test_smoke(stage: OpenStage, language: str) -> None:
    table = lay()
    app = await table.open(stage, language=language)
    print(app.texts())
    assert app.nameless() == []
