"""Pairs of offline edits of one text, as people make them: Swedish and English sentences, added, changed, taken away."""

from __future__ import annotations

from random import Random

SENTENCES = (
    "Vi gick igenom förra veckans uppgifter.",
    "Hon ringde arbetsplatsen och fick ett namn!",
    "Mötet slutade kl. 16.30 på biblioteket.",
    "Vad är nästa steg?",
    "CV:t är nästan klart, bara utbildningen saknas",
    "The next step is a short phone call.",
    "He wants to try a presentation in class.",
    "Agreed: two interviews before Christmas.",
    "- ring Åsa",
    "- läs CV:t",
    "Tack för i dag 🙂",
)


class Writer:
    """Somebody who edits without knowing of the other; every word they write is theirs alone."""

    def __init__(self, name: str, chance: Random) -> None:
        self.name, self.chance, self.count = name, chance, 0
        self.wrote: list[str] = []

    def sentence(self) -> str:
        self.count += 1
        mark = f"{self.name}{self.count}ö"
        self.wrote.append(mark)
        words = self.chance.choice(SENTENCES).split(" ")
        words.insert(self.chance.randrange(len(words)), mark)
        return " ".join(words)

    def edit(self, text: str) -> str:
        """One to four edits: a sentence put in, added at the end, rewritten or taken away; a line broken."""
        for _ in range(self.chance.randint(1, 4)):
            parts = _split(text)
            kind = self.chance.choice(("in", "in", "end", "change", "take", "line"))
            place = self.chance.randrange(len(parts) + 1) if parts else 0
            if kind == "in" or not parts:
                parts.insert(place, self.sentence() + self.chance.choice((" ", "\n", "")))
            elif kind == "end":
                parts.append(self.chance.choice((" ", "\n")) + self.sentence())
            elif kind == "change":
                at = self.chance.randrange(len(parts))
                words = parts[at].rstrip().split(" ")
                self.count += 1
                mark = f"{self.name}{self.count}å"
                self.wrote.append(mark)
                words[self.chance.randrange(len(words))] += f" {mark}"
                parts[at] = " ".join(words) + parts[at][len(parts[at].rstrip()) :]
            elif kind == "take":
                del parts[self.chance.randrange(len(parts))]
            else:
                parts.insert(place, "\n")
            text = "".join(parts)
        return text


def base_text(chance: Random) -> str:
    """A text to begin with: a few sentences on a few lines."""
    return "".join(
        chance.choice(SENTENCES) + chance.choice((" ", " ", "\n", "\n\n")) for _ in range(chance.randint(0, 6))
    )


def _split(text: str) -> list[str]:
    found: list[str] = []
    current = ""
    for letter in text:
        current += letter
        if letter in "\n " and len(current) > 8 and (letter == "\n" or current.rstrip()[-1:] in ".!?"):
            found.append(current)
            current = ""
    return [*found, current] if current else found
