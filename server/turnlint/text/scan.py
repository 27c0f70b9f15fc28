"""A tolerant reader of one JSON row, whole or broken: tokens, places to spans, edits, repeated keys.

Every column is a code point of the row's text, 0-based, and every end is exclusive. Nothing here recurses
over the row: values that were not asked for are skipped by regular expressions that cannot backtrack.
"""

from __future__ import annotations

import json
import re
import sys
from bisect import bisect
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import orjson

from turnlint.model import Edit, Fix, Place, Pointer, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = [
    "BLANK",
    "NUMBER",
    "STRING",
    "Reading",
    "Repetition",
    "apply",
    "bracket_columns",
    "brackets",
    "carried_out",
    "duplicate_keys",
    "edit_spans",
    "fix_spans",
    "spans",
    "tokens",
    "unescape",
]

BLANK = r"[ \t\r\n]*+"
"""White space as JSON knows it."""
STRING = r'"(?:[^"]*+(?>(?:(?<=[^\\]\\)"[^"]*+)*)(?<!\\)"|[^"\\]*+(?>(?:\\.[^"\\]*+)*)")'
"""A closed string with its quotes, whatever its escapes; needs re.DOTALL.

The first way leaps from quote to quote, three times as fast, and gives up at a quote after two backslashes.
Groups repeat in `(?>(?:…)*)`, never in `(?:…)*+`, which Python matches wrongly before 3.11.5 (gh-106052).
"""

NUMBER = r"-?(?:0|[1-9][0-9]*+)(?>(?:\.[0-9]++)?)(?>(?:[eE][-+]?[0-9]++)?)"
"""A number as JSON writes it."""

_BLANK = re.compile(BLANK)
_STRING = re.compile(STRING, re.DOTALL)
_ATOM = re.compile(r'[^,:"\[\]{} \t\r\n]*+')
_TOKEN = re.compile(
    rf'(?P<punctuation>[{{}}\[\]:,])|(?P<string>{STRING})|(?P<open>".*+)'
    r"|(?P<atom>[\w.+$-]++)|(?P<junk>[^ \t\r\n])",
    re.DOTALL,
)
_KEY = re.compile(rf"[ \t\r\n,]*+({STRING}){BLANK}:{BLANK}", re.DOTALL)
_COLON = re.compile(rf"{BLANK}:{BLANK}")
_ITEM = re.compile(r"[ \t\r\n,]*+")
_BRACKET = re.compile(rf'[^"\[\]{{}}]*+(?>(?:{STRING}[^"\[\]{{}}]*+)*)([\[\]{{}}])', re.DOTALL)
# A key is taken together with a string behind it and its comma, neither of which matters in an object.
_STRUCTURE = re.compile(
    rf'({STRING})({BLANK}:(?:{BLANK}{STRING}(?:{BLANK},)?)?)?|".*+|[\[\]{{}},]', re.DOTALL
)
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL
)
_DEEP = 8
"""From this depth on it pays to find the ends of all containers at once, instead of those of each level."""
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def tokens(text: str, start: int = 0) -> Iterator[tuple[str, int, int]]:
    """Yield `(kind, start, end)` for each token from column `start` on; white space between them is left out.

    Kinds: `{`, `}`, `[`, `]`, `:` and `,` for themselves, `string` (closed), `open` (a string that the
    row ends in), `atom` (numbers and bare words), `junk` (any other character). `start` must
    not be inside a string.
    """
    for match in _TOKEN.finditer(text, start):
        kind = match.lastgroup or "junk"
        yield (match.group() if kind == "punctuation" else kind), match.start(), match.end()


def brackets(text: str) -> Iterator[str]:
    """Yield the brackets of a text in their order, without those in strings.

    Behind a string that is not closed nothing comes.
    """
    return (text[at] for at in bracket_columns(text))


def bracket_columns(text: str, at: int = 0) -> Iterator[int]:
    """Yield where the brackets are that `brackets` gives, from a column on that is not inside of a string."""
    while bracket := _BRACKET.match(text, at):
        at = bracket.end()
        yield at - 1


def unescape(body: str) -> str:
    r"""Decode the inside of a string token. An escape unknown to JSON stands for its character: `\x` is x."""
    if "\\" not in body:
        return body
    try:
        return str(orjson.loads(f'"{body}"'))
    except orjson.JSONDecodeError:  # raw control characters, half pairs, escapes of no JSON
        return _ESCAPE.sub(_character, body)


