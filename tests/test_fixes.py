"""The fix of every finding in every case of every rule, by the engine and as a client has it."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.editing import applied, as_changes, text_edits
from tests.harness import (
    COUNTING_RULES,
    Case,
    Mark,
    cases_of,
    every_row,
    pages,
    relates,
    run_case,
    run_engine,
    settings_from,
)
from tests.lsp_client import LspClient, Message, ServerGoneError, is_of_file
from tests.ranges import ENCODINGS
from tests.test_agreement import MUTATIONS
from turnlint.config import resolve
from turnlint.engine import RowChecker, vote
from turnlint.engine.fix import fix_row, is_safe
from turnlint.engine.rewrite import rewritten
from turnlint.formats import get_format
from turnlint.model import Finding, Settings, Span
from turnlint.rules import all_rules
from turnlint.rules.page import sections
from turnlint.text.decode import row_text
from turnlint.text.scan import apply

SAFE = {
    "label-not-boolean",
    "blank-row",
    "byte-order-mark",
    "call-id-invalid",
    "control-character",
    "crlf-line-ends",
    "duplicate-key",
    "empty-array",
    "image-bad-base64",
    "image-bad-url",
    "image-type-mismatch",
    "json-array-file",
    "missing-byte-order-mark",
    "mixed-key-style",
    "mixed-content",
    "pretty-printed",
    "weight-in-output",
    "weight-in-prompt",
}
"""Rules whose fixes all keep the meaning."""
UNSAFE = {
    "calls-outside-assistant",
    "mixed-conversational",
    "arguments-not-object",
    "call-not-json",
    "content-beside-calls",
    "developer-role",
    "double-escaped",
    "empty-tool-calls",
    "exact-duplicate",
    "exclusive-keys",
    "foreign-role-name",
    "hidden-character",
    "ignored-key",
    "invalid-json",
    "invalid-json-answer",
    "invalid-tool-schema",
    "label-variant",
    "last-not-assistant",
    "last-not-user",
    "lone-surrogate",
    "misplaced-key",
    "missing-content",
    "missing-role",
    "mojibake",
    "non-finite-number",
    "normalised-duplicate",
    "null-content-with-calls",
    "odd-name",
    "orphan-result",
    "rare-key",
    "response-format-in-row",
    "role-not-allowed",
    "tool-name-invalid",
    "trailing-result",
    "unclosed-code-fence",
    "undeclared-tool",
    "unknown-key",
    "web-residue",
    "weights-all-zero",
    "whitespace-run",
}
"""Rules whose fixes remove what was said, rename keys and roles, or guess."""
EITHER = {
    "arguments-invalid-json",
    "invalid-value",
    "missing-key",
    "placeholder-input",
    "unknown-part",
    "unknown-role",
    "weight-outside-assistant",
    "wrong-type",
}
"""Rules with fixes of both kinds."""
IN_BYTES = {"invalid-utf8": False, "not-utf8": True}
"""Rules whose cases cannot be written as text, and whether their fixes keep the meaning."""
CASES = [case for page in pages() for case in cases_of(page)]
FIXED = [
    case
    for case in CASES
    if not relates(case.rule) and any(one.fix and one.fix.edits for _, one in run_case(case).findings)
]
"""Those in which a row is changed."""
OFF = (*COUNTING_RULES, *filter(relates, all_rules()))
"""Rules that are off here: rows that only their faults tell apart become copies."""
Mutation: TypeAlias = Callable[[bytes, random.Random], bytes]
Judge: TypeAlias = Callable[[str], Sequence[Finding]]
READABLE = {
    "invalid-json": "nothing of the row was read",
    "invalid-utf8": "a key, role or type may have such bytes",
    "lone-surrogate": "a key, role or type may have it, or nothing but it",
    "missing-key": "what stood under another key was not judged",
    "missing-role": "the order of turns was not judged",
    "unknown-key": "what stood under another key was not judged",
    "unknown-part": "what the part holds was not judged",
    "unknown-role": "the order of turns was not judged",
    "wrong-type": "what the value holds was not judged",
}
"""Rules whose fix makes readable what may have any fault, and why."""
IMAGES = {"image-bad-mode", "image-too-large", "image-type-mismatch", "image-unsupported-format"}
"""Rules that look into an image, once it is one."""
REVEALED = {
    "arguments-invalid-json": {"arguments-mismatch", "arguments-not-object"},
    "arguments-not-object": {"arguments-mismatch"},
    "control-character": {"hidden-character"},
    "hidden-character": {"empty-answer", "empty-content"},
    "image-bad-base64": IMAGES,
    "image-bad-url": {"image-bad-base64", *IMAGES},
    "last-not-assistant": {"no-system", "no-user"},
    "last-not-user": {"no-system"},
    "non-finite-number": {"invalid-value", "null-content", "wrong-type"},
    "placeholder-input": {"empty-content"},
    "tool-name-invalid": {"undeclared-tool"},
    "undeclared-tool": {"arguments-mismatch"},
}
"""What may come to light behind the fix of another rule: what it yielded to, and what is left of the row."""


def _name(case: Case) -> str:
    return f"{case.rule}-{case.number}"


def test_what_is_safe() -> None:
    found = {(one.rule, is_safe(one)) for case in CASES for _, one in run_case(case).findings if one.fix}
    found -= set(IN_BYTES.items())
    safe, unsafe = ({rule for rule, kind in found if kind is wanted} for wanted in (True, False))
    assert (safe - unsafe, unsafe - safe, safe & unsafe) == (SAFE, UNSAFE, EITHER)


@pytest.mark.parametrize("rule", sorted(all_rules()))
def test_page_says_what_is_safe(rule: str) -> None:
    told = sections(all_rules()[rule].page).get("Fix", "")
    safe = rule in SAFE | EITHER or IN_BYTES.get(rule, False)
    unsafe = rule in UNSAFE | EITHER or not IN_BYTES.get(rule, True)
    assert ("Safe:" in told, "Unsafe:" in told) == (safe, unsafe)


def test_fixes_of_bytes() -> None:
    """What is offered for files that no page can show."""
    latin = '{"prompt": "café “x”", "completion": "b"}\n'.encode("cp1252")
    wide = '{"prompt": "café", "completion": "b"}\n'.encode("utf-16")
    (_, bad), (_, other) = (
        next(one for one in run_engine(data, resolve()).findings if one[1].rule in IN_BYTES)
        for data in (latin, wide)
    )
    assert (bad.rule, other.rule) == tuple(IN_BYTES)
    assert bad.fix is not None
    assert other.fix is not None
    assert (bad.fix.safe, other.fix.safe) == tuple(IN_BYTES.values())
    assert apply(row_text(latin), bad.fix) == latin.decode("cp1252")
    assert b"".join(rewritten([wide], other.fix.rewrite)) == wide.decode("utf-16").encode()
    mixed = '{"a": "é'.encode() + b'\xe9"}\n'
    assert not [one for _, one in run_engine(mixed, resolve()).findings if one.fix]


def _checker(case: Case) -> RowChecker:
    settings = settings_from(case.settings, OFF)
    rows = [row.encode() for row in case.rows]
    chosen = get_format(settings.format) if settings.format else vote(rows, settings.stage, settings.formats)
    return RowChecker(chosen, settings)


@pytest.mark.parametrize("case", FIXED, ids=_name)
def test_safe_fixes_of_a_row_one_by_one(case: Case) -> None:
    checker = _checker(case)
    for row in case.rows:
        now = row
        while fix := next((one.fix for one in checker.findings(now.encode()) if is_safe(one)), None):
            now = apply(now, fix)
        assert _carried_out(row, fix_row(row, lambda text: checker.findings(text.encode()))) == now


def _carried_out(text: str, edits: Sequence[tuple[Span, str]]) -> str:
    for span, content in reversed(edits):
        text = text[: span.start] + content + text[span.end :]
    return text


CONTRARY = (
    "calls-ignored",
    "calls-without-content",
    "ignored-key",
    "mixed-conversational",
    "trailing-result",
)
"""Rules of one target that want what those of another forbid."""
SETTINGS = (resolve(), resolve("azure"), resolve("openai", select=["ALL"], ignore=CONTRARY))


def _judge(row: bytes, chosen: Settings) -> Judge:
    checker = RowChecker(vote([row]), chosen)
    return lambda text: checker.findings(text.encode("utf-8", "surrogateescape"))


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(every_row()),
    st.lists(st.sampled_from(MUTATIONS), max_size=4),
    st.sampled_from(SETTINGS),
    st.randoms(),
)
def test_fixes_of_mutated_rows(
    row: bytes, mutations: Sequence[Mutation], chosen: Settings, chance: random.Random
) -> None:
    for mutate in mutations:
        row = mutate(row, chance).replace(b"\n", b" ")
    _hold(row_text(row), _judge(row, chosen))


@pytest.mark.parametrize("chosen", SETTINGS, ids=["generic", "azure", "all"])
def test_fixes_of_rows_as_they_are(chosen: Settings) -> None:
    for row in every_row():
        _hold(row_text(row), _judge(row, chosen))


def _hold(text: str, judge: Judge) -> None:
    """Each fix of a row cures what it says and brings nothing new, and fixing all comes to an end."""
    found = judge(text)
    for one in found:
        if one.fix is not None and one.fix.edits:
            fixed = apply(text, one.fix)
            after = judge(fixed)
            if one.rule == "invalid-json":
                assert all(_is_behind(two, fixed, one, text) for two in after if two.rule == one.rule)
            else:
                assert _told(after)[one.rule, one.message] < _told(found)[one.rule, one.message]
            if one.rule not in READABLE:
                new = Counter(two.rule for two in after) - Counter(two.rule for two in found)
                assert new.keys() <= REVEALED.get(one.rule, set())
    for wanted in (is_safe, _has_edits):
        fixed = _carried_out(text, fix_row(text, judge, wanted))
        assert not list(filter(wanted, judge(fixed)))
        assert _is_json(fixed) >= _is_json(text)


def _told(found: Sequence[Finding]) -> Counter[tuple[str, str]]:
    return Counter((one.rule, one.message) for one in found)


def _has_edits(finding: Finding) -> bool:
    return finding.fix is not None and bool(finding.fix.edits)


def _is_behind(fault: Finding, fixed: str, cured: Finding, text: str) -> bool:
    """Whether a row that is still broken breaks because of something else, or further on."""
    return fault.message != cured.message or _reach(fault, fixed) > _reach(cured, text)


def _reach(finding: Finding, text: str) -> int:
    """Where a row breaks, counted from its end."""
    assert finding.place is not None
    assert finding.place.columns is not None
    return finding.place.columns[0] - len(text)


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_constant=float)
    except (ValueError, RecursionError):
        return False
    return True


ABLE = {
    "workspace": {"workspaceEdit": {"documentChanges": True}},
    "textDocument": {
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}},
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit"]},
        }
    },
}


class Editor:
    """A client that opens cases, takes fixes and carries them out."""

    def __init__(self, client: LspClient, encoding: str, folder: Path) -> None:
        self._client = client
        self._encoding = encoding
        self._folder = folder
        self.uri = ""
        self.text = ""
        self.version = 0
        self.shown: list[Message] = []

    def open(self, case: Case) -> None:
        """Open a case in a folder with its settings, and wait until all of its rows are judged."""
        folder = self._folder / _name(case)
        folder.mkdir(exist_ok=True)
        (folder / "turnlint.toml").write_text(case.toml, encoding="utf-8")
        self.uri, self.text = (folder / case.name).as_uri(), case.data.decode()
        self.version = self._client.open(self.uri, self.text)
        self.shows(_of_marks(run_case(case).marks))

    def shows(self, wanted: Counter[tuple[int | None, str]]) -> None:
        """Wait until just this is shown of the rows of the document as it is now."""
        shown: list[Message] | None = None
        try:
            while shown is None or _of_rows(shown) != wanted:
                shown = self._client.published(self.uri, self.version)
        except ServerGoneError:
            assert _of_rows(shown or []) == wanted
        self.shown = shown or []

    def close(self) -> None:
        self._client.shut(self.uri)

    def actions(self, found: Message) -> list[Message]:
        """What is offered for one diagnostic."""
        context = {"diagnostics": [found], "only": ["quickfix"]}
        return self._ask(found["range"], context)

    def fix_all(self) -> list[Message]:
        """What is offered to fix all."""
        everything = {
            "start": {"line": 0, "character": 0},
            "end": {"line": self.text.count("\n"), "character": 0},
        }
        return self._ask(everything, {"diagnostics": [], "only": ["source.fixAll"]})

    def _ask(self, place: Message, context: Message) -> list[Message]:
        params = {"textDocument": {"uri": self.uri}, "range": place, "context": context}
        found: list[Message] = self._client.request("textDocument/codeAction", params)
        return found

    def take(self, action: Message) -> None:
        """Carry out an action, and tell the server."""
        if "edit" not in action:
            action = self._client.request("codeAction/resolve", action)
        edits = text_edits(action["edit"], self.uri, self.version)
        self.text = applied(self.text, edits, self._encoding)
        self._change(*as_changes(edits))

    def put(self, text: str) -> None:
        """Replace the whole text."""
        self.text = text
        self._change({"text": text})

    def _change(self, *changes: Message) -> None:
        self.version = self._client.change(self.uri, *changes)


def _of_rows(shown: Sequence[Message]) -> Counter[tuple[int | None, str]]:
    """Diagnostics by row and rule."""
    return Counter((one["range"]["start"]["line"], one["code"]) for one in shown if not is_of_file(one))


def _of_marks(marks: Sequence[Mark]) -> Counter[tuple[int | None, str]]:
    return Counter((mark.row, mark.rule) for mark in marks if mark.row is not None)


@pytest.fixture(scope="module", params=ENCODINGS)
def editor(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    with LspClient((request.param,), {"ignore": list(OFF)}, capabilities=ABLE) as client:
        yield Editor(client, request.param, tmp_path_factory.mktemp("fixes"))


@pytest.mark.parametrize("case", FIXED, ids=_name)
def test_each_fix_as_a_client_sees_it(case: Case, editor: Editor) -> None:
    editor.open(case)
    text, before = editor.text, editor.shown
    cured = []
    for found in before:
        for action in editor.actions(found):
            if "edit" in action and found in action.get("diagnostics", ()):
                editor.take(action)
                cured.append((found["range"]["start"]["line"], found["code"]))
                editor.shows(_judged(case, editor.text))
                assert cured[-1] in _of_rows(before) - _of_rows(editor.shown)
                new = {rule for _, rule in _of_rows(editor.shown) - _of_rows(before)}
                assert case.rule in READABLE or new <= REVEALED.get(case.rule, set())
                editor.put(text)
                editor.shows(_judged(case, text))
    assert sorted(cured) == sorted((row, one.rule) for row, one in run_case(case).findings if _has_edits(one))
    editor.close()


def _judged(case: Case, text: str) -> Counter[tuple[int | None, str]]:
    marks = run_engine(text.encode(), settings_from(case.settings, OFF), name=case.name).marks
    return _of_marks(marks)


@pytest.mark.parametrize("case", FIXED, ids=_name)
def test_all_fixes_as_a_client_sees_them(case: Case, editor: Editor) -> None:
    editor.open(case)
    checker = _checker(case)
    rows = [
        _carried_out(row, fix_row(row, lambda text: checker.findings(text.encode()))) for row in case.rows
    ]
    offered = editor.fix_all()
    assert bool(offered) == (rows != list(case.rows))
    if offered:
        (action,) = offered
        editor.take(action)
        assert editor.text == "".join(f"{row}\n" for row in rows)
        editor.shows(_judged(case, editor.text))
        assert editor.fix_all() == []
    editor.close()
