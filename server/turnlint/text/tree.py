"""A row as a tree, whole or broken: what is wanted of the row that somebody reads or types in.

`read` makes the best of any text: brackets that are not closed end with the row, a closing bracket closes
what stands open in between, a string behind a value is a key whose comma is missing. Columns are code points
of the row, 0-based, ends exclusive. Nothing recurses over the row.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal, TypeAlias

import orjson
from msgspec import Struct

from turnlint.model import Pointer, Span
from turnlint.text.scan import tokens, unescape

__all__ = ["MOST_TOKENS", "Cursor", "Node", "Tree", "cursor", "read"]

Kind: TypeAlias = Literal["object", "array", "string", "atom", "missing"]

MOST_TOKENS = 200_000
"""More of a row is not read: a second of work."""
_DEPTH = 1_000
"""No parser goes deeper."""
_CONTAINERS: dict[str, Kind] = {"{": "object", "[": "array"}
_CLOSED: dict[str, Kind] = {"}": "object", "]": "array"}
_EXPECTANT = frozenset("{[,:")
"""The tokens behind which something must follow."""


class Node:
    """A value of a row, with its key where it is a member of an object."""

    __slots__ = ("closed", "end", "key", "kind", "members", "parent", "start", "step", "value")

    def __init__(
        self, kind: Kind, start: int, end: int, value: Any, parent: Node | None, key: Span | None
    ) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.value = value
        """The decoded value as far as it could be read; None for what is missing or no JSON."""
        self.parent = parent
        self.key = key
        """The key's token, with its quotes."""
        self.step: str | int | None = None
        """The key or index in the parent; None for the root."""
        self.members: list[Node] = []
        self.closed = kind != "missing"

    @property
    def span(self) -> Span:
        """All columns of the value."""
        return Span(self.start, self.end)

    @property
    def whole(self) -> Span:
        """All columns of the member: its key, where it has one, and its value."""
        return Span(self.key.start if self.key else self.start, self.end)

    @property
    def pointer(self) -> Pointer:
        """The way from the root to this value."""
        steps: list[str | int] = []
        node: Node | None = self
        while node is not None and node.step is not None:
            steps.append(node.step)
            node = node.parent
        return tuple(reversed(steps))

    @property
    def root(self) -> Node:
        """The outermost value around this one."""
        node = self
        while node.parent is not None:
            node = node.parent
        return node

    def at(self, pointer: Pointer) -> Node | None:
        """Go down a pointer; of equal keys the last wins. None where nothing stands there."""
        node = self
        for step in pointer:
            if node.kind == "array" and isinstance(step, int) and step >= 0:
                found = node.members[step : step + 1]
            else:
                found = [one for one in node.members if one.step == step]
            if not found:
                return None
            node = found[-1]
        return node

    def path(self, column: int) -> list[Node]:
        """The values, outermost first, whose member (key and value) holds a column or ends at it."""
        found: list[Node] = []
        inside = [self]
        while inside:
            # A column between two tokens that touch belongs to the one that begins there.
            node = inside[-1]
            found.append(node)
            inside = [one for one in node.members if one.whole.start <= column <= one.end]
        return found if self.start <= column <= self.end else []


class Tree(Struct, frozen=True):
    """What `read` made of a row."""

    root: Node | None
    """None where the row holds no value at all."""
    open: Node | None
    """The innermost object or array that is not closed at the end of the text."""
    key: Span | None
    """The key in `open` whose value has not come yet."""
    waits: bool
    """The colon behind `key` has come, and a value must follow."""
    last: tuple[str, int, int] | None
    """The last token: its kind as `tokens` has it, its start and its end."""

    @property
    def value(self) -> Any:
        """The decoded value of the row as far as it could be read."""
        return self.root.value if self.root else None


class Cursor(Struct, frozen=True):
    """What is being typed at a column, judged by the text before it."""

    pointer: Pointer
    """The member that the cursor is in; the key that is being typed is not part of it."""
    part: Literal["key", "value"]
    typed: str
    """What of a string, key or bare word stands before the cursor, decoded and without its quote."""
    start: int
    """The column where that begins, its quote included; the cursor where nothing was typed."""
    quoted: bool
    """The cursor is inside of a string."""


def read(text: str, limit: int = MOST_TOKENS) -> Tree:
    """Read a row, whole or broken. Never raises; what comes after `limit` tokens is left out."""
    return _Reader(text).read(limit)


