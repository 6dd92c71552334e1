"""`make shots`: every screen and sheet × sv/en × light/dark × 100/200 % × 390/1100, under build/shots.

Arguments choose: `make shots ARGS="today goal --languages sv --themes light --sizes 100 --widths 390"`.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from itertools import product
from pathlib import Path

from tests.support.studio import Studio, studio
from tests.support.tour import ABSENT, FOUNDED, FOUNDED_SHEETS, FRESH, LOCKED, SETTINGS, found, places, sheets

HEIGHTS = {390: 844, 1100: 700}
ROOT = Path(__file__).parents[1]
TOURS = {
    "absent": ABSENT,
    "locked": LOCKED,
    "open": SETTINGS | {f"empty-{name}": path for name, path in FRESH.items()},
    "founded": FOUNDED,
}


def main(arguments: list[str] | None = None) -> int:
    """Take the pictures and say how many there are."""
    parser = argparse.ArgumentParser(prog="shots")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--languages", nargs="+", default=["sv", "en"])
    parser.add_argument("--themes", nargs="+", default=["light", "dark"])
    parser.add_argument("--sizes", nargs="+", type=int, default=[100, 200])
    parser.add_argument("--widths", nargs="+", type=int, default=[390, 1100])
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "shots")
    options = parser.parse_args(arguments)
    options.into.mkdir(parents=True, exist_ok=True)
    taken = 0
    for phase in ("absent", "locked", "open", "founded", "example"):
        opened, role = ("open", "coordinator") if phase == "founded" else (phase, "mentor")
        for width in options.widths:
            with studio(opened, role, width=width, height=HEIGHTS[width], scale=options.scale) as app:
                if phase == "founded":
                    app.do(found)
                tour: dict[str, str] = TOURS.get(phase) or app.do(places)
                wanted = {name: path for name, path in tour.items() if not options.names or name in options.names}
                up: dict[str, tuple[str, str, str]] = FOUNDED_SHEETS if phase == "founded" else {}
                if phase == "example":
                    up = app.do(partial(sheets, paths=tour))
                raised = {name: sheet for name, sheet in up.items() if not options.names or name in options.names}
                looks = product(options.languages, options.themes, options.sizes) if wanted or raised else ()
                for language, theme, size in looks:
                    app.look(language=language, theme=theme, text_size=size)
                    look = f"{language}-{theme}-{size}-{width}.png"
                    for name, path in wanted.items():
                        taken += picture(app, path, options.into / f"{name}-{look}")
                    for name, (path, opener, inside) in raised.items():
                        if not app.show(path).by_id(opener).count():
                            continue  # at this size another button leads there
                        app.page.tap(opener)
                        app.page.by_id(inside).first.wait_for(state="attached")
                        taken += keep(app, options.into / f"{name}-{look}")
                        app.page.page.keyboard.press("Escape")
                        app.page.by_id(inside).first.wait_for(state="detached")
    print(f"{taken} pictures in {options.into}")
    return 0 if taken else 1


def picture(app: Studio, path: str, file: Path) -> int:
    """One picture of one screen."""
    app.show(path)
    return keep(app, file)


def keep(app: Studio, file: Path) -> int:
    """A picture of what is in sight, once it stands still."""
    file.write_bytes(app.settle())
    return 1


if __name__ == "__main__":
    sys.exit(main())
