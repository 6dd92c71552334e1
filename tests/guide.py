"""`make guide`: the pictures of the user guide, taken of the app as it is now.

The guide says which it wants: `![words](pictures/<screen>-<language>.png)`, where the screen is a name of the tour (or
`first`, `lock`, `quick`, ... from before the vault is open). Pictures that no page names any more are removed.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from PIL import Image

from tests.shots import HEIGHTS, TOURS
from tests.support.studio import studio
from tests.support.tour import places

GUIDE = Path(__file__).parents[1] / "docs" / "guide"
LANGUAGES = ("sv", "en")
_PICTURE = re.compile(r"!\[[^\]]+\]\(pictures/([a-z0-9-]+)-(sv|en)\.png\)")


def wanted(language: str) -> list[str]:
    """The screens that the page of a language shows, in its order."""
    page = (GUIDE / f"{language}.md").read_text(encoding="utf-8")
    return [name for name, of in _PICTURE.findall(page) if of == language]


def main() -> int:
    """Take every picture that a page names; a name that is no screen is an error."""
    folder = GUIDE / "pictures"
    folder.mkdir(exist_ok=True)
    missing = {language: set(wanted(language)) for language in LANGUAGES}
    kept = {folder / f"{name}-{language}.png" for language in LANGUAGES for name in missing[language]}
    for phase in ("absent", "locked", "open", "example"):
        with studio(phase=phase, width=390, height=HEIGHTS[390], scale=1) as app:
            tour = TOURS.get(phase) or app.do(places)
            for language in LANGUAGES:
                here = [name for name in tour if name in missing[language]]
                if here:
                    app.look(language=language, theme="light", text_size=100)
                for name in here:
                    app.show(tour[name])
                    _keep(app.settle(), folder / f"{name}-{language}.png")
                    missing[language].discard(name)
    for file in set(folder.glob("*.png")) - kept:
        file.unlink()
    for language, names in missing.items():
        for name in sorted(names):
            print(f"docs/guide/{language}.md wants a picture of {name}: there is no such screen", file=sys.stderr)
    print(f"{len(kept) - sum(map(len, missing.values()))} pictures in {folder}")
    return 1 if any(missing.values()) else 0


def _keep(png: bytes, file: Path) -> None:
    """Flat colours fit a palette; the file is a quarter as large."""
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
