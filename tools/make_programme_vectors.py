"""Make the vectors of programmes: a card, letters of each kind, and bad ones that are refused by name.

    PYTHONPATH=src:. python tools/make_programme_vectors.py

Seals are random, so a new run makes other letters that say the same.
"""

import json
from pathlib import Path
from typing import Any

from tests.support.programme import CARD, KEYS

from sync import hpke
from sync.programme import keys, letters
from sync.programme.letters import Lock

TARGET = Path(__file__).resolve().parent.parent / "tests" / "vectors" / "programme" / "letters.json"
SEED = bytes(range(64, 96))
NUMBER = bytes(range(16))
MEMBER = keys.member_keys(SEED, CARD.id)
CONTACT: dict[str, Any] = {"what": "contact", "at": "2026-10-14T16:58:00+02:00"}


def flipped(raw: bytes, at: int) -> str:
    """The same with one bit the other way."""
    return (raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]).hex()


def unsigned() -> str:
    """A letter that says it is from the member and is signed by nobody."""
    head = letters._head(Lock.NAMED, CARD.id, NUMBER)
    body = letters._json(CONTACT)
    return letters._seal(CARD.box, head, MEMBER.signing.public + MEMBER.box_public + bytes(64) + body).hex()


def short_slip() -> str:
    head = letters._head(Lock.SLIP, CARD.id, NUMBER)
    return letters._seal(CARD.box, head, letters._json({"survey": "survey.end"})).hex()


def main() -> None:
    named = letters.write(CARD, MEMBER, CONTACT, number=NUMBER)
    concern = letters.write(CARD, MEMBER, {"what": "concern", "answers": {}}, number=NUMBER, concern=True)
    slip = letters.write_slip(CARD, {"survey": "survey.end", "answers": {"useful": 4}}, number=NUMBER)
    answer = letters.write_answer(KEYS.signing, CARD.id, MEMBER.box_public, {"seen": [NUMBER.hex()]})
    stranger = hpke.generate()[1]
    elsewhere = letters.write(
        keys.Card(stranger, CARD.safety, CARD.sign, CARD.modulus, CARD.name), MEMBER, CONTACT, number=NUMBER
    )
    member = {"member": MEMBER.id.hex()}
    found = {
        "card": {"raw": CARD.to_bytes().hex(), "id": CARD.id.hex(), "words": list(CARD.words), "name": CARD.name},
        "member": {
            "seed": SEED.hex(),
            **member,
            "pair": keys.pair_tag(CARD.id, bytes(16)).hex(),
            "sign": MEMBER.signing.public.hex(),
            "box": MEMBER.box_public.hex(),
        },
        "letters": {
            "a wish to be contacted": {"raw": named.hex(), "expect": {"lock": "named", "says": CONTACT, **member}},
            "a concern": {
                "raw": concern.hex(),
                "expect": {"lock": "concern", "says": {"what": "concern", "answers": {}}, **member},
            },
            "a slip": {
                "raw": slip.hex(),
                "expect": {"lock": "slip", "says": {"survey": "survey.end", "answers": {"useful": 4}}},
            },
            "another version": {
                "raw": (b"\2" + named[1:]).hex(),
                "expect": {"refused": "sync-newer-version", "version": 2},
            },
            "another lock": {
                "raw": (named[:1] + b"\7" + named[2:]).hex(),
                "expect": {"refused": "sync-newer-version", "lock": 7},
            },
            "the head of a slip on a named letter": {
                "raw": (named[:1] + b"\4" + named[2:]).hex(),
                "expect": {"refused": "sync-cannot-open"},
            },
            "another programme": {
                "raw": flipped(named, 2),
                "expect": {"refused": "sync-code-for-elsewhere", "got": "programme"},
            },
            "sealed for another programme": {
                "raw": elsewhere.hex(),
                "expect": {"refused": "sync-code-for-elsewhere", "got": "programme"},
            },
            "another number": {"raw": flipped(named, 20), "expect": {"refused": "sync-cannot-open"}},
            "another key in the seal": {"raw": flipped(named, 40), "expect": {"refused": "sync-cannot-open"}},
            "a bit of the seal": {"raw": flipped(named, len(named) - 1), "expect": {"refused": "sync-cannot-open"}},
            "cut": {"raw": named[:-1].hex(), "expect": {"refused": "sync-cannot-open"}},
            "only a head": {"raw": named[:34].hex(), "expect": {"refused": "sync-bad-record", "reason": "length"}},
            "signed by nobody": {"raw": unsigned(), "expect": {"refused": "sync-bad-signature"}},
            "a slip of its own size": {
                "raw": short_slip(),
                "expect": {"refused": "sync-bad-record", "reason": "length"},
            },
            "an answer": {"raw": answer.hex(), "expect": {"refused": "sync-code-for-elsewhere", "got": "answer"}},
        },
        "answers": {
            "receipts": {"raw": answer.hex(), "expect": {"says": {"seen": [NUMBER.hex()]}}},
            "a bit of the seal": {"raw": flipped(answer, 100), "expect": {"refused": "sync-cannot-open"}},
            "by somebody else": {
                "raw": letters.write_answer(MEMBER.signing, CARD.id, MEMBER.box_public, {"seen": []}).hex(),
                "expect": {"refused": "sync-bad-signature"},
            },
            "a letter": {"raw": named.hex(), "expect": {"refused": "sync-code-for-elsewhere", "got": "named"}},
        },
    }
    TARGET.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
