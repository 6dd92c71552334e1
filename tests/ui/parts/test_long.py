"""Lists of any length: what is in sight is drawn, the rest waits."""

from __future__ import annotations

import flet as ft

from app.ui.parts import Row
from app.ui.parts.long import EndlessList, in_block
from tests.ui.conftest import OpenStage


async def test_ten_thousand_rows_cost_no_more_than_those_in_sight(stage: OpenStage) -> None:
    rows = range(10_000)
    app = await stage(screen=lambda: EndlessList(rows, lambda n: Row(f"Rad {n}", key=str(n)), height=56))
    assert app.has("Rad 0") and not app.has(f"Rad {3 * in_block(64)}")
    assert app.line.bytes_out < 120_000
    view = next(c for c in app.walk() if isinstance(c, ft.ListView))
    before = app.line.bytes_out
    await app.fire(
        view,
        "scroll",
        {
            "event_type": "update",
            "pixels": 280_000.0,
            "min_scroll_extent": 0.0,
            "max_scroll_extent": 559_200.0,
            "viewport_dimension": 800.0,
        },
    )
    assert app.has("Rad 5000")
    assert app.line.bytes_out - before < 60_000
