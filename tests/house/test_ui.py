"""How the screens are written: no sentence in Python, no colour outside the theme, no component without a guard.

Each rule is tried on a line that breaks it, so that it is known to see.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.sources import parsed

ROOT = Path(__file__).parents[2]
UI = ROOT / "src/app/ui"
FILES = sorted(UI.rglob("*.py"))

SHOWN = frozenset(
    """
    value text label title subtitle hint hint_text helper error tooltip semantics_label said help_text cancel_text
    confirm_text low high less more action count counter prefix suffix placeholder error_text
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
"""Arguments whose words people see or hear."""

SPEAKING = frozenset(
    """
    Text Words Soft Title Heading SectionTitle Live PrimaryButton SecondaryButton QuietButton DangerButton
    HeaderButton Card Row TickRow Chip Field DraftField PassphraseField DateField TimeField Stepper EmptyState
    Busy Screen Button FilledButton OutlinedButton TextButton SnackBar notice announce ProgressBar Steps Checkbox
    Radio Switch
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
"""Calls whose first arguments people see or hear."""

Rule = Callable[[ast.AST, str], Iterator[str]]


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _words(node: ast.AST) -> bool:
    """A text with a letter in it that stands in the source: also inside a condition or an f-string."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(re.search(r"[^\W\d_]", node.value))
    if isinstance(node, ast.JoinedStr):
        return any(_words(part) for part in node.values if isinstance(part, ast.Constant))
    if isinstance(node, ast.IfExp):
        return _words(node.body) or _words(node.orelse)
    if isinstance(node, ast.BoolOp):
        return any(_words(part) for part in node.values)
    if isinstance(node, ast.BinOp):
        return _words(node.left) or _words(node.right)
    return False


def no_words(tree: ast.AST, where: str) -> Iterator[str]:
    """Sentences live in assets/locales."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or _name(node) not in SPEAKING:
            continue
        if _name(node) == "Row" and isinstance(node.func, ast.Attribute):
            continue  # Flet's row of controls
        for argument in node.args[:2]:
            if _words(argument):
                yield f"{where}:{argument.lineno} words in {_name(node)}: {ast.unparse(argument)}"
        for keyword in node.keywords:
            if keyword.arg in SHOWN and _words(keyword.value):
                yield f"{where}:{keyword.value.lineno} words in {keyword.arg}={ast.unparse(keyword.value)}"


def no_colours(tree: ast.AST, where: str) -> Iterator[str]:
    """Colours are named by the theme."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("Colors", "CupertinoColors"):
            yield f"{where}:{node.lineno} {ast.unparse(node)}"
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.fullmatch(r"#[0-9A-Fa-f]{3,8}", node.value)
        ):
            yield f"{where}:{node.lineno} {node.value}"


def no_sizes(tree: ast.AST, where: str) -> Iterator[str]:
    """Text follows the reader's size: a style, never a number."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) in ("Text", "TextStyle", "TextSpan"):
            for keyword in node.keywords:
                if keyword.arg == "size" and isinstance(keyword.value, ast.Constant):
                    yield f"{where}:{node.lineno} {ast.unparse(keyword.value)}"


def no_bare_component(tree: ast.AST, where: str) -> Iterator[str]:
    """Our `component` keeps a fault inside its part; Flet's freezes the window."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "component" and ast.unparse(node.value) in ("ft", "flet"):
            yield f"{where}:{node.lineno} ft.component"
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("flet"):
            yield from (f"{where}:{node.lineno} {name.name}" for name in node.names if name.name == "component")


def no_returned_cleanup(tree: ast.AST, where: str) -> Iterator[str]:
    """A cleanup is passed by name: a returned one is forgotten at the next render."""
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) == "use_effect" and node.args:
            setup = node.args[0]
            body = functions.get(setup.id) if isinstance(setup, ast.Name) else None
            if body and any(isinstance(part, ast.Return) and part.value is not None for part in body.body):
                yield f"{where}:{node.lineno} use_effect"
            if len(node.args) > 2:
                yield f"{where}:{node.lineno} cleanup without its name"