def spans(text: str, places: Sequence[Place]) -> list[Span]:
    """Find where places stand in a row, in the order asked.

    An object or array is its opening bracket, any other value its token, a string or key with its quotes.
    Of equal keys the last wins. A place that is not there becomes the nearest ancestor that is. Never raises.
    """
    row = _Map(text, places)
    return [row.span(place) for place in places]


def edit_spans(text: str, edits: Sequence[Edit]) -> list[tuple[Span, str]]:
    """Turn edits into spans with their new content, in row order and without overlaps.

    Removals of neighbours become one span; an edit inside or across another's span is dropped.
    Raises LookupError where an edit's place is not in the row, since a near miss would corrupt it.
    """
    return _edit_spans(_Map(text, map(_looked_up, edits)), edits)


def fix_spans(text: str, fixes: Sequence[Fix | None]) -> list[list[tuple[Span, str]]]:
    """Find what `edit_spans` gives for each fix, at the cost of one; empty for None and for what raises."""
    row = _Map(text, [_looked_up(edit) for fix in fixes if fix is not None for edit in fix.edits])
    found = []
    for fix in fixes:
        try:
            found.append(_edit_spans(row, fix.edits) if fix is not None else [])
        except LookupError:
            found.append([])
    return found


def _looked_up(edit: Edit) -> Place:
    """What must be known of a row for an edit: of what is removed, its neighbours."""
    return Place(edit.place.pointer) if edit.remove else edit.place


def _edit_spans(row: _Map, edits: Sequence[Edit]) -> list[tuple[Span, str]]:
    found: list[tuple[Span, str]] = []
    removed: dict[Pointer, set[int]] = {}
    for edit in edits:
        pointer = edit.place.pointer
        if edit.mend:
            found += _mended(row.text, edit)
        elif edit.remove and pointer:
            removed.setdefault(pointer[:-1], set()).update(row.members(edit.place))
        elif edit.remove:
            found.append((Span(0, len(row.text)), ""))
        elif edit.nested:
            found += row.nesting(edit)
        else:
            span = row.edited(edit)
            found.append((span, _quote(row.text[span.start : span.end]) if edit.quoted else _content(edit)))
    for parent, indexes in removed.items():
        found += [(span, "") for span in row.removals(parent, indexes)]
    # What inserts comes before what replaces from the same column on; of two that replace, the wider wins.
    found.sort(key=lambda pair: (pair[0].start, pair[0].start < pair[0].end, -pair[0].end))
    apart: list[tuple[Span, str]] = []
    for span, content in found:
        if not apart or span.start >= apart[-1][0].end:
            apart.append((span, content))
    return apart


def _content(edit: Edit) -> str:
    """What an edit writes: escaped once for each string that its place is in."""
    content, place = edit.content, edit.place.inner
    while place is not None:
        content, place = _quote(content)[1:-1], place.inner
    return content


def _mended(text: str, edit: Edit) -> list[tuple[Span, str]]:
    from turnlint.text.mend import mended  # what nobody fixes need not be compiled

    found = mended(text, edit.mend)
    if not found:
        raise LookupError(edit.mend)
    return found


def apply(text: str, fix: Fix) -> str:
    """Carry out all edits of a fix and return the new row. Raises LookupError as `edit_spans` does."""
    return carried_out(text, edit_spans(text, fix.edits))


def carried_out(text: str, edits: Iterable[tuple[Span, str]]) -> str:
    """The text after edits of it, which come from left to right and apart from each other."""
    pieces, done = [], 0
    for span, content in edits:
        pieces += [text[done : span.start], content]
        done = span.end
    return "".join([*pieces, text[done:]])


class Repetition(NamedTuple):
    """A key that its object has had before."""

    key: str
    place: Place
    """The place of its member's key, whose columns are those of the repeated token itself."""
    same: bool
    """It has the value, as written, that its key had last before; False also in an object nobody keeps."""


