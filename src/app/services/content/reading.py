"""Documents read strictly: a file that departs from schema 1 is refused with the place where it does.

The page for writers is `docs/spec/content.md`. What comes in may be made by a programme, or by somebody who
wishes harm, so whatever the bytes are the answer is a `Document` or a `ContentError`.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Final, Literal, cast

from app.errors import (
    DocumentInvalid,
    DocumentMissing,
    DocumentNewer,
    DocumentUnreadable,
    LanguageMissing,
)
from app.services.content.documents import (
    PLACEHOLDER,
    SCHEMA,
    Document,
    Entry,
    Group,
    Item,
    Match,
    Option,
    Phrase,
    Pick,
    Scale,
)

LANGUAGES: Final = ("sv", "en")
"""Every text has these."""
LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
"""How a further language is named."""
BIGGEST: Final = 1_000_000
"""Bytes of one document. The largest of ours has a twentieth; a larger one is a mistake or an attack."""
DERIVED: Final = frozenset({"says_visibility", "from_programme"})
"""What an item shows and no file says."""

ROLES: Final = frozenset({"mentor", "mentee", "coordinator", "participant"})
VISIBILITIES: Final = frozenset({"private", "shared", "aggregate", "coordinator", "safety_lead"})
TYPES: Final = frozenset(
    """
    action check choice clause confirm contact date daterange datetime dont example goalprogress goals
    indicator info link longtext message module multi number people prompt scale sign sign_item skill
    skill_rating step table taskreview tasks term text topic yesno
    """.split()  # noqa: SIM905  (a list of words reads better as words)
)
DEPENDS: Final = frozenset({"met_before", "minutes_before"})
"""What a line of a meeting's list may depend on."""
MOMENTS: Final = frozenset(
    """
    any before_relationship before_session during_session after_session midterm closing programme
    start_and_end
    """.split()  # noqa: SIM905  (a list of words reads better as words)
)


def read_document(raw: bytes, *, name: str) -> Document:
    """A document out of its bytes, or a `ContentError` saying where it departs from schema 1."""
    tree = _tree(raw, name)
    _schema(tree, name)
    reading = _Reading(name, tree)
    reading.only(Document)
    visibility = reading.one_of("visibility", VISIBILITIES, "private")
    groups = tuple(Group(g.text("id"), g.phrase("title")) for g in reading.trees("groups", optional=True))
    items = tuple(_item(line, visibility) for line in reading.trees("items"))
    _no_twins(name, "groups", (group.id for group in groups))
    _no_twins(name, "items", (item.id for item in items))
    headings = {group.id for group in groups}
    for item in items:
        if item.group is not None and item.group not in headings:
            raise DocumentInvalid(document=name, item=item.id, field="group", reason="unknown")
    pick = reading.tree("pick")
    return Document(
        id=reading.text("id"),
        kind=reading.text("kind"),
        version=reading.whole("version"),
        title=reading.phrase("title"),
        intro=reading.phrase_or_none("intro"),
        roles=reading.roles(),
        when=reading.one_of("when", MOMENTS, "any"),
        groups=groups,
        items=items,
        sources=reading.texts("sources"),
        visibility=visibility,
        signatures=reading.texts("signatures"),
        minutes=reading.whole_or_none("minutes"),
        target_seconds=reading.whole_or_none("target_seconds"),
        anonymous_threshold=reading.whole_or_none("anonymous_threshold"),
        min_group=reading.whole_or_none("min_group"),
        available_when_locked=reading.flag("available_when_locked"),
        reviewed_by_programme=reading.flag("reviewed_by_programme", default=True),
        kiosk=reading.flag("kiosk"),
        accept=reading.flag("accept"),
        custom=reading.flag("custom"),
        fill_in=reading.texts("fill_in"),
        phases=reading.texts("phases"),
        pick=Pick(pick.whole("min"), pick.whole("max"), pick.text("from")) if pick else None,
        answer=reading.text_or_none("answer"),
        retention=reading.text_or_none("retention"),
        example_of=reading.text_or_none("example_of"),
    )


def read_index(raw: bytes) -> tuple[Entry, ...]:
    """What the index says of the documents, in the order in which they are listed."""
    tree = _tree(raw, "index")
    _schema(tree, "index")
    return tuple(map(_entry, _Reading("index", tree).trees("items")))


def bytes_of(path: Path, name: str) -> bytes:
    """The bytes of a document's file, never more than just too many."""
    try:
        with path.open("rb") as file:
            return file.read(BIGGEST + 1)
    except FileNotFoundError as exc:
        raise DocumentMissing(document=name) from exc
    except OSError as exc:
        raise DocumentUnreadable(document=name, reason=exc.strerror or "") from exc