def no_dialog(tree: ast.AST, where: str) -> Iterator[str]:
    """Undo instead of "are you sure": no window stands in the way."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("AlertDialog", "CupertinoAlertDialog", "Slider"):
            yield f"{where}:{node.lineno} {node.attr}"


WORDY = (SPEAKING - {"Radio", "Checkbox", "Switch"}) | {"Quotable", "SavedLine", "VisibilityChip", "Marked"}


def no_fixed_height(tree: ast.AST, where: str) -> Iterator[str]:
    """What holds words grows with them: a height in points cuts them off where the reader's text is large."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        fixed = next((word for word in node.keywords if word.arg == "height"), None)
        if fixed is None or (isinstance(node.func, ast.Name) and node.func.id == "EndlessList"):
            continue  # the list's `height` is where it begins to guess; it measures
        inside = {_name(call) for call in ast.walk(node) if isinstance(call, ast.Call) and call is not node}
        if inside & WORDY:
            yield f"{where}:{fixed.value.lineno} {_name(node)} with words, height={ast.unparse(fixed.value)}"


def no_silent_cut(tree: ast.AST, where: str) -> Iterator[str]:
    """Words that are cut after some lines end in an ellipsis."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) == "Text":
            given = {word.arg for word in node.keywords}
            if given & {"max_lines", "no_wrap"} and "overflow" not in given:
                yield f"{where}:{node.lineno} cut without a sign"


def no_lost_choice(tree: ast.AST, where: str) -> Iterator[str]:
    """A browser's window that is busy reading a large file is not one whose person has changed their mind."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or _name(node) != "pick_files":
            continue
        if "cancel_upload_on_window_blur" not in {word.arg for word in node.keywords}:
            yield f"{where}:{node.lineno} a choice that may be lost"


def one_way_to_files(tree: ast.AST, where: str) -> Iterator[str]:
    """How a dialog for files can end, and that an app under its own dialog does not lock at once, is known in one place."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("save_file", "pick_files"):
            yield f"{where}:{node.lineno} a dialog for files beside the one way to it"


RULES: dict[Rule, tuple[frozenset[str], str]] = {
    no_words: (frozenset(), 'Words("Hej")'),
    no_colours: (frozenset({"theme.py"}), 'x = "#FFFFFF"'),
    no_sizes: (frozenset({"theme.py"}), 'ft.Text("1", size=16)'),
    no_bare_component: (frozenset({"safe.py"}), "@ft.component\ndef f(): ..."),
    no_returned_cleanup: (frozenset(), "def s():\n    return stop\nft.use_effect(s, [])"),
    no_dialog: (frozenset(), "ft.AlertDialog()"),
    no_fixed_height: (frozenset({"faces.py"}), "ft.Container(ft.Column([Words(text)]), height=40)"),
    no_silent_cut: (frozenset(), "ft.Text(text, max_lines=1)"),
    no_lost_choice: (frozenset(), "files.pick_files(with_data=True)"),
    one_way_to_files: (frozenset({"files.py"}), "picker.save_file(file_name=name)"),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_screens_keep_the_rule(rule: Rule) -> None:
    allowed, _ = RULES[rule]
    broken = [
        line for file in FILES if file.name not in allowed for line in rule(parsed(file), str(file.relative_to(ROOT)))
    ]
    assert broken == [], "\n".join(broken)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_sees(rule: Rule) -> None:
    assert list(rule(ast.parse(RULES[rule][1]), "here"))


@pytest.mark.parametrize(
    "line",
    [
        'Words("Hej" if x else say("a"))',
        'Words(f"{n} av {m}")',
        'PrimaryButton(say("a"), go, label="Spara")',
        'ft.Text(value="Hej")',
        'Screen("I dag", [])',
    ],
)
def test_words_are_seen_wherever_they_hide(line: str) -> None:
    assert list(no_words(ast.parse(line), "here"))


@pytest.mark.parametrize("line", ['Words(say("today.title"))', 'Words(f"{a}: {b}")', 'Words("·")', "Row(person.name)"])
def test_what_is_no_sentence_is_left_alone(line: str) -> None:
    assert not list(no_words(ast.parse(line), "here"))


def test_the_page_around_the_app_knows_each_language_by_its_title() -> None:
    titles = [
        json.loads((folder / "frame.json").read_text("utf-8"))["frame.title"]
        for folder in (ROOT / "assets/locales").iterdir()
    ]
    assert len(titles) == len(set(titles)) >= 2


def test_the_page_has_no_script_of_another_host_and_allows_zoom() -> None:
    page = (ROOT / "assets/index.html").read_text("utf-8")
    markup = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"https?://", page)
    assert "maximum-scale" not in markup and "user-scalable" not in markup
    assert "<!-- fletAppConfig -->" in page and "/*fika-words*/" in page