def cursor(text: str, column: int) -> Cursor | None:
    """Tell what is being typed at a column of a row; None where nothing of JSON could be typed."""
    before = text[:column]
    tree = read(before)
    holder = tree.open
    typed, start, quoted = _typed(before, tree)
    if start == column and tree.last is not None and tree.last[0] not in _EXPECTANT:
        return None
    if holder is None:
        return Cursor((), "value", typed, start, quoted)
    if tree.root is not holder.root:
        return None
    pointer = holder.pointer
    if holder.kind == "array":
        count = len(holder.members)
        return Cursor((*pointer, count - (start < column)), "value", typed, start, quoted)
    if tree.waits and tree.key is not None:
        return Cursor((*pointer, _key_of(before, tree.key)), "value", typed, start, quoted)
    last = holder.members[-1] if holder.members else None
    if last is not None and start < column and last.start == start:
        return Cursor(last.pointer, "value", typed, start, quoted)
    return Cursor(pointer, "key", typed, start, quoted)


def _typed(before: str, tree: Tree) -> tuple[str, int, bool]:
    """The string or word that ends at the end of the text: decoded, where it begins, whether it is open."""
    if tree.last is not None:
        kind, start, end = tree.last
        if kind == "open":
            return unescape(before[start + 1 :]), start, True
        if kind == "atom" and end == len(before):
            return before[start:], start, False
    return "", len(before), False


def _key_of(text: str, span: Span) -> str:
    token = text[span.start : span.end]
    return unescape(token[1:].removesuffix('"')) if token[0] == '"' else token


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._root: Node | None = None
        self._stack: list[Node] = []
        self._standing = Counter[Kind]()
        self._key: Span | None = None
        self._waits = False

    def read(self, limit: int) -> Tree:
        last = None
        for count, last in enumerate(tokens(self._text)):
            if count == limit or (self._root is not None and not self._stack):
                break
            self._take(*last)
        for node in self._stack:
            node.end = len(self._text)
            node.closed = False
        return Tree(self._root, self._stack[-1] if self._stack else None, self._key, self._waits, last)

    def _take(self, kind: str, start: int, end: int) -> None:
        if kind == ":":
            self._waits = self._key is not None
        elif kind == ",":
            self._miss(start)
        elif kind in _CLOSED:
            self._close(kind, end)
        elif kind == "junk":
            return
        elif self._is_key(kind):
            self._miss(start)
            self._key = Span(start, end)
        elif kind in _CONTAINERS:
            self._open(kind, start)
        else:
            self._add(Node(*self._scalar(kind, start, end), self._top(), self._key))

    def _top(self) -> Node | None:
        return self._stack[-1] if self._stack else None

    def _is_key(self, kind: str) -> bool:
        return kind in ("string", "open", "atom") and self._in_object() and not self._waits

    def _in_object(self) -> bool:
        return bool(self._stack) and self._stack[-1].kind == "object"

    def _scalar(self, kind: str, start: int, end: int) -> tuple[Kind, int, int, Any]:
        token = self._text[start:end]
        if kind == "string":
            return "string", start, end, unescape(token[1:-1])
        if kind == "open":
            return "string", start, end, unescape(token[1:])
        try:
            return "atom", start, end, orjson.loads(token)
        except orjson.JSONDecodeError:
            return "atom", start, end, None

    def _open(self, kind: str, start: int) -> None:
        node = Node(_CONTAINERS[kind], start, start + 1, {} if kind == "{" else [], self._top(), self._key)
        self._add(node)
        if len(self._stack) < _DEPTH:
            self._stack.append(node)
            self._standing[node.kind] += 1

    def _add(self, node: Node) -> None:
        """Put a value where it belongs; a container without a key in an object belongs nowhere."""
        parent = node.parent
        if parent is None:
            self._root = node
        elif parent.kind == "array":
            node.step = len(parent.members)
            parent.members.append(node)
            parent.value.append(node.value)
        elif self._key is not None:
            node.step = _key_of(self._text, self._key)
            parent.members.append(node)
            parent.value[node.step] = node.value
        else:
            node.parent = None
        self._key, self._waits = None, False

    def _miss(self, column: int) -> None:
        """A key whose value does not come is a member all the same."""
        if self._key is not None:
            self._add(Node("missing", column, column, None, self._top(), self._key))

    def _close(self, kind: str, end: int) -> None:
        """Close the innermost bracket of the kind and what stands open inside of it, if there is one."""
        wanted = _CLOSED[kind]
        if not self._standing[wanted]:
            return
        self._miss(end - 1)
        closed = False
        while not closed:
            node = self._stack.pop()
            self._standing[node.kind] -= 1
            node.closed = closed = node.kind == wanted
            node.end = end if closed else end - 1