def duplicate_keys(text: str, limit: int = sys.maxsize) -> list[Repetition]:
    """List the keys that an object of a valid row has had before, in row order, compared as decoded.

    At most `limit` are listed: each costs its depth and the length of its value.
    """
    repeated: list[Repetition] = []
    path: list[str | int] = []
    seen: list[dict[str, int] | None] = []
    for match in _STRUCTURE.finditer(text):
        mark = text[match.start()]
        if mark == '"':
            keys = seen[-1] if seen and match.group(2) else None
            if keys is None:
                continue
            start, end = match.span(1)
            path[-1] = key = unescape(text[start + 1 : end - 1])
            if key in keys:
                place = Place(tuple(path), "key", columns=(start, end))
                repeated.append(Repetition(key, place, _is_same(text, keys[key], end)))
                if len(repeated) == limit:
                    break
            keys[key] = end
        elif mark in "{[":
            seen.append({} if mark == "{" else None)
            path.append(0)
        elif not seen:
            continue
        elif mark == ",":
            step = path[-1]
            if seen[-1] is None and isinstance(step, int):
                path[-1] = step + 1
        else:
            seen.pop()
            path.pop()
    replaced: set[Pointer] = set()
    for index in range(len(repeated) - 1, -1, -1):
        one, pointer = repeated[index], repeated[index].place.pointer
        if one.same and any(pointer[:depth] in replaced for depth in range(1, len(pointer))):
            repeated[index] = one._replace(same=False)
        replaced.add(pointer)
    return repeated


def _is_same(text: str, key_end: int, other_key_end: int) -> bool:
    """Whether two members, given by the ends of their keys, have the same value as written."""
    start, other = (_COLON.match(text, end).end() for end in (key_end, other_key_end))  # type: ignore[union-attr]
    value = text[other : _skip(text, other)]
    return text.startswith(value, start) and _skip(text, start) == start + len(value)


class _Member(NamedTuple):
    """A value and, in an object, the key token before it (`key` equals `key_end` where there is none)."""

    key: int
    key_end: int
    value: int

    @property
    def start(self) -> int:
        return self.key if self.key < self.key_end else self.value


_Listed: TypeAlias = "tuple[str | int, _Member, int]"
"""Step, member and the end of its value."""


class _Node:
    """A step of the asked pointers, and the member that was found for it."""

    __slots__ = ("member", "parent", "steps")

    def __init__(self, parent: _Node | None = None) -> None:
        self.parent = parent
        self.steps: dict[str | int, _Node] = {}
        self.member: _Member | None = None

    def at(self, pointer: Pointer) -> _Node:
        """Go down a pointer, making the nodes that are missing."""
        node = self
        for step in pointer:
            node = node.steps.get(step) or node.steps.setdefault(step, _Node(node))
        return node

    def find(self) -> _Member | None:
        """The member of the nearest ancestor that has one, itself first."""
        node: _Node | None = self
        while node is not None and node.member is None:
            node = node.parent
        return node.member if node is not None else None