def _item(line: "_Reading", visibility: str) -> Item:
    line.only(Item)
    scale = line.tree("scale")
    match = line.tree("match")
    options = _options(line, "options")
    default = line.default()
    if options:
        chosen = default if isinstance(default, tuple) else () if default is None else (default,)
        if not set(chosen) <= {option.value for option in options}:
            raise line.wrong("default", "is no option")
    return Item(
        id=line.text("id"),
        type=line.one_of("type", TYPES),
        text=line.phrase("text"),
        visibility=line.one_of("visibility", VISIBILITIES, visibility),
        help=line.phrase_or_none("help"),
        group=line.text_or_none("group"),
        roles=line.roles(),
        required=line.flag("required"),
        critical=line.flag("critical"),
        optional=line.flag("optional"),
        options=options,
        rows=_options(line, "rows"),
        default=default,
        scale=_scale(scale) if scale else None,
        min=line.whole_or_none("min"),
        max=line.whole_or_none("max"),
        ask=line.phrases("ask"),
        say=line.phrase_or_none("say"),
        body=line.phrase_or_none("body"),
        example=line.phrase_or_none("example"),
        note=line.phrase_or_none("note"),
        action=line.text_or_none("action"),
        actions=line.pairs("actions"),
        source=line.text_or_none("source"),
        prefill=line.text_or_none("prefill"),
        match=_match(match) if match else None,
        formula=line.text_or_none("formula"),
        needs=line.texts("needs"),
        target=line.number_or_none("target"),
        phone=line.text_or_none("phone", empty=True),
        region=line.text_or_none("region"),
        emergency=line.flag("emergency"),
        crisis_line=line.flag("crisis_line"),
        verify_before_use=line.flag("verify_before_use"),
        fill_in=line.flag("fill_in"),
        custom=line.flag("custom"),
        autofocus=line.flag("autofocus"),
        opt_in=line.flag("opt_in"),
        programme=line.flag("programme"),
        says_visibility=line.text_or_none("visibility") is not None,
        anchor=line.text_or_none("anchor"),
        phase=line.text_or_none("phase"),
        seed_item=line.whole_or_none("seed_item"),
        only_with=line.one_of("only_with", DEPENDS, "") or None,
    )


def _entry(line: "_Reading") -> Entry:
    file = line.text("file")
    if not re.fullmatch(r"[a-z0-9_]+\.json", file):
        raise line.wrong("file", "is no plain name")
    return Entry(
        id=line.text("id"),
        kind=line.text("kind"),
        version=line.whole("version"),
        title=line.phrase("title"),
        file=file,
        items=line.whole("items"),
        roles=line.roles(),
        when=line.one_of("when", MOMENTS, "any"),
    )


def _scale(scale: "_Reading") -> Scale:
    read = Scale(scale.whole("min"), scale.whole("max"), scale.phrase("min_label"), scale.phrase("max_label"))
    if not 1 <= read.max - read.min <= 10:
        raise scale.wrong("max", "gives too few or too many steps")
    return read


def _match(match: "_Reading") -> Match:
    rule = match.one_of("rule", frozenset({"hard", "weight", "human"}))
    return Match(
        cast("Literal['hard', 'weight', 'human']", rule),
        match.text_or_none("how") or "",
        match.whole_or_none("weight") or 0,
    )


def _options(line: "_Reading", field: str) -> tuple[Option, ...]:
    options = tuple(Option(o.text("value"), o.phrase("label")) for o in line.trees(field, optional=True))
    if len({option.value for option in options}) != len(options):
        raise line.wrong(field, "has the same value twice")
    return options


