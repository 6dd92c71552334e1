"""Fonts for what our own type lacks, for the browser mode only: emoji, signs, Hebrew and Arabic.

    for p in hebrew arabic symbols symbols-2 math; do npm pack @fontsource/noto-sans-$p; done   # and unpack each
    python tools/make_web_fonts.py FOLDER-WITH-THE-UNPACKED-PACKAGES

A phone draws these with its own fonts. In the browser the drawing engine asks for a piece of Noto by a fixed address
under `assets/fonts/` when a sign is missing; otherwise it shows a box. The addresses, and which signs each piece
has, stand in the engine itself and are read from there, so a new engine only needs this command again. The colour
emoji are those of Debian's fonts-noto-color-emoji, drawn half as large: 68 pixels are enough for text.
"""

import importlib.util
import io
import re
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from PIL import Image

FONTS = Path(__file__).parent.parent / "assets" / "assets" / "fonts"
EMOJI = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
COLOURS = 48
# The engine's name for a piece, and the file of the npm packages that has its signs.
PIECES = {
    "Noto Sans Hebrew": "noto-sans-hebrew/package/files/noto-sans-hebrew-hebrew-400-normal.woff2",
    "Noto Sans Arabic": "noto-sans-arabic/package/files/noto-sans-arabic-arabic-400-normal.woff2",
    "Noto Sans Symbols": "noto-sans-symbols/package/files/noto-sans-symbols-symbols-400-normal.woff2",
    "Noto Sans Symbols 2 3": "noto-sans-symbols-2/package/files/noto-sans-symbols-2-symbols-400-normal.woff2",
    "Noto Sans Math": "noto-sans-math/package/files/noto-sans-math-latin-400-normal.woff2",
}


def engine() -> str:
    """The compiled engine that the browser runs."""
    found = importlib.util.find_spec("flet_web")
    if found is None or found.origin is None:
        raise SystemExit("flet-web is not installed")
    return (Path(found.origin).parent / "web" / "main.dart.js").read_text(encoding="utf-8", errors="replace")


def wanted(program: str) -> dict[str, tuple[str, list[int]]]:
    """For each piece its address and its signs, decoded from two long texts.

    The first lists sets of fonts: numbers in base 26 with decimal prefixes, each counted from the one before. The
    second walks through all code points: capital letters name a set, small ones before them say how many in a row.
    """
    fonts = re.findall(r'"(Noto [^"]{2,60})","([a-z0-9]+/v\d+/[^"]+\.woff2)"', program)
    sets = [_set(part) for part in max(re.findall(r'"([0-9a-z,]{2000,})"', program), key=len).split(",")]
    signs: dict[int, list[int]] = {number: [] for number in range(len(fonts))}
    at, count, prefix = 0, 1, 0
    for letter in max(re.findall(r'"([0-9a-zA-Z]{3000,})"', program), key=len):
        if letter.isdigit():
            prefix = prefix * 10 + int(letter)
        elif letter.islower():
            count, prefix = prefix * 26 + ord(letter) - ord("a") + 2, 0
        else:
            for number in sets[prefix * 26 + ord(letter) - ord("A")]:
                signs[number].extend(range(at, at + count))
            at, count, prefix = at + count, 1, 0
    if at != 0x110000:
        raise SystemExit("the engine writes its fonts in another way now")
    return {name: (address, signs[number]) for number, (name, address) in enumerate(fonts)}


def _set(part: str) -> list[int]:
    numbers, last, prefix = [], -1, 0
    for letter in part:
        if letter.isdigit():
            prefix = prefix * 10 + int(letter)
        else:
            last, prefix = last + prefix * 26 + ord(letter) - ord("a") + 1, 0
            numbers.append(last)
    return numbers


def emoji(signs: list[int]) -> TTFont:
    """The emoji of one piece, with half the pixels."""
    font = TTFont(EMOJI, recalcTimestamp=False)
    options = subset.Options(layout_features=["*"], notdef_outline=True, recalc_timestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=signs)
    cutter.subset(font)
    for strike, index in zip(font["CBDT"].strikeData, font["CBLC"].strikes, strict=True):
        for glyph in strike.values():
            _halve(glyph)
        size = index.bitmapSizeTable
        size.ppemX, size.ppemY = size.ppemX // 2, size.ppemY // 2
        for line in (size.hori, size.vert):
            for field in ("ascender", "descender", "widthMax", "maxBeforeBL", "minAfterBL"):
                setattr(line, field, int(getattr(line, field) / 2))
        for table in index.indexSubTables:
            if hasattr(table, "metrics"):
                _halve_metrics(table.metrics)
    return font


def _halve(glyph: object) -> None:
    drawn = Image.open(io.BytesIO(glyph.imageData)).convert("RGBA")  # type: ignore[attr-defined]
    small = drawn.resize((max(1, drawn.width // 2), max(1, drawn.height // 2)), Image.Resampling.LANCZOS)
    few = small.quantize(COLOURS, method=Image.Quantize.FASTOCTREE)
    out = io.BytesIO()
    few.save(out, "PNG", optimize=True)
    glyph.imageData = out.getvalue()  # type: ignore[attr-defined]
    if hasattr(glyph, "metrics"):
        _halve_metrics(glyph.metrics)


def _halve_metrics(metrics: object) -> None:
    for field in list(vars(metrics)):
        value = getattr(metrics, field)
        if isinstance(value, int):
            setattr(metrics, field, int(value / 2))


def main() -> None:
    packages = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if packages is None or not EMOJI.exists():
        raise SystemExit("Needs the folder of the npm packages, and: apt install fonts-noto-color-emoji")
    pieces = wanted(engine())
    for name, (address, signs) in pieces.items():
        target = FONTS / address
        if name.startswith("Noto Color Emoji "):
            font = emoji(signs)
            if not font.getBestCmap():
                continue  # newer emoji than this font has
        elif name in PIECES:
            font = TTFont(packages / PIECES[name], recalcTimestamp=False)
        else:
            continue
        font.flavor = "woff2"
        target.parent.mkdir(parents=True, exist_ok=True)
        font.save(target)
        print(f"{name}: {target.stat().st_size // 1024} kB")
    licence = (packages / "noto-sans-hebrew" / "package" / "LICENSE").read_text(encoding="utf-8")
    (FONTS / "OFL.txt").write_text(licence, encoding="utf-8")


if __name__ == "__main__":
    main()