class _Map:
    """Where asked places stand in a row: one walk finds them all."""

    def __init__(self, text: str, places: Iterable[Place]) -> None:
        self.text = text
        self._root = _Node()
        self._readings: dict[int, Reading] = {}
        self._listed: dict[Pointer, tuple[list[_Listed], dict[str | int, list[int]]]] = {}
        pointers = [place.pointer for place in places if place.columns is None]
        for pointer in pointers:
            self._root.at(pointer)
        if pointers:
            _walk(text, self._root)

    def span(self, place: Place) -> Span:
        """What `spans` gives for an asked place."""
        text = self.text
        if place.columns is not None:
            start = max(0, min(place.columns[0], len(text)))
            return Span(start, max(start, min(place.columns[1], len(text))))
        node = self._root.at(place.pointer)
        member = node.find()
        if member is None:
            return Span(0, len(text))
        start, end = member.value, _token_end(text, member.value)
        if node.member is None:
            return Span(start, end)
        if place.part == "key" and member.key < member.key_end:
            start, end = member.key, member.key_end
        if text[start] != '"' or (place.inner is None and place.chars is None):
            return Span(start, end)
        reading = self._readings.get(start) or self._readings.setdefault(start, Reading(text, start, end))
        if place.inner is None:
            return reading.span(*place.chars)  # type: ignore[misc]
        if not reading.value.strip():
            return Span(start, end)
        inner = spans(reading.value, [place.inner])[0]
        return reading.span(inner.start, inner.end)

    def extent(self, place: Place) -> Span:
        """What `span` gives, of an object or array that is there with its full extent."""
        member = self._root.at(place.pointer).member
        if member is not None and place == Place(place.pointer):  # a value as such, and no part of it
            return Span(member.value, _skip(self.text, member.value))
        return self.span(place)

    def edited(self, edit: Edit) -> Span:
        """What an edit replaces. Raises LookupError where its place is not in the row."""
        place = edit.place
        if place.columns is None and self._root.at(place.pointer).member is None:
            raise LookupError(place.pointer)
        return self.extent(place) if edit.whole or edit.quoted else self.span(place)

    def nesting(self, edit: Edit) -> list[tuple[Span, str]]:
        """How members get into an object of their own: it opens at the first one, and others move to it.

        Raises LookupError where the object has none of them.
        """
        members, _ = self._members_of(edit.place.pointer)
        moved = [index for index, (step, _, _) in enumerate(members) if step in edit.nested]
        if not moved:
            raise LookupError(edit.nested)
        first, *others = _runs(moved)
        texts = [self.text[members[index][1].start : members[index][2]] for run in others for index in run]
        start, end = members[first[0]][1].start, members[first[-1]][2]
        opened = (Span(start, start), f"{json.dumps(edit.content)}: {{")
        closed = (Span(end, end), ", ".join(["", *texts]) + "}")
        return [opened, closed, *((_gap(members, run), "") for run in others)]

    def members(self, place: Place) -> list[int]:
        """Which members of its container a place means: of equal keys the one at its columns, if it has some.

        Else all of them: those before the last, which nobody reads, would be read in its place.
        Raises LookupError where there is none.
        """
        members, at = self._members_of(place.pointer[:-1])
        found = at[place.pointer[-1]]
        if place.columns is not None:
            found = [index for index in found if members[index][1].key == place.columns[0]]
        if not found:
            raise LookupError(place)
        return found

    def removals(self, parent: Pointer, indexes: Iterable[int]) -> list[Span]:
        """What to delete so that these members of one container go: one span for each run of neighbours."""
        members, _ = self._members_of(parent)
        return [_gap(members, run) for run in _runs(sorted(indexes))]

    def _members_of(self, pointer: Pointer) -> tuple[list[_Listed], dict[str | int, list[int]]]:
        """The members of an asked container in their order, and at which positions each step stands."""
        if pointer not in self._listed:
            node = self._root.at(pointer)
            members = list(_members(self.text, node.member.value)) if node.member is not None else []
            at: dict[str | int, list[int]] = {}
            for index, (step, _, _) in enumerate(members):
                at.setdefault(step, []).append(index)
            self._listed[pointer] = members, at
        return self._listed[pointer]


class Reading:
    """A string token decoded, and the way from its code points to the columns of the row and back."""

    def __init__(self, text: str, start: int, end: int) -> None:
        """The token stands in `text` from `start` to `end`, and need not be closed."""
        self.start = start + 1
        """The column behind the opening quote."""
        self.is_closed = _is_closed(text[start:end])
        self.end = end - self.is_closed
        """The column of the closing quote; the end of the token where there is none."""
        self.body = text[self.start : self.end]

    @cached_property
    def value(self) -> str:
        """The decoded string."""
        return unescape(self.body)

    @cached_property
    def _escapes(self) -> tuple[list[int], list[int]]:
        """For each escape the decoded column after it, and how many columns all escapes so far add."""
        after, extra = [], [0]
        if "\\" in self.body:
            for match in _ESCAPE.finditer(self.body):
                after.append(match.start() - extra[-1] + 1)
                extra.append(extra[-1] + match.end() - match.start() - 1)
        return after, extra

    def column(self, index: int) -> int:
        """The column at which a decoded code point begins; the index is clamped to the string."""
        after, extra = self._escapes
        return max(self.start, min(self.start + index + extra[bisect(after, index)], self.end))

    def index(self, column: int) -> int:
        """The decoded code point that a column of the row belongs to; the column is clamped to the string."""
        indices = range(len(self.value) + 1)
        return max(bisect(indices, column, key=self.column) - 1, 0)

    def span(self, start: int, end: int) -> Span:
        """The columns of a slice of the decoded string."""
        first = self.column(max(start, 0))
        return Span(first, max(first, self.column(end)))


