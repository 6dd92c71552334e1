"""Draw the icons in all sizes from the mark's SVG files: `python tools/make_icons.py`. Chromium draws, Pillow cuts.

The mark is drawn once at 1,024 pixels and made smaller from there; every place it is shown has a file, so that no
program has to scale or guess.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

ASSETS = Path(__file__).parent.parent / "assets"
ICONS = ASSETS / "icons"
GROUND = "#FBF6EE"
DRAWN = 1024


def drawn(name: str) -> Image.Image:
    """The mark on nothing, as large as it will be needed."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("Chromium is missing: apt install chromium")
    svg = (ICONS / f"{name}.svg").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        page, shot = Path(folder) / "page.html", Path(folder) / "shot.png"
        page.write_text(f"<style>body{{margin:0}}svg{{display:block;width:{DRAWN}px}}</style>{svg}", encoding="utf-8")
        size = f"--window-size={DRAWN},{DRAWN}"
        options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--default-background-color=00000000",
        ]
        profile = f"--user-data-dir={folder}/profile"
        command = [chromium, *options, size, profile, f"--screenshot={shot}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        with Image.open(shot) as image:
            return image.convert("RGBA")


def placed(mark: Image.Image, size: int, share: float, ground: str | None = None) -> Image.Image:
    """The mark in the middle of a square, taking this share of its side."""
    canvas = Image.new("RGBA", (size, size), ground or (0, 0, 0, 0))
    inside = round(size * share)
    small = mark.resize((inside, inside), Image.Resampling.LANCZOS)
    at = (size - inside) // 2
    canvas.alpha_composite(small, (at, at))
    return canvas


def main() -> None:
    light, dark, mono = drawn("mark"), drawn("mark-dark"), drawn("mark-mono")

    def keep(image: Image.Image, path: Path, *, opaque: bool = False) -> None:
        (image.convert("RGB") if opaque else image).save(path, optimize=True)

    # What `flet build` looks for. An iPhone wants no transparency; Android cuts circles out of the middle two thirds.
    keep(placed(light, 1024, 0.66, GROUND), ASSETS / "icon.png")
    keep(placed(light, 1024, 0.66, GROUND), ASSETS / "icon_ios.png", opaque=True)
    keep(placed(light, 1024, 0.52), ASSETS / "icon_android.png")
    keep(placed(light, 1024, 0.66, GROUND), ASSETS / "icon_macos.png")
    keep(placed(light, 256, 0.92), ASSETS / "icon_windows.png")
    keep(placed(light, 512, 0.6), ASSETS / "splash.png")
    keep(placed(dark, 512, 0.6), ASSETS / "splash_dark.png")
    # What a browser looks for: the names are those of Flet's own page.
    keep(placed(light, 48, 1.0), ASSETS / "favicon.png")
    for size in (192, 512):
        keep(placed(light, size, 0.9), ICONS / f"icon-{size}.png")
        keep(placed(light, size, 0.62, GROUND), ICONS / f"icon-maskable-{size}.png", opaque=True)
    keep(placed(light, 192, 0.7, GROUND), ICONS / "apple-touch-icon-192.png", opaque=True)
    keep(placed(light, 192, 0.8), ICONS / "loading-animation.png")
    # What the screens show, at one, two and three pixels a point.
    for name, mark in {"mark": light, "mark-dark": dark, "mark-mono": mono}.items():
        for size in (24, 96, 192):
            keep(placed(mark, size, 1.0), ICONS / f"{name}-{size}.png")


if __name__ == "__main__":
    main()
