"""Make the bundled fonts from the npm package of Atkinson Hyperlegible Next: native Flutter wants TTF, whole.

    npm pack @fontsource/atkinson-hyperlegible-next@5.3.0 && tar xzf fontsource-*.tgz
    python tools/make_fonts.py package

The package cuts the font in pieces for the web: `latin` and `latin-ext`. Here they are one file a weight again,
with the licence beside them. The result is the same at every run.
"""

import sys
import tempfile
from pathlib import Path

from fontTools.merge import Merger
from fontTools.merge.options import Options
from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent.parent / "assets" / "fonts"
NAME = "AtkinsonHyperlegibleNext"
WEIGHTS = {400: "Regular", 700: "Bold"}
PIECES = ("latin", "latin-ext")
# What the app writes that is neither letter nor figure, so that a missing sign is noticed here and not on a phone.
NEEDED = "åäöÅÄÖéÉüÜøæß0123456789 .,:;!?–…”“’«»()[]{}/%&+−=@#*•·×°½§€£"


def merged(package: Path, weight: int) -> TTFont:
    """One weight with all its letters."""
    with tempfile.TemporaryDirectory() as folder:
        pieces = []
        for piece in PIECES:
            file = package / "files" / f"atkinson-hyperlegible-next-{piece}-{weight}-normal.woff2"
            font = TTFont(file, recalcTimestamp=False)
            font.flavor = None
            pieces.append(str(Path(folder) / f"{piece}.ttf"))
            font.save(pieces[-1])
        whole = Merger(options=Options(drop_tables=["DSIG", "vhea", "vmtx", "meta"])).merge(pieces)
        first = TTFont(pieces[0], recalcTimestamp=False)
    for table in ("name", "OS/2"):
        whole[table] = first[table]
    whole["head"].created, whole["head"].modified = first["head"].created, first["head"].modified
    whole.recalcTimestamp = False
    _named(whole, WEIGHTS[weight], weight)
    missing = [sign for sign in NEEDED if ord(sign) not in whole.getBestCmap()]
    if missing:
        raise SystemExit(f"{weight}: no glyph for {''.join(missing)}")
    return whole


def _named(font: TTFont, style: str, weight: int) -> None:
    """One family with two styles, so that a system that installs them shows them as one."""
    names = font["name"]
    family = "Atkinson Hyperlegible Next"
    for record in {1: family, 2: style, 4: f"{family} {style}", 6: f"{NAME}-{style}"}.items():
        names.setName(record[1], record[0], 3, 1, 0x409)
    for gone in (16, 17, 21, 22, 25):
        names.removeNames(nameID=gone)
    font["OS/2"].usWeightClass = weight
    bold = weight == 700
    font["OS/2"].fsSelection = (font["OS/2"].fsSelection & ~0b1100001) | (0b100000 if bold else 0b1000000)
    font["head"].macStyle = int(bold)


def main() -> None:
    package = Path(sys.argv[1] if len(sys.argv) > 1 else "package")
    if not (package / "files").is_dir():
        raise SystemExit("Usage: python tools/make_fonts.py FOLDER-OF-THE-NPM-PACKAGE")
    FONTS.mkdir(parents=True, exist_ok=True)
    for weight, style in WEIGHTS.items():
        merged(package, weight).save(FONTS / f"{NAME}-{style}.ttf")
    licence = (package / "LICENSE").read_text(encoding="utf-8")
    (FONTS / "OFL.txt").write_text(licence, encoding="utf-8")


if __name__ == "__main__":
    main()
