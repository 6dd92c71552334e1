"""The recovery key as a picture."""

import io

import segno
from PIL import Image

from app.ui.parts import secret


def test_the_picture_says_what_the_page_says() -> None:
    text = "qpzr y9x8 gf2t vdw0 s3jn 54kh ce6m ua7l"
    shown = Image.open(io.BytesIO(secret.code_picture(text, scale=1))).convert("1")
    expected = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
    side = len(expected)
    found = [[int(not shown.getpixel((x + 4, y + 4))) for x in range(side)] for y in range(side)]
    assert found == expected
