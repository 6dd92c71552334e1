"""A page on paper: text in our own font as PDF, and nothing else.

A certificate needs a heading, some lines and page breaks, and has to look the same everywhere, so the font is embedded.
A letter that the font does not have cannot be set; `LettersMissing` says so before anything is made, and the page as
HTML, which borrows the letters of the device, is the other way.
"""

from __future__ import annotations

import struct
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from app.errors import LettersMissing

WIDTH: Final = 595.28
HEIGHT: Final = 841.89
MARGIN: Final = 64.0
LEADING: Final = 1.45


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph: its words, its size in points, bold or not, and the room above it."""

    text: str
    size: float = 12
    bold: bool = False
    above: float = 6


@dataclass(frozen=True, slots=True)
class Font:
    """What is needed of a TrueType font to set text and to embed it."""

    data: bytes
    units: int
    ascent: int
    descent: int
    box: tuple[int, int, int, int]
    glyphs: dict[int, int]
    advances: tuple[int, ...]

    def glyph(self, letter: str) -> int:
        return self.glyphs.get(ord(letter), 0)

    def width(self, text: str, size: float) -> float:
        """How wide a text is, in points."""
        return sum(self.advance(self.glyph(letter)) for letter in text) * size / self.units

    def advance(self, glyph: int) -> int:
        return self.advances[min(glyph, len(self.advances) - 1)]


@cache
def font(path: Path) -> Font:
    """Read a font from its file."""
    data = path.read_bytes()
    count = struct.unpack(">H", data[4:6])[0]
    tables: dict[bytes, int] = {}
    for at in range(12, 12 + 16 * count, 16):
        tables[data[at : at + 4]] = struct.unpack(">I", data[at + 8 : at + 12])[0]
    head, hhea, hmtx = tables[b"head"], tables[b"hhea"], tables[b"hmtx"]
    units = struct.unpack(">H", data[head + 18 : head + 20])[0]
    ascent, descent = struct.unpack(">hh", data[hhea + 4 : hhea + 8])
    metrics = struct.unpack(">H", data[hhea + 34 : hhea + 36])[0]
    advances = tuple(struct.unpack(">H", data[hmtx + 4 * one : hmtx + 4 * one + 2])[0] for one in range(metrics))
    box = struct.unpack(">hhhh", data[head + 36 : head + 44])
    return Font(data, units, ascent, descent, box, _letters(data, tables[b"cmap"]), advances)


def _letters(data: bytes, cmap: int) -> dict[int, int]:
    """Which glyph each letter has: the table for the basic plane (format 4)."""
    count = struct.unpack(">H", data[cmap + 2 : cmap + 4])[0]
    offsets = [struct.unpack(">HHI", data[cmap + 4 + 8 * one : cmap + 12 + 8 * one])[2] for one in range(count)]
    for start in (cmap + offset for offset in offsets):
        if struct.unpack(">H", data[start : start + 2])[0] == 4:
            return _format_4(data, start)
    raise ValueError("a font without letters")


def _format_4(data: bytes, start: int) -> dict[int, int]:
    double = struct.unpack(">H", data[start + 6 : start + 8])[0]
    rows = [
        struct.unpack(f">{double // 2}H", data[at : at + double])
        for at in (start + 14, *(start + 16 + double * row for row in (1, 2, 3)))
    ]
    found: dict[int, int] = {}
    for place, (end, begin, delta, offset) in enumerate(zip(*rows, strict=True)):
        for code in range(begin, min(end, 0xFFFE) + 1):
            glyph = code
            if offset:
                at = start + 16 + 3 * double + 2 * place + offset + 2 * (code - begin)
                glyph = struct.unpack(">H", data[at : at + 2])[0]
                if not glyph:
                    continue
            if glyph := (glyph + delta) & 0xFFFF:
                found[code] = glyph
    return found


def composed(text: str) -> str:
    """A text as it is set: each letter one sign, and without marks that nobody sees and that come along when a name is
    copied.
    """
    plain = unicodedata.normalize("NFC", text.replace("\u2028", "\n").replace("\u2029", "\n"))
    return "".join(sign for sign in plain if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cf"))


def missing_letters(texts: Iterable[str], *fonts: Font) -> str:
    """The letters that cannot be set, each once."""
    there = dict.fromkeys(letter for text in texts for letter in composed(text))
    return "".join(letter for letter in there if letter not in "\n\t" and any(not one.glyph(letter) for one in fonts))


def pdf(words: Sequence[Words], fonts: Path, title: str, language: str) -> bytes:
    """A document of as many pages as the words need, or `LettersMissing`."""
    regular, bold = (font(fonts / f"AtkinsonHyperlegibleNext-{name}.ttf") for name in ("Regular", "Bold"))
    lacking = missing_letters((one.text for one in words), regular, bold)
    if lacking:
        raise LettersMissing(count=len(lacking))
    pages = [b"".join(page) for page in _pages(words, regular, bold)]
    used = {letter for one in words for letter in composed(one.text)} - {"\n", "\t"}
    return _file(pages, (regular, bold), used, composed(title), language)


def _pages(words: Sequence[Words], regular: Font, bold: Font) -> list[list[bytes]]:
    pages: list[list[bytes]] = [[]]
    y = HEIGHT - MARGIN
    for one in words:
        face = bold if one.bold else regular
        y -= one.above
        for line in _lines(composed(one.text), face, one.size):
            y -= one.size * LEADING
            if y < MARGIN:
                pages.append([])
                y = HEIGHT - MARGIN - one.size * LEADING
            codes = "".join(f"{face.glyph(letter):04X}" for letter in line)
            name = "B" if one.bold else "R"
            pages[-1].append(f"BT /{name} {one.size:g} Tf {MARGIN:g} {y:.2f} Td <{codes}> Tj ET\n".encode())
    return pages


def _lines(text: str, face: Font, size: float) -> list[str]:
    """The text in lines that fit; a word that is wider than the page is cut."""
    room = WIDTH - 2 * MARGIN
    found: list[str] = []
    for paragraph in text.replace("\t", " ").split("\n"):
        line = ""
        for word in paragraph.split(" "):
            piece = word
            while face.width(piece, size) > room:
                fits = next(n for n in range(len(piece), 0, -1) if n == 1 or face.width(piece[:n], size) <= room)
                found += [line] if line else []
                found.append(piece[:fits])
                line, piece = "", piece[fits:]
            longer = f"{line} {piece}" if line else piece
            if line and face.width(longer, size) > room:
                found.append(line)
                line = piece
            else:
                line = longer
        found.append(line)
    return found


def _file(pages: list[bytes], fonts: tuple[Font, Font], used: set[str], title: str, language: str) -> bytes:
    """The objects of the file: catalogue, pages, two fonts with all they need."""
    objects: list[bytes] = [b"", b"", b""]  # catalogue, pages, what the file is called: known at the end
    resources: list[str] = []
    for name, face in zip("RB", fonts, strict=True):
        number = len(objects) + 1
        label = f"FIKAAA+Atkinson{name}"
        glyphs = sorted((face.glyph(letter), letter) for letter in used)
        widths = " ".join(f"{glyph} [{round(face.advance(glyph) * 1000 / face.units)}]" for glyph, _ in glyphs)
        box = " ".join(str(round(side * 1000 / face.units)) for side in face.box)
        up, down = (round(one * 1000 / face.units) for one in (face.ascent, face.descent))
        objects += [
            f"<</Type/Font/Subtype/Type0/BaseFont/{label}/Encoding/Identity-H"
            f"/DescendantFonts[{number + 1} 0 R]/ToUnicode {number + 4} 0 R>>".encode(),
            f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{label}/CIDToGIDMap/Identity/W[{widths}]"
            f"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor {number + 2} 0 R>>".encode(),
            f"<</Type/FontDescriptor/FontName/{label}/Flags 4/FontBBox[{box}]/ItalicAngle 0/Ascent {up}"
            f"/Descent {down}/CapHeight {up}/StemV 80/FontFile2 {number + 3} 0 R>>".encode(),
            _stream(face.data, f"/Length1 {len(face.data)}"),
            _stream(_to_unicode(glyphs)),
        ]
        resources.append(f"/{name} {number} 0 R")
    kids: list[str] = []
    for page in pages:
        number = len(objects) + 1
        kids.append(f"{number} 0 R")
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {WIDTH:g} {HEIGHT:g}]/Contents {number + 1} 0 R"
            f"/Resources<</Font<<{''.join(resources)}>>>>>>".encode(),
            _stream(page),
        ]
    objects[0] = f"<</Type/Catalog/Pages 2 0 R/Lang({language})/ViewerPreferences<</DisplayDocTitle true>>>>".encode()
    objects[1] = f"<</Type/Pages/Count {len(pages)}/Kids[{' '.join(kids)}]>>".encode()
    objects[2] = b"<</Title<" + ("\ufeff" + title).encode("utf-16-be").hex().encode() + b">/Producer(Fika)>>"
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places: list[int] = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R/Info 3 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _stream(content: bytes, more: str = "") -> bytes:
    packed = zlib.compress(content, 9)
    return f"<</Filter/FlateDecode/Length {len(packed)}{more}>>\nstream\n".encode() + packed + b"\nendstream"


def _to_unicode(glyphs: list[tuple[int, str]]) -> bytes:
    """Which letter each glyph is, so that the text can be copied, searched and read aloud."""
    rows = [f"<{glyph:04X}> <{letter.encode('utf-16-be').hex().upper()}>" for glyph, letter in glyphs]
    blocks = [rows[at : at + 100] for at in range(0, len(rows), 100)]
    listed = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Fika def /CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{listed}\nendcmap end end"
    ).encode()
