"""Every pair of colours that meet can be told apart, in both themes; every size follows the reader."""

from __future__ import annotations

import dataclasses

import flet as ft
import pytest

from app.ui import theme
from tests.support.colours import contrast

THEMES = {"light": theme.LIGHT, "dark": theme.DARK}


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("pair", theme.PAIRS, ids="/".join)
def test_text_is_at_least_6_to_1(name: str, pair: tuple[str, str]) -> None:
    text, ground = (getattr(THEMES[name], part) for part in pair)
    assert contrast(text, ground) >= 6


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("pair", theme.LINES, ids="/".join)
def test_lines_are_at_least_3_and_a_half_to_1(name: str, pair: tuple[str, str]) -> None:
    line, ground = (getattr(THEMES[name], part) for part in pair)
    assert contrast(line, ground) >= 3.5


def test_contrast_is_the_one_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_every_token_that_carries_words_is_in_a_pair() -> None:
    grounds = {"ground", "surface", "raised"}
    decoration = {"edge", "line"}
    paired = {part for pair in theme.PAIRS for part in pair}
    assert {field.name for field in dataclasses.fields(theme.Tokens)} - paired - decoration <= grounds


@pytest.mark.parametrize("name", THEMES)
def test_the_notice_and_its_action_can_be_read(name: str) -> None:
    scheme = theme.theme(THEMES[name]).color_scheme
    assert scheme is not None
    assert contrast(str(scheme.on_inverse_surface), str(scheme.inverse_surface)) >= 6
    assert contrast(str(scheme.inverse_primary), str(scheme.inverse_surface)) >= 6


@pytest.mark.parametrize("percent", [100, 130, 200])
def test_every_style_follows_the_readers_size(percent: int) -> None:
    normal, large = theme.theme(theme.LIGHT).text_theme, theme.theme(theme.LIGHT, percent).text_theme
    assert normal is not None and large is not None
    for field in dataclasses.fields(ft.TextTheme):
        one, other = getattr(normal, field.name, None), getattr(large, field.name, None)
        if isinstance(one, ft.TextStyle) and isinstance(other, ft.TextStyle):
            held = field.name == "title_small"  # the month of a calendar, and nothing of ours
            assert one.size is not None
            assert other.size == one.size * (min(percent, theme.TAB_LIMIT) if held else percent) / 100
            assert other.font_family in (theme.FONT, theme.BOLD)
    assert normal.body_medium and normal.body_medium.size == 16
    assert normal.body_large and normal.body_large.size == 18


def test_a_calendar_and_a_clock_keep_their_numbers_whole_in_large_text() -> None:
    found = theme.theme(theme.LIGHT, 200)
    assert found.date_picker_theme and found.time_picker_theme
    days, hours = found.date_picker_theme.day_text_style, found.time_picker_theme.dial_text_style
    assert days and hours and days.size == hours.size == 16 * theme.TAB_LIMIT / 100
    assert ft.TextThemeStyle.TITLE_SMALL not in vars(theme.Style).values()  # the month, which is held, has it alone


def test_screens_change_at_once() -> None:
    found = theme.theme(theme.LIGHT).page_transitions
    assert found is not None
    everywhere = {getattr(found, field.name) for field in dataclasses.fields(found) if not field.name.startswith("_")}
    assert everywhere == {ft.PageTransitionTheme.NONE}