def _no_twins(document: str, field: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for id in ids:
        if id in seen:
            raise DocumentInvalid(document=document, item=id, field=field, reason="has the same id twice")
        seen.add(id)


def _tree(raw: bytes, name: str) -> dict[str, object]:
    """JSON, without what only Python's reader would let through: a key twice, NaN, half a character."""
    if len(raw) > BIGGEST:
        raise DocumentUnreadable(document=name, reason="too large")
    try:
        tree = json.loads(raw.decode("utf-8"), object_pairs_hook=_pairs, parse_constant=_constant)
        json.dumps(tree, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as exc:
        raise DocumentUnreadable(document=name, reason=type(exc).__name__) from exc
    if not isinstance(tree, dict):
        raise DocumentUnreadable(document=name, reason="not an object")
    return tree


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    tree = dict(pairs)
    if len(tree) != len(pairs):
        raise ValueError("the same key twice")
    return tree


def _constant(word: str) -> object:
    raise ValueError(word)


def _schema(tree: dict[str, object], name: str) -> None:
    schema = tree.get("schema")
    if type(schema) is not int or schema < 1:
        raise DocumentInvalid(document=name, field="schema", reason="missing")
    if schema > SCHEMA:
        raise DocumentNewer(document=name, schema=schema)


class _Reading:
    """One object of a document while it is read: every answer has the right type, or says where not."""

    def __init__(self, document: str, tree: dict[str, object], item: str = "") -> None:
        self._document = document
        self._tree = tree
        self._item = item

    def wrong(self, field: str, reason: str) -> DocumentInvalid:
        return DocumentInvalid(document=self._document, item=self._item, field=field, reason=reason)

    def only(self, shape: type[Document] | type[Item]) -> None:
        unknown = sorted(self._tree.keys() - {field.name for field in fields(shape)} | self._tree.keys() & DERIVED)
        if unknown:
            raise self.wrong(unknown[0], "is unknown")

    def text(self, field: str) -> str:
        value = self._tree.get(field)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(field, "is no text")
        return value

    def text_or_none(self, field: str, *, empty: bool = False) -> str | None:
        if field not in self._tree or (empty and self._tree[field] == ""):
            return None
        return self.text(field)

    def one_of(self, field: str, allowed: frozenset[str], default: str | None = None) -> str:
        if default is not None and field not in self._tree:
            return default
        value = self.text(field)
        if value not in allowed:
            raise self.wrong(field, "is unknown")
        return value

    def flag(self, field: str, *, default: bool = False) -> bool:
        value = self._tree.get(field, default)
        if not isinstance(value, bool):
            raise self.wrong(field, "is neither true nor false")
        return value

    def whole(self, field: str) -> int:
        value = self._tree.get(field)
        if type(value) is not int or abs(value) > 1_000_000:
            raise self.wrong(field, "is no whole number")
        return value

    def whole_or_none(self, field: str) -> int | None:
        return self.whole(field) if field in self._tree else None

    def number_or_none(self, field: str) -> float | None:
        value = self._tree.get(field)
        if field in self._tree and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise self.wrong(field, "is no number")
        return cast("float | None", value)

    def list(self, field: str) -> list[object]:
        value = self._tree.get(field, [])
        if not isinstance(value, list):
            raise self.wrong(field, "is no list")
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        values = self.list(field)
        if not all(isinstance(value, str) and value for value in values):
            raise self.wrong(field, "is no list of texts")
        return tuple(cast("list[str]", values))

    def roles(self) -> frozenset[str]:
        roles = frozenset(self.texts("roles"))
        if not roles <= ROLES:
            raise self.wrong("roles", "has an unknown role")
        return roles

    def default(self) -> str | int | bool | tuple[str, ...] | None:
        value = self._tree.get("default")
        if isinstance(value, list):
            return self.texts("default")
        if value is not None and not isinstance(value, str | int):
            raise self.wrong("default", "is no answer")
        return value

    def pairs(self, field: str) -> tuple[tuple[str, str], ...]:
        value = self._tree.get(field, {})
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise self.wrong(field, "is no list of words")
        return tuple(value.items())

    def tree(self, field: str) -> "_Reading | None":
        value = self._tree.get(field)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.wrong(field, "is no object")
        return _Reading(self._document, value, self._item)

    def trees(self, field: str, *, optional: bool = False) -> "Iterator[_Reading]":
        values = self.list(field)
        if not values and not optional:
            raise self.wrong(field, "is empty")
        for value in values:
            if not isinstance(value, dict):
                raise self.wrong(field, "has something that is no object")
            id = value.get("id")
            yield _Reading(self._document, value, id if isinstance(id, str) and not self._item else self._item)

    def phrase(self, field: str) -> Phrase:
        return self._phrase(field, self._tree.get(field))

    def phrase_or_none(self, field: str) -> Phrase | None:
        return self.phrase(field) if field in self._tree else None

    def phrases(self, field: str) -> tuple[Phrase, ...]:
        return tuple(self._phrase(field, value) for value in self.list(field))

    def _phrase(self, field: str, value: object) -> Phrase:
        if not isinstance(value, dict):
            raise self.wrong(field, "is no text in two languages")
        for language in LANGUAGES:
            words = value.get(language)
            if not isinstance(words, str) or not words.strip():
                raise LanguageMissing(document=self._document, item=self._item, field=field, language=language)
        more: list[tuple[str, str]] = []
        for language, words in value.items():
            if language in LANGUAGES:
                continue
            if not LANGUAGE.fullmatch(language):
                raise self.wrong(field, "has an unknown language")
            if not isinstance(words, str) or not words.strip():
                raise LanguageMissing(document=self._document, item=self._item, field=field, language=language)
            more.append((language, words))
        phrase = Phrase(value["sv"], value["en"], tuple(more))
        known = set(PLACEHOLDER.findall(phrase.sv))
        if any(set(PLACEHOLDER.findall(words)) != known for words in (phrase.en, *(words for _, words in more))):
            raise self.wrong(field, "has different placeholders")
        return phrase
