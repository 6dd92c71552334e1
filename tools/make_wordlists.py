"""Make the word lists under assets/wordlists from the words chosen by hand in tools/words.

    python tools/make_wordlists.py

A list has 2,048 words: eleven bits each. Its words differ in their first four letters, also when the dots and
rings of å, ä and ö are left out, so four letters typed on any keyboard name one word. Of two words that would
be mistaken for each other the one without dots is taken, then the one that was chosen first.
"""

import unicodedata
from pathlib import Path

ROOT = Path(__file__).parent.parent
COUNT = 2048
PREFIX = 4


def plain(word: str) -> str:
    """The word as somebody types it without dots and rings."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def made(language: str) -> list[str]:
    """The list of a language, in alphabetical order by its code points."""
    chosen = (ROOT / "tools" / "words" / f"{language}.txt").read_text(encoding="utf-8").split()
    taken: dict[str, str] = {}
    for word in sorted(chosen, key=lambda word: not word.isascii()):
        taken.setdefault(plain(word)[:PREFIX], word)
    words = list(taken.values())[:COUNT]
    if len(words) < COUNT:
        raise SystemExit(f"{language}: only {len(words)} of {COUNT} words")
    return sorted(words)


def main() -> None:
    folder = ROOT / "assets" / "wordlists"
    folder.mkdir(exist_ok=True)
    for language in ("sv", "en"):
        (folder / f"{language}.txt").write_text("\n".join(made(language)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
