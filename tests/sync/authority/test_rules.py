"""The table of who may do what says the same as the page."""

import re
from pathlib import Path

from sync.authority.rules import MAY_LEAVE, RULES, Right, Role, has_role
from sync.signing import KINDS

PAGE = Path(__file__).parents[3] / "docs" / "spec" / "sync.md"
COLUMNS = (Right.INVITE, Right.DISMISS, Right.REKEY, Right.WRITE)


def stated() -> dict[tuple[str, Role], frozenset[Right]]:
    text = PAGE.read_text("utf-8").split("## 3.")[1].split("## 4.")[0]
    found: dict[tuple[str, Role], frozenset[Right]] = {}
    kind = ""
    for row in re.findall(r"^\| (.*) \|$", text, re.MULTILINE):
        cells = [cell.strip() for cell in row.split("|")]
        if len(cells) != 6 or not re.match(r"\d ", cells[1]):
            continue
        kind = cells[0].replace("drop box", "dropbox") or kind
        allowed = frozenset(right for right, cell in zip(COLUMNS, cells[2:], strict=True) if cell == "yes")
        found[kind, Role(int(cells[1][0]))] = allowed
    return found


def test_the_page_and_the_table_say_the_same() -> None:
    names = {number: name for name, number in KINDS.items()}
    assert stated() == {(names[kind], role): may for kind, roles in RULES.items() for role, may in roles.items()}


def test_roles_exist_by_kind() -> None:
    assert has_role(KINDS["mentoring"], 2)
    assert not has_role(KINDS["personal"], 2)
    assert not has_role(KINDS["mentoring"], 9)
    assert frozenset({KINDS["mentoring"], KINDS["programme"]}) == MAY_LEAVE
