"""Does every text have room? Measured in the browser, with the app's own letters.

The semantics tree tells where each text is and how large, not how large its letters are. So each is asked for the
least that it could need: its words in the smallest size there is. A box lower than that many lines, or narrower than
the longest word, cuts something off for certain.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import flet as ft
from flet.components.component import Component

from app.ui.desk import Desk
from tests.support.fletsim import _children
from tests.support.studio import Studio

SMALLEST = 13
"""The smallest text style, in points."""
LINE = 1.35
HANDLE = ("Dismiss", "Stäng")
"""What Flutter itself calls the handle by which a sheet is pulled down. Said only."""

CUT = r"""async ([size, line, spoken]) => {
  if (!window.fikaPen) {
    const face = await new FontFace('FikaMeasure', 'url(/fonts/AtkinsonHyperlegibleNext-Regular.ttf)').load();
    document.fonts.add(face);
    window.fikaPen = document.createElement('canvas').getContext('2d');
  }
  const pen = window.fikaPen, host = document.querySelector('flt-semantics-host'), found = [];
  pen.font = `${size}px FikaMeasure`;
  const room = words => pen.measureText(words).width;
  const atTheEdge = node => {  // scrolled half out of sight: nothing is lost
    const box = node.getBoundingClientRect();
    for (let up = node.parentElement; up && up !== host; up = up.parentElement) {
      const style = getComputedStyle(up), list = up.getBoundingClientRect();
      if (/scroll|auto/.test(style.overflowY) && (box.bottom > list.bottom - 1 || box.top < list.top + 1)) return true;
      if (/scroll|auto/.test(style.overflowX) && (box.right > list.right - 1 || box.left < list.left + 1)) return true;
    }
    return box.bottom > innerHeight - 1;
  };
  for (const node of host.querySelectorAll('flt-semantics, h1, h2')) {
    const role = node.getAttribute('role') || '';
    if (role === 'tab') continue;  // the bar of tabs grows to 130 %, as a phone's own does
    const own = [...node.childNodes].filter(child => child.nodeType === 3 || child.tagName === 'SPAN')
      .map(child => child.textContent).join('');
    let words = own.trim() || (/checkbox|radio/.test(role) ? node.getAttribute('aria-label') || '' : '');
    for (const said of spoken) words = words.replace(said, '');
    words = words.replace(/\s+/g, ' ').trim();
    const box = node.getBoundingClientRect();
    if (!words || box.width < 1 || box.height < 1 || atTheEdge(node)) continue;
    const widest = Math.max(...words.split(' ').map(room)), lines = Math.ceil(room(words) / (box.width + 1));
    if (widest > box.width + 1 || lines * line > box.height + 1) {
      found.push(`${words.slice(0, 50)} has ${Math.round(box.width)}x${Math.round(box.height)}, ` +
        `needs ${Math.round(widest)}x${Math.round(lines * line)}`);
    }
  }
  return found;
}"""


def cut(app: Studio) -> list[str]:
    """The texts in sight that cannot be whole where they stand, at the size that is set."""
    size = SMALLEST * app.session.preferences.text_size / 100
    spoken = app.do(lambda desk: sorted({*spoken_only(desk), *_handles(desk)}, key=len, reverse=True))
    return [f"cut: {words}" for words in app.page.page.evaluate(CUT, [size, size * LINE, spoken])]


def _handles(desk: Desk) -> tuple[str, ...]:
    sheets = [one for one in desk.page._dialogs.controls if isinstance(one, ft.BottomSheet) and one.open]
    return HANDLE if sheets else ()


def spoken_only(desk: Desk) -> Iterator[str]:
    """What is said and not written: the names of icons, and what stands in the place of a picture."""
    stack: list[Any] = [desk.page.views, desk.page._dialogs]
    seen: set[int] = set()
    while stack:
        one = stack.pop()
        if isinstance(one, list | tuple):
            stack.extend(one)
        elif isinstance(one, Component):
            stack.append(one._b)
        elif isinstance(one, ft.BaseControl) and id(one) not in seen:
            seen.add(id(one))
            for name in ("label", "semantics_label"):
                words = getattr(one, name, None)
                if isinstance(words, str) and words:
                    yield words
            stack.extend(_children(one))
