"""`make guide`: the pictures of the user guide, taken of the app as it is now.

The guide says which it wants: `![words](pictures/<screen>-<language>.png)`, where the screen is a name of the tour (or
`first`, `lock`, `quick`, ... from before the vault is open). Pictures that no page names any more are removed. README's
picture of six screens is made as well.
"""

from __future__ import annotations

import io
import re
import sys
from itertools import product
from pathlib import Path

from PIL import Image

from tests.shots import HEIGHTS, TOURS
from tests.support.studio import studio
from tests.support.tour import places

GUIDE = Path(__file__).parents[1] / "docs" / "guide"
LANGUAGES = ("sv", "en")
SIX = ("lock", "today", "note", "evaluate", "goal", "person")
DARK = "person"
"""Of those on one picture, the one in the dark."""
APART, TABLE = 24, "#CFC5B8"
_PICTURE = re.compile(r"!\[[^\]]+\]\(pictures/([a-z0-9-]+)-(sv|en)\.png\)")


def wanted(language: str) -> list[str]:
    """The screens that the page of a language shows, in its order."""
    page = (GUIDE / f"{language}.md").read_text(encoding="utf-8")
    return [name for name, of in _PICTURE.findall(page) if of == language]


def main() -> int:
    """Take every picture that a page names; a name that is no screen is an error. And the six on one that README shows."""
    folder = GUIDE / "pictures"
    folder.mkdir(exist_ok=True)
    missing = {language: set(wanted(language)) for language in LANGUAGES}
    kept = {folder / f"{name}-{language}.png" for language in LANGUAGES for name in missing[language]}
    six: dict[str, bytes] = {}
    for language, phase in product(LANGUAGES, ("absent", "locked", "open", "example")):
        # the example's own words are in the language that it was opened in
        with studio(phase=phase, language=language, width=390, height=HEIGHTS[390], scale=1) as app:
            tour: dict[str, str] = TOURS.get(phase) or app.do(places)
            app.look(language=language, theme="light", text_size=100)
            for name in [name for name in tour if name in missing[language]]:
                app.show(tour[name])
                _keep(app.settle(), folder / f"{name}-{language}.png")
                missing[language].discard(name)
            for name in [name for name in SIX if language == "en" and name in tour]:
                app.look(theme="dark" if name == DARK else "light")
                app.show(tour[name])
                six[name] = app.settle()
    _together([six[name] for name in SIX], GUIDE.parent / "pictures" / "screens.png")
    for file in set(folder.glob("*.png")) - kept:
        file.unlink()
    for language, names in missing.items():
        for name in sorted(names):
            print(f"docs/guide/{language}.md wants a picture of {name}: there is no such screen", file=sys.stderr)
    print(f"{len(kept) - sum(map(len, missing.values()))} pictures in {folder}")
    return 1 if any(missing.values()) else 0


def _together(pictures: list[bytes], file: Path) -> None:
    """Screens beside each other, three in a row."""
    height = HEIGHTS[390]
    sheet = Image.new("RGB", (3 * 390 + 4 * APART, 2 * height + 3 * APART), TABLE)
    for at, picture in enumerate(pictures):
        with Image.open(io.BytesIO(picture)) as screen:
            sheet.paste(screen, (APART + at % 3 * (390 + APART), APART + at // 3 * (height + APART)))
    sheet.quantize(192, dither=Image.Dither.NONE).save(file, optimize=True)


def _keep(png: bytes, file: Path) -> None:
    """Flat colours fit a palette; the file is a quarter as large."""
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