def _is_closed(token: str) -> bool:
    """Whether a string token ends in a quote of its own: one behind an even number of backslashes."""
    body = token[1:-1]
    return token[1:].endswith('"') and (len(body) - len(body.rstrip("\\"))) % 2 == 0


def _character(match: re.Match[str]) -> str:
    escape = match.group()
    if len(escape) == 2:
        return _SHORT.get(escape[1], escape[1])
    if len(escape) == 12:
        return chr(0x10000 + ((int(escape[2:6], 16) & 0x3FF) << 10) + (int(escape[8:], 16) & 0x3FF))
    return chr(int(escape[2:6], 16))


def _walk(text: str, root: _Node) -> None:
    """Note where each asked node stands. Goes into no value that was not asked for."""
    start = _blank_end(text, 0)
    if start == len(text):
        return
    root.member = _Member(start, start, start)
    waiting = [(root, 0)]
    ends: dict[int, int] = {}
    while waiting:
        node, depth = waiting.pop()
        if not node.steps or node.member is None:
            continue
        start = node.member.value
        if depth >= _DEEP and start not in ends:
            ends |= _ends(text, start)
        last = max((step for step in node.steps if isinstance(step, int)), default=-1)
        is_array = text[start] == "["
        for step, member, _ in _members(text, start, ends):
            asked = node.steps.get(step)
            if asked is not None:
                asked.member = member
            if is_array and step == last:
                break
        waiting += ((one, depth + 1) for one in node.steps.values())


def _ends(text: str, at: int) -> dict[int, int]:
    """The ends of all containers in the value that begins here, and its own, by where they begin."""
    ends: dict[int, int] = {}
    inside: list[int] = []
    for column in bracket_columns(text, at):
        if text[column] in "{[":
            inside.append(column)
        elif inside:
            ends[inside.pop()] = column + 1
        if not inside:
            break
    return ends | dict.fromkeys(inside, len(text))


def _members(text: str, at: int, ends: Mapping[int, int] = MappingProxyType({})) -> Iterator[_Listed]:
    """Yield step, member and the end of its value, for each member of the container that begins here.

    `ends` may tell where containers end.
    """
    bracket = text[at]
    if bracket not in "{[":
        return
    pos, index = at + 1, 0
    while True:
        step: str | int
        if bracket == "{":
            match = _KEY.match(text, pos)
            if match is None:
                return
            member = _Member(*match.span(1), match.end())
            step = unescape(text[member.key + 1 : member.key_end - 1])
        else:
            value = _ITEM.match(text, pos).end()  # type: ignore[union-attr]
            member = _Member(value, value, value)
            step = index
        pos = ends.get(member.value) or _skip(text, member.value)
        if pos == member.value:
            return
        yield step, member, pos
        index += 1


def _skip(text: str, at: int) -> int:
    """The end of the value that begins here; `at` where none does, the row's end where it is not closed."""
    mark = text[at : at + 1]
    if mark == '"':
        match = _STRING.match(text, at)
        return match.end() if match else len(text)
    if not mark or mark not in "{[":
        return _ATOM.match(text, at).end()  # type: ignore[union-attr]
    depth = 0
    while bracket := _BRACKET.match(text, at):
        at = bracket.end()
        depth += 1 if text[at - 1] in "{[" else -1
        if not depth:
            return at
    return len(text)


def _blank_end(text: str, at: int) -> int:
    return _BLANK.match(text, at).end()  # type: ignore[union-attr]


def _token_end(text: str, at: int) -> int:
    """The end of the token here: one column for a bracket."""
    return at + 1 if text[at] in "{[" else max(_skip(text, at), at + 1)


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _runs(indices: Iterable[int]) -> list[list[int]]:
    """Ascending numbers, those together that follow each other without a gap."""
    runs: list[list[int]] = []
    for index in indices:
        if runs and runs[-1][-1] == index - 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def _gap(members: list[_Listed], run: Sequence[int]) -> Span:
    """The columns to close up when a run of members goes: up to the next member, else from the one before."""
    first, last = run[0], run[-1]
    if last + 1 < len(members):
        return Span(members[first][1].start, members[last + 1][1].start)
    return Span(members[first - 1][2] if first else members[first][1].start, members[last][2])
