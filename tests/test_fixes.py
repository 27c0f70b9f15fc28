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
from turnlint.formats import get_format
from turnlint.model import Finding, Span
from turnlint.rules import all_rules
from turnlint.rules.page import sections
from turnlint.text.decode import row_text
from turnlint.text.scan import apply

SAFE = {
    "empty-tool-calls",
    "image-bad-base64",
    "image-bad-url",
    "image-type-mismatch",
    "null-content-with-calls",
    "weight-in-output",
    "weight-in-prompt",
    "weight-outside-assistant",
}
"""Rules whose fixes all keep the meaning."""
UNSAFE = {
    "arguments-not-object",
    "developer-role",
    "hidden-character",
    "invalid-tool-schema",
    "label-variant",
    "last-not-assistant",
    "last-not-user",
    "misplaced-key",
    "missing-content",
    "missing-role",
    "mojibake",
    "orphan-result",
    "rare-key",
    "role-not-allowed",
    "tool-name-invalid",
    "unknown-key",
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
    "wrong-type",
}
"""Rules with fixes of both kinds."""
CASES = [case for page in pages() if not relates(page.stem) for case in cases_of(page)]
FIXED = [case for case in CASES if any(one.rule in SAFE | UNSAFE | EITHER for one in case.markers)]
"""Those in which a fix may be offered."""
OFF = (*COUNTING_RULES, *filter(relates, all_rules()))
"""Rules that are off here: rows that only their faults tell apart become copies."""
Mutation: TypeAlias = Callable[[bytes, random.Random], bytes]
REVEALED = {"arguments-invalid-json": {"arguments-mismatch"}}
"""What comes to light in the rows of a page once a fix has made the rest readable."""


def _name(case: Case) -> str:
    return f"{case.rule}-{case.number}"


def test_what_is_safe() -> None:
    found = {(one.rule, is_safe(one)) for case in CASES for _, one in run_case(case).findings if one.fix}
    safe, unsafe = ({rule for rule, kind in found if kind is wanted} for wanted in (True, False))
    assert (safe - unsafe, unsafe - safe, safe & unsafe) == (SAFE, UNSAFE, EITHER)


@pytest.mark.parametrize("rule", sorted(SAFE | UNSAFE | EITHER))
def test_page_says_what_is_safe(rule: str) -> None:
    told = sections(all_rules()[rule].page)["Fix"]
    assert ("Safe:" in told, "Unsafe:" in told) == (rule not in UNSAFE, rule not in SAFE)


def _checker(case: Case) -> RowChecker:
    settings = settings_from(case.settings, OFF)
    rows = [row.encode() for row in case.rows]
    chosen = get_format(settings.format) if settings.format else vote(rows, settings.stage)
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


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(every_row()), st.lists(st.sampled_from(MUTATIONS), max_size=4), st.randoms())
def test_mutated_rows_stay_rows_and_keep_nothing_to_fix(
    row: bytes, mutations: Sequence[Mutation], chance: random.Random
) -> None:
    for mutate in mutations:
        row = mutate(row, chance).replace(b"\n", b" ")
    checker = RowChecker(vote([row]), resolve())

    def judge(text: str) -> Sequence[Finding]:
        return checker.findings(text.encode("utf-8", "surrogateescape"))

    fixed = _carried_out(row_text(row), fix_row(row_text(row), judge))
    assert _is_json(fixed) >= _is_json(row_text(row))
    assert not [one for one in judge(fixed) if is_safe(one)]


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
                assert new <= REVEALED.get(case.rule, set())
                editor.put(text)
                editor.shows(_judged(case, text))
    assert sorted(cured) == sorted((row, one.rule) for row, one in run_case(case).findings if one.fix)
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
