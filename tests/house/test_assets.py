"""Type and pictures: every letter the app writes has a glyph, every place that shows an icon has its file."""

import hashlib
import json
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from PIL import Image
from tools.make_fonts import NEEDED
from tools.make_web_fonts import PIECES, engine, wanted

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "assets"
WEIGHTS = {"Regular": 400, "Bold": 700}


@pytest.fixture(scope="module")
def pieces() -> dict[str, tuple[str, list[int]]]:
    """What the drawing engine of the browser asks for."""
    return wanted(engine())


def letters() -> set[str]:
    """Every letter of every text of ours."""
    files = [*(ASSETS / "content").glob("*.json"), *(ASSETS / "locales").rglob("*.json")]
    return {letter for path in files for letter in path.read_text(encoding="utf-8")} - {"\n"}


@pytest.mark.parametrize("style", WEIGHTS)
def test_the_type_has_every_letter_we_write(style: str) -> None:
    font = TTFont(ASSETS / "fonts" / f"AtkinsonHyperlegibleNext-{style}.ttf")
    known = font.getBestCmap()
    assert sorted(letter for letter in letters() | set(NEEDED) if ord(letter) not in known) == []


@pytest.mark.parametrize(("style", "weight"), WEIGHTS.items())
def test_the_type_is_two_weights_of_one_family(style: str, weight: int) -> None:
    font = TTFont(ASSETS / "fonts" / f"AtkinsonHyperlegibleNext-{style}.ttf")
    assert font.flavor is None, "native Flutter wants TTF"
    assert font["OS/2"].usWeightClass == weight
    assert font["name"].getDebugName(1) == "Atkinson Hyperlegible Next"
    assert font["name"].getDebugName(2) == style
    assert "SIL Open Font License" in (ASSETS / "fonts" / "OFL.txt").read_text(encoding="utf-8")


def test_the_browser_finds_its_fonts_where_it_looks(pieces: dict[str, tuple[str, list[int]]]) -> None:
    """The addresses stand in the engine; a new engine has others, and then the command has to run again."""
    there = {str(path.relative_to(ASSETS / "assets/fonts")) for path in (ASSETS / "assets/fonts").rglob("*.woff2")}
    asked = {address for address, _ in pieces.values()}
    assert there <= asked
    assert {pieces[name][0] for name in PIECES} <= there
    assert sum("notocoloremoji" in address for address in there) >= 11


@pytest.mark.parametrize("sign", ["😀", "❤", "👍", "🎉", "🇸", "✓", "★", "א", "م", "⇒"])
def test_a_sign_that_the_type_lacks_is_in_a_piece_that_the_browser_asks_for(
    sign: str, pieces: dict[str, tuple[str, list[int]]]
) -> None:
    for address, signs in pieces.values():
        path = ASSETS / "assets/fonts" / address
        if ord(sign) in signs and path.exists() and ord(sign) in TTFont(path).getBestCmap():
            return
    pytest.fail(f"no font for {sign}")


def test_the_fonts_for_the_browser_stay_small_and_out_of_the_phone() -> None:
    files = [path for path in (ASSETS / "assets").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 6_000_000
    assert '"assets/assets"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


SIZES = {
    "icon.png": 1024,
    "icon_ios.png": 1024,
    "icon_android.png": 1024,
    "icon_macos.png": 1024,
    "icon_windows.png": 256,
    "splash.png": 512,
    "splash_dark.png": 512,
    "favicon.png": 48,
    "icons/icon-192.png": 192,
    "icons/icon-512.png": 512,
    "icons/icon-maskable-192.png": 192,
    "icons/icon-maskable-512.png": 512,
    "icons/apple-touch-icon-192.png": 192,
    "icons/loading-animation.png": 192,
} | {f"icons/{name}-{size}.png": size for name in ("mark", "mark-dark", "mark-mono") for size in (24, 96, 192)}


@pytest.mark.parametrize(("file", "size"), SIZES.items())
def test_every_icon_is_there_in_its_size(file: str, size: int) -> None:
    with Image.open(ASSETS / file) as image:
        assert image.size == (size, size)
        lowest, highest = image.convert("L").getextrema()
        assert lowest != highest or image.mode == "RGBA", "an empty picture"
        if image.mode == "RGBA":
            assert image.getchannel("A").getextrema()[1] == 255, "an invisible picture"


def test_an_iphone_icon_lets_nothing_through() -> None:
    with Image.open(ASSETS / "icon_ios.png") as image:
        assert image.mode == "RGB"


def test_the_mark_has_the_colours_of_the_identity() -> None:
    colours = {"mark": ("#2F5D50", "#8C3B2E"), "mark-dark": ("#9CD3BF", "#F0A593"), "mark-mono": ("#2B211B",)}
    for name, used in colours.items():
        svg = (ASSETS / "icons" / f"{name}.svg").read_text(encoding="utf-8")
        assert all(colour in svg for colour in used)
        with Image.open(ASSETS / "icons" / f"{name}-96.png") as image:
            raw = image.convert("RGBA").tobytes()
        found = {raw[at : at + 3] for at in range(0, len(raw), 4) if raw[at + 3] == 255}
        assert {bytes.fromhex(colour[1:]) for colour in used} <= found


def test_the_manifest_names_files_that_are_there() -> None:
    manifest = json.loads((ASSETS / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["name"] == "Fika"
    assert all((ASSETS / icon["src"]).is_file() for icon in manifest["icons"])


def test_no_picture_is_another_one_by_mistake() -> None:
    light, dark = (hashlib.sha256((ASSETS / f"splash{end}.png").read_bytes()).digest() for end in ("", "_dark"))
    assert light != dark
