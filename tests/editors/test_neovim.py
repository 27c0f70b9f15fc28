"""A real Neovim, headless, with the plugin that we ship, installed as users install it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.editors.neovim import MISSING, PLUGIN, Neovim, install, neovim
from tests.editors.programs import need

ENABLE = "vim.lsp.enable('turnlint')\n"

USER = '{"role":"user","content":"%s"}'
ANSWER = '{"role":"assistant","content":"%s"}'


def chat(question: str, answer: str) -> str:
    return f'{{"messages":[{USER % question},{ANSWER % answer}]}}'


def program_of(version: str) -> str:
    if version == "0.12":
        return need("nvim-0.12")
    return neovim() or pytest.skip(MISSING)


@pytest.fixture(scope="module", params=["0.11", "0.12"])
def program(request: pytest.FixtureRequest) -> str:
    """The versions that we support: the oldest, and the newest that Debian has."""
    return program_of(request.param)


@pytest.fixture(scope="module")
def shared(program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neovim]:
    """One Neovim with one server for tests that leave them as they were, but for their buffers."""
    home = tmp_path_factory.mktemp("home")
    # The folders of all tests are one workspace: those with settings of their own would have a server each.
    root = f"vim.lsp.config('turnlint', {{ root_dir = '{tmp_path_factory.getbasetemp()}' }})\n"
    install(home, root + ENABLE)
    with Neovim(program, home) as editor:
        yield editor


@pytest.fixture
def editor(shared: Neovim) -> Iterator[Neovim]:
    assert shared.told is not None
    yield shared
    shared.press("<Esc><Esc>")
    shared.lua("vim.cmd('silent! tabonly! | silent! only! | %bwipeout!')")


def write(folder: Path, *rows: str, name: str = "rows.jsonl", settings: str | None = None) -> Path:
    if settings is not None:
        (folder / "turnlint.toml").write_text(settings, encoding="utf-8")
    file = folder / name
    file.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return file


# Findings ------------------------------------------------------------------------------------------

ROWS = [
    '{"messages":[{"content":"漢字 😀 é","role":"usr"},{"role":"assistant","content":"a"}]}',
    '{"messages":[{"role":"user","content":"fi\rne"},{"role":"assistant","content":"b"}]}',
    '{"messages":[{"content":"a\u2028b\u0085","role":"bot"},{"role":"assistant","content":"c"}]}',
    '{"messages":[',
]
NEEDLES = [(0, '"usr"', "unknown-role"), (2, '"bot"', "unknown-role"), (3, "[", "invalid-json")]
FEW = 'select = ["unknown-role", "invalid-json"]\n'


def test_findings_come_and_go(editor: Neovim, tmp_path: Path) -> None:
    editor.findings(editor.open(write(tmp_path, *ROWS, name="rows.ndjson", settings=FEW)), 3)
    assert editor.lua("return vim.bo.filetype") == "jsonl"
    buffer = editor.open(write(tmp_path, *ROWS))
    assert editor.lua("return vim.bo.filetype") == "jsonl"
    assert editor.lua("return vim.lsp.get_clients({ bufnr = ... })[1].offset_encoding", buffer) == "utf-8"
    found = editor.findings(buffer, 3)
    assert places(found) == [expected(*one) for one in NEEDLES]
    assert {(one["source"], one["severity"]) for one in found} == {("turnlint", 1)}
    editor.press("ggcc" + chat("mended", "ok") + "<Esc>")
    assert places(editor.findings(buffer, 2)) == [expected(*one) for one in NEEDLES[1:]]
    editor.lua("vim.lsp.enable('turnlint', false)")
    assert editor.findings(buffer, 0) == []
    editor.lua("vim.lsp.enable('turnlint')")


def places(shown: list[dict[str, Any]]) -> list[tuple[int, int, int, str]]:
    return sorted((one["lnum"], one["col"], one["end_col"], one["code"]) for one in shown)


def expected(row: int, needle: str, code: str) -> tuple[int, int, int, str]:
    """Where the editor shows it: columns are bytes, as in every buffer of Neovim."""
    start = ROWS[row].encode().rindex(needle.encode())
    return row, start, start + len(needle.encode()), code


# The command ---------------------------------------------------------------------------------------

COMMANDS = [
    "compare",
    "dataset",
    "debug",
    "fix",
    "format",
    "lint",
    "log",
    "restart",
    "row",
    "status",
    "target",
]


def test_commands_and_their_arguments_are_completed(editor: Neovim, tmp_path: Path) -> None:
    editor.open(write(tmp_path, chat("a", "b")))
    (tmp_path / "other rows.jsonl").touch()

    def complete(line: str) -> list[str]:
        found: list[str] = editor.lua("return vim.fn.getcompletion(..., 'cmdline')", line)
        return found

    assert complete("Turnlint ") == COMMANDS
    assert complete("Turnlint re") == ["restart"]
    assert complete("Turnlint restart x") == []
    assert complete("vertical Turnlint row b") == ["below"]
    assert complete("Turnlint format openai-c") == ["openai-chat"]
    assert "openai:gpt-4.1" in complete("Turnlint target openai:")
    assert "default" in complete("Turnlint target ")
    assert complete(f"Turnlint lint {tmp_path}/oth") == [f"{tmp_path}/other\\ rows.jsonl"]


def test_a_wrong_command_is_told_what_there_is(editor: Neovim, tmp_path: Path) -> None:
    editor.lua("vim.cmd('Turnlint rwo')")
    assert editor.told == [f"turnlint: there is no command `rwo`. There are {', '.join(COMMANDS)}."]
    editor.lua("vim.cmd('Turnlint fix everything')")
    assert editor.told == ["turnlint: `:Turnlint fix` takes nothing after it."]
    editor.open(write(tmp_path, chat("a", "b")))
    editor.lua("vim.cmd('Turnlint row middle')")
    assert editor.told == ["turnlint: the row view opens right, left, above, below, float; not `middle`."]
    editor.lua("vim.cmd('Turnlint target opnai')")
    assert editor.told == ["turnlint: there is no target `opnai`. `:Turnlint target` lists them."]
    editor.lua("vim.cmd.enew() vim.cmd('Turnlint status')")
    assert "no server is attached" in editor.told[0]


def test_safe_fixes_are_applied_at_once(editor: Neovim, tmp_path: Path) -> None:
    row = chat("a", "b").replace('"}]', '","weight":"1"}]')
    file = write(tmp_path, row, settings='select = ["invalid-value"]\n')
    buffer = editor.open(file)
    editor.press(":Turnlint fix<CR>")
    editor.wait("return vim.bo[...].modified", buffer)
    assert editor.lines(buffer) == [chat("a", "b").replace('"}]', '","weight":1}]')]
    editor.wait("return #vim.diagnostic.get(..., { severity = 1 }) == 0", buffer)
    editor.press('u:%s/"1"/1/<CR>:Turnlint fix<CR>')
    assert "`gra`" in editor.wait_for("nothing in this file can be fixed safely")


def test_target_and_format_are_chosen(editor: Neovim, tmp_path: Path) -> None:
    buffer = editor.open(write(tmp_path, chat("a", "b")))
    editor.wait("return require('turnlint').status(...) ~= ''", buffer)
    editor.press(":Turnlint target openai:gpt-4.1<CR>")
    assert 'target = "openai:gpt-4.1"' in editor.wait_for("the target is openai:gpt-4.1")
    editor.wait("return require('turnlint').status(...):find('openai:gpt-4.1', 1, true)", buffer)
    editor.lua(PICK, "azure", 2)
    editor.press(":Turnlint target<CR>")
    name = editor.wait("return PICKED")
    assert name.startswith("azure:"), name
    editor.wait("return require('turnlint').status(...):find(PICKED, 1, true)", buffer)
    editor.press(":Turnlint target default<CR>")
    editor.wait("return not require('turnlint').status(...):find(PICKED, 1, true)", buffer)
    editor.press(":Turnlint format alpaca<CR>")
    editor.wait("return #vim.diagnostic.get(..., { severity = 1 }) > 0", buffer)
    editor.press(":Turnlint format default<CR>")
    editor.wait("return #vim.diagnostic.get(..., { severity = 1 }) == 0", buffer)


PICK = """
local wanted, number = ...
PICKED = nil
vim.ui.select = function(items, options, choose)
  if options.prompt == 'model' then
    PICKED = items[number]
    return choose(PICKED)
  end
  for _, one in ipairs(items) do
    if vim.startswith(options.format_item(one), wanted .. ': ') then return choose(one) end
  end
end
"""


def test_status_says_what_is_known(editor: Neovim, tmp_path: Path) -> None:
    hostile = "%{system('true')} \x07"
    file = write(tmp_path, *ROWS, name=f"100%{hostile}.jsonl", settings=FEW)
    buffer = editor.open(file)
    assert editor.wait("local said = require('turnlint').status() return said:find('errors') and said") == (
        "OpenAI · 3 errors"
    )
    editor.press(":Turnlint status<CR>")
    told = editor.wait_for("4 rows · OpenAI chat")
    assert "3 errors" in told
    assert "turnlint.toml" in told
    counted = editor.lua(COUNT_REQUESTS)
    for _ in range(3):
        editor.lua("vim.cmd.redrawstatus() return require('turnlint').status()")
    assert counted == editor.lua("return REQUESTS")
    editor.press("Gdd")
    editor.wait("return require('turnlint').status():find('2 errors')")
    assert editor.lua("return REQUESTS") > 0
    assert editor.lua("return require('turnlint').status(vim.api.nvim_create_buf(false, true))") == ""
    assert buffer


COUNT_REQUESTS = """
REQUESTS = 0
local client = vim.lsp.get_clients({ name = 'turnlint', bufnr = 0 })[1]
local request = client.request
client.request = function(...)
  REQUESTS = REQUESTS + 1
  return request(...)
end
return REQUESTS
"""


def test_files_that_are_not_open_are_judged_from_disk(editor: Neovim, tmp_path: Path) -> None:
    buffer = editor.open(write(tmp_path, chat("a", "b"), settings=FEW))
    write(tmp_path, *ROWS, name="other rows.jsonl")
    editor.lua(f"vim.cmd('Turnlint lint {tmp_path}/other\\\\ rows.jsonl')")
    editor.wait_for("3 findings in other rows.jsonl.")
    listed = editor.wait("local found = vim.fn.getqflist() return #found > 0 and found")
    assert [one["lnum"] for one in listed] == [1, 3, 4]
    assert editor.lua("return vim.bo.buftype") == "quickfix"
    editor.press(":cclose<CR>")
    editor.lua("vim.cmd('Turnlint lint /no/such/file.jsonl')")
    editor.wait_for("there is no file /no/such/file.jsonl.")
    assert editor.lua("return vim.api.nvim_get_current_buf()") == buffer
    editor.press(":Turnlint lint<CR>")
    editor.wait_for("rows.jsonl is open, and judged as you type.")


def test_a_data_set_is_judged_as_a_whole(editor: Neovim, tmp_path: Path) -> None:
    settings = 'select = ["exact-duplicate"]\n[[dataset]]\ntrain = ["*.jsonl"]\n'
    write(tmp_path, chat("a", "b"), name="other.jsonl")
    editor.open(write(tmp_path, chat("x", "y"), settings=settings))
    write(tmp_path, chat("c", "d"), chat("a", "b"), name="third.jsonl")
    editor.press(":Turnlint dataset<CR>")
    told = editor.wait_for(" in 3 files.")
    assert "1 finding " in told
    listed = editor.lua("return vim.fn.getqflist()")
    assert [one["lnum"] for one in listed if one["type"]] == [2], listed


def test_log_and_debug_information_open(editor: Neovim, tmp_path: Path) -> None:
    buffer = editor.open(write(tmp_path, chat("a secret of the row", "b")))
    editor.press(":Turnlint debug<CR>")
    editor.wait("return vim.bo.buftype == 'nofile'")
    shown = "\n".join(editor.lines(0))
    assert "turnlint" in shown
    assert "rows.jsonl" in shown
    assert "secret" not in shown
    editor.press("q")
    editor.wait("return vim.api.nvim_get_current_buf() == ...", buffer)
    log = editor.lua("return vim.lsp.log.get_filename()")
    Path(log).parent.mkdir(parents=True, exist_ok=True)
    Path(log).write_text("turnlint\nvim: set textwidth=33:\n", encoding="utf-8")
    editor.lua("vim.go.modeline = true")
    editor.press(":Turnlint log<CR>")
    editor.wait("return vim.api.nvim_buf_get_name(0) == ...", log)
    assert editor.lua("return { vim.bo.readonly, vim.bo.textwidth, vim.go.modeline }") == [True, 0, True]


HOSTILE = 'vim: set makeprg=false: | <img src=x> %#Error#%{system("true")} \\u001b[31m'
COPIED = (
    f'{{"messages":[{{"role":"user","content":"漢\\n😀 {HOSTILE.replace(chr(34), chr(92) + chr(34))}"}},'
    '{"role":"assistant","content":"a"}]}'
)
WINDOWS = """
return vim.tbl_map(function(window)
  local shown = vim.api.nvim_win_get_buf(window)
  return {
    name = vim.api.nvim_eval_statusline(vim.wo[window].winbar, { winid = window, maxwidth = 999 }).str,
    diff = vim.wo[window].diff,
    wrap = vim.wo[window].wrap,
    filetype = vim.bo[shown].filetype,
    kind = vim.bo[shown].buftype,
    modifiable = vim.bo[shown].modifiable,
    lines = vim.api.nvim_buf_get_lines(shown, 0, -1, true),
  }
end, vim.api.nvim_tabpage_list_wins(0))
"""


def test_rows_are_compared_in_a_tab_of_their_own(editor: Neovim, tmp_path: Path) -> None:
    name = "100% %{system('true')}.jsonl"
    file = write(
        tmp_path, ROWS[0], f" {COPIED}", COPIED, name=name, settings='select = ["exact-duplicate"]\n'
    )
    buffer = editor.open(file)
    editor.press("gg:Turnlint compare<CR>")
    editor.wait_for("no finding compares this row with another one.")
    editor.press("G:Turnlint compare<CR>")
    editor.wait("return #vim.api.nvim_list_tabpages() == 2 and #vim.api.nvim_tabpage_list_wins(0) == 2")
    left, right = editor.lua(WINDOWS)
    assert [left.pop("name"), right.pop("name")] == [f"{name} row 2", f"{name} row 3"]
    assert left == right
    assert left.pop("lines")[:5] == [
        "{",
        '  "messages": [',
        "    {",
        '      "role": "user",',
        '      "content": "漢\\n',
    ]
    assert left == {"diff": True, "wrap": True, "filetype": "", "kind": "nofile", "modifiable": False}
    editor.press(":tabclose<CR>")
    editor.wait("return vim.api.nvim_get_current_buf() == ...", buffer)
    kinds = editor.lua(
        "return vim.tbl_map(function(one) return vim.bo[one].buftype end, vim.api.nvim_list_bufs())"
    )
    assert "nofile" not in kinds
    # Rows that are the same are not one closed fold.
    editor.press("G:Turnlint compare<CR>")
    editor.wait("return #vim.api.nvim_list_tabpages() == 2 and #vim.api.nvim_tabpage_list_wins(0) == 2")
    assert editor.wait("return vim.wo.diff and vim.fn.foldclosed(1)") == -1
    editor.press(":tabclose<CR>")
    # An action that is out of date says so, and opens nothing.
    stale = "{ command = 'turnlint.compareRows', arguments = { vim.uri_from_bufnr(0), 0, 'no-such-rule' } }"
    editor.lua(f"vim.lsp.get_clients({{ bufnr = 0 }})[1]:exec_cmd({stale}, {{ bufnr = 0 }})")
    editor.wait_for("turnlint: there is no such finding any more")
    assert editor.lua("return #vim.api.nvim_list_tabpages()") == 1


# The row view --------------------------------------------------------------------------------------

VIEW = """
for _, window in ipairs(vim.api.nvim_list_wins()) do
  if vim.fn.bufname(vim.api.nvim_win_get_buf(window)) == 'turnlint://row' then return window end
end
"""
SHOWN = """
local window, words = ...
if not vim.api.nvim_win_is_valid(window) then return end
local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, true)
return table.concat(lines, '\\n'):find(words, 1, true) and lines
"""
CURSOR_LINE = """
local window = ...
return vim.api.nvim_buf_call(vim.api.nvim_win_get_buf(window), function()
  return vim.api.nvim_buf_get_lines(0, 0, -1, true)[vim.api.nvim_win_get_cursor(window)[1]]
end)
"""


def view_row(editor: Neovim, words: str, position: str = "") -> int:
    """Open the row view, and wait until it holds some words; give its window."""
    editor.press(f":Turnlint row {position}<CR>")
    window: int = editor.wait(VIEW)
    editor.wait(SHOWN, window, words)
    return window


CALLS = (
    '{"messages": [{"role": "user", "content": "When?"}, {"role": "assistant", "tool_calls": [{"id": "c1",'
    ' "type": "function", "function": {"name": "find", "arguments": "{\\"day\\": 1}"}}]},'
    ' {"role": "tool", "tool_call_id": "c1", "content": "06:40"},'
    ' {"role": "assistant", "content": "At\\n06:40."}],'
    ' "tools": [{"type": "function", "function": {"name": "find", "description": "Find one",'
    ' "parameters": {"type": "object", "properties": {"day": {"type": "string"}}}}}]}'
)


def test_the_row_view_reads_a_row_and_follows_the_cursor(editor: Neovim, tmp_path: Path) -> None:
    buffer = editor.open(write(tmp_path, chat("first question", "first answer"), CALLS, "", ROWS[3]))
    source = editor.lua("return vim.api.nvim_get_current_win()")
    window = view_row(editor, "first answer")
    assert editor.lua("return vim.api.nvim_get_current_win()") == source
    assert editor.lua(SHOWN, window, "")[:5] == [
        "rows.jsonl · row 1 of 4",
        editor.lua(SHOWN, window, "")[1],
        "",
        "user",
        "  first question",
    ]
    editor.press("j")
    lines = editor.wait(SHOWN, window, "06:40.")
    told = [line for line in lines if "arguments-mismatch" in line]
    assert [line[:37] for line in told] == ["  warning[arguments-mismatch] `day` mus"[:37]]
    at = lines.index("  → find (c1)")
    assert lines[at + 1 : at + 4] == ["    {", '      "day": 1', "    }"]
    assert lines[lines.index("tools") + 1] == "  find  Find one"
    folded = "return vim.api.nvim_win_call((...), function() return vim.fn.foldclosed('$') end)"
    assert editor.lua(folded, window) == lines.index("tools") + 3
    editor.press("/06:40<CR>")  # in the row: the turn of the tool
    editor.wait(f"return (function(...) {CURSOR_LINE} end)(...) == 'tool · answers find (c1)'", window)
    editor.press("jl")
    editor.wait(SHOWN, window, "Line 3 is no row.")
    editor.press("j")
    editor.wait(SHOWN, window, "error[invalid-json]")
    editor.press("gg0fqcwthe quest<Esc>")
    editor.wait(SHOWN, window, "the quest")
    editor.press(":Turnlint row<CR>")
    editor.wait("return vim.api.nvim_get_current_win() == ...", window)
    editor.press("]]")
    assert editor.wait(
        f"local line = (function(...) {CURSOR_LINE} end)(...) return line == 'assistant'", window
    )
    editor.press("<CR>")
    editor.wait("return vim.api.nvim_get_current_win() == ...", source)
    place = editor.lua("return vim.fn.getline('.'):sub(vim.fn.col('.'))")
    assert place.startswith('{"role":"assistant"'), place
    assert editor.lua("return vim.api.nvim_get_current_buf()") == buffer
    editor.press(":Turnlint row<CR>")
    editor.wait("return vim.api.nvim_get_current_win() == ...", window)
    editor.press("q")
    editor.wait(f"return not (function() {VIEW} end)()")


@pytest.mark.parametrize("position", ["left", "above", "below", "float"])
def test_the_row_view_opens_where_it_is_wanted(editor: Neovim, tmp_path: Path, position: str) -> None:
    editor.open(write(tmp_path, chat("here", "there")))
    window = view_row(editor, "there", position)
    place = "{ vim.api.nvim_win_get_config((...)).relative, vim.fn.win_screenpos((...)) }"
    found = editor.lua(f"return {place}", window)
    assert found[0] == ("editor" if position == "float" else "")
    other = editor.lua("return vim.fn.win_screenpos(vim.api.nvim_get_current_win())")
    if position != "float":
        axis = 1 if position == "left" else 0
        assert (found[1][axis] < other[axis]) == (position in ("left", "above"))
    editor.press(":new<CR>")  # a window that shows no rows is not followed
    editor.wait("return #vim.api.nvim_list_wins() == 3")
    assert editor.lua(SHOWN, window, "there")
    editor.press(":quit<CR>:Turnlint row<CR>")
    editor.wait("return vim.api.nvim_get_current_win() == ...", window)
    editor.press("q")
    editor.wait("return #vim.api.nvim_list_wins() == 1")


def test_the_row_view_goes_with_the_window_that_it_follows(editor: Neovim, tmp_path: Path) -> None:
    editor.open(write(tmp_path, chat("here", "there")))
    editor.press(":tabnew<CR>")
    editor.open(tmp_path / "rows.jsonl")
    editor.wait("return #vim.api.nvim_list_tabpages() == 2")
    view_row(editor, "there")
    editor.press(":quit<CR>")
    editor.wait(f"return not (function() {VIEW} end)()")
    editor.wait("return #vim.api.nvim_list_tabpages() == 1")


EDITING = "return vim.bo.buftype == 'acwrite'"


def edit(editor: Neovim, words: str) -> None:
    """Open the text that holds some words for editing, from a window of rows with the row view beside it."""
    editor.press(":Turnlint row<CR>")
    editor.wait(f"return vim.api.nvim_get_current_win() == (function() {VIEW} end)()")
    editor.press(f"gg/{words}<CR>e")
    editor.wait(EDITING)


def test_a_text_is_edited_as_one_change_of_the_row(editor: Neovim, tmp_path: Path) -> None:
    question = USER % '\\u00e9t\\u00e9 \\/ \\"q\\"\\nline'
    escaped = f'{{ "messages": [{question}, {ANSWER % "b"}]}}'
    file = write(tmp_path, escaped, chat("x", "y"))
    before = file.read_text(encoding="utf-8").splitlines()
    buffer = editor.open(file)
    view_row(editor, "line")
    edit(editor, "line")
    assert editor.lua("return vim.api.nvim_buf_get_lines(0, 0, -1, true)") == ['été / "q"', "line"]
    assert editor.lua("return { vim.bo.swapfile, vim.bo.undofile, vim.bo.modeline }") == [False, False, False]
    editor.press("ggA 漢<Esc>Goé<C-v>u0000<Esc>:write<CR>")
    editor.wait("return not vim.bo.modified")
    after = [escaped.replace('q\\"\\nline', 'q\\" \\u6f22\\nline\\n\\u00e9\\u0000'), before[1]]
    assert editor.lines(buffer) == after
    # Rows that come above do not lead the next write astray.
    editor.lua("vim.api.nvim_buf_set_lines(..., 0, 0, true, { '{}', '{}' })", buffer)
    editor.press("dd:write<CR>")
    editor.wait("return not vim.bo.modified")
    assert editor.lines(buffer) == ["{}", "{}", escaped.replace('q\\"', 'q\\" \\u6f22'), before[1]]
    editor.press(":quit<CR>")
    editor.wait("return vim.bo.buftype == 'nofile'")
    editor.press("q")
    editor.wait("return vim.api.nvim_get_current_buf() == ...", buffer)
    editor.press("uuu")
    editor.wait("return vim.deep_equal(vim.api.nvim_buf_get_lines(0, 0, -1, true), ...)", before)
    assert editor.told == []


def test_a_refused_edit_says_why_and_keeps_the_words(editor: Neovim, tmp_path: Path) -> None:
    buffer = editor.open(write(tmp_path, chat("my words", "b")))
    view_row(editor, "my words")
    edit(editor, "words")
    editor.lua("vim.api.nvim_buf_set_text(..., 0, 37, 0, 39, { 'our' })", buffer)
    row = editor.lines(buffer)
    editor.press("Amore<Esc>:write<CR>")
    told = editor.wait_for("Your text is kept here.")
    assert "The row has changed meanwhile." in told
    assert editor.lines(buffer) == row
    assert editor.lua("return { vim.bo.modified, vim.api.nvim_get_current_line() }") == [True, "my wordsmore"]
    editor.lua("vim.bo[...].modifiable = false", buffer)
    editor.press(":write<CR>")
    editor.wait_for("The buffer of the file is not modifiable.")
    editor.lua("vim.api.nvim_buf_delete(..., { force = true })", buffer)
    editor.press(":write<CR>")
    editor.wait_for("The file is not open any more.")
    assert editor.lua("return vim.api.nvim_get_current_line()") == "my wordsmore"


ALIKE = [chat("the same", answer) for answer in ("one", "two", "three")]


@pytest.mark.parametrize("command", ["2delete", "%!sed 1d %"])
def test_a_text_is_never_written_into_another_row(editor: Neovim, tmp_path: Path, command: str) -> None:
    """Though the row that is in its place by then holds the same text."""
    buffer = editor.open(write(tmp_path, *ALIKE))
    editor.press("2G")
    view_row(editor, "two")
    edit(editor, "same")
    editor.press("Amore<Esc>")
    editor.lua(
        "local buffer, words = ... vim.api.nvim_buf_call(buffer, function() vim.cmd(words) end)",
        buffer,
        command,
    )
    left = editor.lines(buffer)
    assert len(left) == 2
    editor.press(":write<CR>")
    editor.wait_for("The row is not in the file any more. Your text is kept here.")
    assert editor.lines(buffer) == left
    editor.lua("vim.api.nvim_buf_call(..., function() vim.cmd('silent undo') end)", buffer)
    if command == "2delete":  # it is there again
        editor.lua("vim.api.nvim_buf_call(..., function() vim.cmd('2move 0') end)", buffer)
        editor.press(":write<CR>")
        editor.wait("return not vim.bo.modified")
        assert editor.lines(buffer) == [chat("the samemore", "two"), ALIKE[0], ALIKE[2]]
    editor.press(":bwipeout!<CR>")


def test_a_file_that_was_read_again_may_have_other_rows(editor: Neovim, tmp_path: Path) -> None:
    file = write(tmp_path, *ALIKE)
    buffer = editor.open(file)
    editor.press("2G")
    view_row(editor, "two")
    edit(editor, "same")
    again = "vim.api.nvim_buf_call(..., function() vim.cmd('silent edit!') end)"
    editor.lua(again, buffer)  # nothing has changed
    editor.press("A!<Esc>:write<CR>")
    editor.wait("return not vim.bo.modified")
    assert editor.lines(buffer)[1] == chat("the same!", "two")
    write(tmp_path, *ALIKE[1:])
    editor.lua(again, buffer)
    editor.press("u:write<CR>")
    editor.wait_for("The row is not in the file any more.")
    assert editor.lines(buffer) == ALIKE[1:]
    editor.press(":bwipeout!<CR>")


def test_all_is_written_and_left_without_loss(program: str, home: Path, tmp_path: Path) -> None:
    """`:wqall` saves the file first, and ends after the text whatever the file is by then."""
    install(home, ENABLE)
    file = write(tmp_path, *ALIKE)
    with Neovim(program, home) as editor:
        buffer = editor.open(file)
        view_row(editor, "one")
        edit(editor, "same")
        editor.press("A!<Esc>")
        editor.lua("vim.api.nvim_buf_set_lines(..., 0, 1, true, {})", buffer)
        editor.press(":wqall<CR>")
        editor.wait_for("Your text is kept here.")
        assert editor.lua("return vim.api.nvim_get_current_line()") == "the same!"
        assert "stack traceback" not in editor.lua("return vim.fn.execute('messages')")
        editor.lua("vim.api.nvim_buf_call(..., function() vim.cmd('silent undo') end)", buffer)
        editor.press(":wqall<CR>")
        editor.wait_for_end()
    assert file.read_text(encoding="utf-8").splitlines() == [chat("the same!", "one"), *ALIKE[1:]]


def test_a_text_is_opened_once(editor: Neovim, tmp_path: Path) -> None:
    buffer = editor.open(write(tmp_path, chat("my words", "b")))
    view_row(editor, "my words")
    edit(editor, "words")
    texts = "return vim.fn.bufnr('turnlint://text/2')"
    assert editor.lua(texts) == -1
    editor.lua("vim.cmd.tabnew() vim.api.nvim_set_current_buf(...)", buffer)
    view_row(editor, "my words")
    edit(editor, "words")
    assert editor.lua(texts) == -1
    assert editor.lua("return vim.api.nvim_tabpage_get_number(0)") == 1


def test_the_row_view_opens_beside_what_a_session_left(editor: Neovim, tmp_path: Path) -> None:
    editor.open(write(tmp_path, chat("my words", "b")))
    window = view_row(editor, "my words")
    editor.lua("vim.api.nvim_win_call(..., function() vim.cmd('split') end)", window)
    editor.lua("vim.api.nvim_set_current_win(...)", window)
    editor.press("q")
    editor.wait(f"return not (function() {VIEW} end)()")
    # A session brings back empty windows by their names.
    editor.lua("for _, name in ipairs({ 'row', 'text/1' }) do vim.cmd('new | file turnlint://' .. name) end")
    editor.lua("vim.cmd.wincmd('b')")
    view_row(editor, "my words")
    edit(editor, "words")
    assert editor.told == []


def test_the_row_view_says_that_its_file_is_closed(editor: Neovim, tmp_path: Path) -> None:
    buffer = editor.open(write(tmp_path, chat("my words", "b")))
    window = view_row(editor, "my words")
    editor.lua("vim.api.nvim_buf_delete(..., {})", buffer)
    editor.wait(SHOWN, window, "The file is not open any more.")
    editor.open(write(tmp_path, chat("other words", "b"), name="other.jsonl"))
    editor.wait(SHOWN, window, "other words")


def test_a_text_is_edited_over_a_float(editor: Neovim, tmp_path: Path) -> None:
    editor.open(write(tmp_path, chat("my words", "b")))
    view = view_row(editor, "my words", "float")
    edit(editor, "words")
    place = "return vim.fn.win_screenpos(...)"
    assert editor.lua(place, editor.lua("return vim.api.nvim_get_current_win()")) == editor.lua(place, view)
    editor.press("A!<Esc>:write<CR>")
    editor.wait("return not vim.bo.modified")
    editor.press(":quit<CR>")
    editor.wait("return vim.api.nvim_get_current_win() == ...", view)
    editor.wait(SHOWN, view, "my words!")


def test_what_is_no_text_is_not_edited(editor: Neovim, tmp_path: Path) -> None:
    image = '{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}'
    editor.open(write(tmp_path, f'{{"messages":[{{"role":"user","content":[{image}]}},{ANSWER % "b"}]}}'))
    view_row(editor, "image")
    editor.press(":Turnlint row<CR>gge")
    editor.wait_for("no text of a turn is under the cursor.")
    editor.press("/image: <CR>e")
    editor.wait_for("this is no text that can be edited here.")


def test_hostile_rows_are_only_shown(editor: Neovim, tmp_path: Path) -> None:
    evil = "%{v:lua.RUN()} %!v:lua.RUN() vim: set textwidth=7 foldexpr=v:lua.RUN(): "
    content = evil + "\\u0000\\u001b]0;x\\u0007\\u202e\\u2028\\udb40\\udc41\\rz\\n<img src=x> [a](command:b)"
    row = f'{{"messages":[{{"role":"%{{v:lua.RUN()}}\\n\\u001b","content":"{content}"}},{ANSWER % "b"}]}}'
    file = write(tmp_path, row, row, name=f"%{{v:lua.RUN()}} %= {evil[:20]}\x1b.jsonl")
    editor.lua("RAN = 0 RUN = function() RAN = RAN + 1 return 'x' end")
    editor.lua("vim.go.modeline = true")
    buffer = editor.open(file)
    assert editor.lua("return vim.bo[...].textwidth", buffer) == 0
    window = view_row(editor, "<img src=x> [a](command:b)")
    lines = editor.lua(SHOWN, window, "")
    text = next(line for line in lines if "foldexpr" in line)
    assert "\x00\x1b]0;x\x07\u202e<U+2028><U+E0041>" in text
    editor.lua("vim.cmd('redrawstatus! | redraw!')")
    bar = "return vim.api.nvim_eval_statusline(vim.wo[...].winbar, { winid = ..., maxwidth = 30 }).str"
    assert editor.lua(bar, window).startswith(" <CR> go  e edit  q close")
    bar = bar.replace("30", "999")
    editor.press(":Turnlint row<CR>")
    editor.wait("return vim.api.nvim_get_current_win() == ...", window)
    editor.press("G?b<CR>e")
    editor.wait(EDITING)
    shown = editor.lua(bar, editor.lua("return vim.api.nvim_get_current_win()"))
    assert "%{v:lua.RUN()}" in shown
    editor.lua("vim.cmd('redrawstatus! | redraw!')")
    assert editor.lua("return { RAN, vim.bo.filetype, vim.bo.textwidth }") == [0, "", 0]


def test_odd_rows_are_viewed_too(editor: Neovim, tmp_path: Path) -> None:
    rows = ["[]", "7", '"\\ud800"', '{"a":' * 500, "x" * 100_000, chat("a" * 300_000, "b"), '{"\\udfff":1}']
    editor.open(write(tmp_path, *rows))
    window = view_row(editor, "row 1 of 7")
    for number in range(2, len(rows) + 1):
        editor.press("j")
        editor.wait(SHOWN, window, f"row {number} of 7")
    editor.press("kk:Turnlint row<CR>gg/a a<CR>")


# What users set ------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def test_long_rows_can_be_read_and_are_not_broken(editor: Neovim, tmp_path: Path) -> None:
    editor.lua("vim.go.textwidth = 20 vim.go.wrap = false")
    buffer = editor.open(write(tmp_path, chat("a", "b"), name="long.ndjson"))
    names = ("wrap", "linebreak", "smoothscroll", "textwidth", "synmaxcol")
    options = "return {" + ", ".join(f"vim.opt_local.{name}:get()" for name in names) + "}"
    assert editor.lua(options) == [True, True, True, 0, 1000]
    editor.press("A " + "word " * 20 + "<Esc>")
    editor.wait("return #vim.api.nvim_buf_get_lines((...), 0, 1, true)[1] > 120", buffer)
    assert len(editor.lines(buffer)) == 1
    editor.press(":set filetype=text<CR>")
    editor.wait("return vim.bo.filetype == 'text'")
    assert editor.lua(options) == [False, False, False, 20, 3000]
    editor.lua("vim.go.textwidth = 0 vim.go.wrap = true")


def test_options_are_set_as_plugin_managers_do(program: str, home: Path, tmp_path: Path) -> None:
    """As lazy.nvim has it: loaded by the file type, `setup` called with `opts`, the event triggered again."""
    config = """
    vim.filetype.add({ extension = { ndjson = 'jsonl' } })  -- it reads ftdetect of what is not loaded yet
    vim.api.nvim_create_autocmd('FileType', { pattern = 'jsonl', once = true, callback = function(event)
      vim.cmd.packadd('turnlint')
      require('turnlint').setup({
        long_rows = false,
        row = { position = 'below', size = 0.3 },
        settings = { target = 'openai:gpt-4o-mini', select = { 'unknown-role' } },
        server = { init_options = { maxDiagnostics = 1, positionEncoding = 'utf-8' } },
      })
      vim.api.nvim_exec_autocmds('FileType', { buffer = event.buf, modeline = false })
    end })
    """
    install(home, config, kind="opt")
    with Neovim(program, home) as editor:
        buffer = editor.open(write(tmp_path, *ROWS))
        assert [one["code"] for one in editor.findings(buffer, 2) if "code" in one] == ["unknown-role"]
        assert editor.lua("return vim.wo.linebreak") is False
        assert editor.lua("return #vim.lsp.get_clients()") == 1
        window = view_row(editor, "row 1 of 4")
        height = editor.lua("return { vim.api.nvim_win_get_height(...), vim.o.lines }", window)
        assert height[0] < height[1] * 0.4
        editor.wait("return require('turnlint').status(...):find('errors')", buffer)
        status = editor.lua("return require('turnlint').status(...)", buffer)
        assert status == "openai:gpt-4o-mini · 2 errors"
        editor.press(":Turnlint target azure<CR>")  # the options of the server are none of its settings
        editor.wait("return require('turnlint').status(...) == 'azure · 2 errors'", buffer)


def test_faulty_options_are_named(program: str, home: Path) -> None:
    install(home, "require('turnlint').setup({ row = { position = 'middle', sise = 2 }, colour = 1 })")
    with Neovim(program, home) as editor:
        (told,) = editor.told
        for words in ("`row.position` must be one of right", "no option `row.sise`", "no option `colour`"):
            assert words in told
        assert editor.lua("return require('turnlint.options').get().row.position") == "right"


def test_it_is_installed_by_vim_pack(home: Path, tmp_path: Path) -> None:
    """Of Neovim 0.12: from a branch that holds the folder alone, as the README has it."""
    clone = tmp_path / "clone"
    shutil.copytree(PLUGIN, clone / "editors" / "neovim")
    for words in (
        ["init", "--quiet"],
        ["add", "."],
        ["-c", "user.name=x", "-c", "user.email=x@localhost", "commit", "--quiet", "-m", "x"],
        ["subtree", "split", "--prefix", "editors/neovim", "--branch", "neovim"],
    ):
        subprocess.run(["git", *words], cwd=clone, check=True, capture_output=True)
    source = f"{{ src = 'file://{clone}', version = 'neovim', name = 'turnlint' }}"
    config = home / "config" / "nvim" / "init.lua"
    config.parent.mkdir(parents=True)
    config.write_text(f"vim.pack.add({{ {source} }}, {{ confirm = false }})\n{ENABLE}", encoding="utf-8")
    with Neovim(program_of("0.12"), home) as editor:
        editor.findings(editor.open(write(tmp_path, *ROWS, settings=FEW)), 3)
        view_row(editor, "row 1 of 4")


# When something is missing -------------------------------------------------------------------------


def test_a_missing_program_is_told_once(program: str, home: Path, tmp_path: Path) -> None:
    install(home, ENABLE)
    with Neovim(program, home, path="/usr/bin:/bin") as editor:
        if editor.lua("return vim.fn.executable('turnlint') == 1"):
            pytest.skip("turnlint is installed for the whole system")
        for name in ("rows.jsonl", "others.jsonl"):
            editor.lua("vim.cmd.edit(...)", str(write(tmp_path, *ROWS, name=name)))
        told = editor.told
        assert len(told) == 1, told
        assert told[0].startswith("turnlint: there is no program `turnlint`. Install turnlint")
        assert editor.lua("return #vim.lsp.get_clients()") == 0
        editor.press(":Turnlint row<CR>")
        editor.wait_for("no server is attached to this buffer.")
        report = health(editor)
        assert "ERROR there is no program `turnlint`" in report
        # It is installed: no restart of Neovim is needed.
        editor.lua("vim.env.PATH = ...", f"{Path(sys.executable).parent}:/usr/bin:/bin")
        editor.press(":bdelete<CR>:Turnlint restart<CR>")
        editor.wait_for("restarted.")
        editor.wait("return #vim.diagnostic.get(0) > 0")


OLD = """#!/bin/sh
[ "$1" = version ] && echo turnlint 0.0.1 && exit
echo "No such command 'server'." >&2
exit 2
"""


def test_a_program_without_a_server_is_named(program: str, home: Path, tmp_path: Path) -> None:
    install(home, ENABLE)
    old = tmp_path / "bin" / "turnlint"
    old.parent.mkdir()
    old.write_text(OLD, encoding="utf-8")
    old.chmod(0o755)
    with Neovim(program, home, path=f"{old.parent}:/usr/bin:/bin") as editor:
        editor.lua("vim.cmd.edit(...)", str(write(tmp_path, *ROWS)))
        editor.wait("return #vim.lsp.get_clients() == 0")
        editor.press(":Turnlint row<CR>")
        editor.wait_for("`:Turnlint restart` starts it again; `:checkhealth turnlint` says what is missing.")
        assert "ERROR The program has no server: No such command 'server'." in health(editor)


def test_the_server_is_restarted(program: str, home: Path, tmp_path: Path) -> None:
    install(home, ENABLE)
    with Neovim(program, home) as editor:
        buffer = editor.open(write(tmp_path, *ROWS, settings=FEW))
        window = view_row(editor, "row 1 of 4")
        client = "return vim.lsp.get_clients({ bufnr = ... })[1].id"
        first = editor.lua(client, buffer)
        editor.press(":Turnlint restart<CR>")
        editor.wait_for("restarted.")
        editor.wait("return #vim.lsp.get_clients({ bufnr = ... }) > 0", buffer)
        second = editor.lua(client, buffer)
        assert second != first
        editor.findings(buffer, 3)
        editor.wait(SHOWN, window, "row 1 of 4")
        # A server that dies leaves no findings behind, and can be started again.
        for pid in editor.lua("return vim.api.nvim_get_proc_children(vim.fn.getpid())"):
            os.kill(pid, signal.SIGKILL)
        editor.findings(buffer, 0)
        editor.wait(SHOWN, window, "The server is not attached.")
        editor.press(":Turnlint restart<CR>")
        editor.findings(buffer, 3)
        editor.wait(SHOWN, window, "row 1 of 4")


def health(editor: Neovim) -> str:
    editor.lua("vim.cmd('silent checkhealth turnlint')")
    return "\n".join(editor.lines(0))


def test_health_says_what_holds_and_what_to_do(program: str, home: Path, tmp_path: Path) -> None:
    install(home, "")
    with Neovim(program, home) as editor:
        report = health(editor)
        assert "ERROR turnlint is not enabled" in report
        assert "vim.lsp.enable('turnlint')" in report
        editor.lua("vim.lsp.config('turnlint', { settings = { turnlint = { target = 'openai' } } })")
        editor.lua(ENABLE)
        assert "WARNING No server is running" in health(editor)
        editor.open(write(tmp_path, *ROWS, settings=FEW, name="rows\n# x.jsonl"))
        editor.lua("vim.g.turnlint = { rows = 1 }")
        report = health(editor)
        for words in (
            "OK Neovim 0.1",
            "OK turnlint ",
            "Positions are counted in utf-8",
            'target = "openai"',
            "rows # x.jsonl: 4 rows",
            "turnlint.toml",
            "ERROR `vim.g.turnlint`: there is no option `rows`",
        ):
            assert words in report, report


# Help ----------------------------------------------------------------------------------------------


def test_help_is_whole(program: str, home: Path, tmp_path: Path) -> None:
    install(home, "")
    doc = tmp_path / "copy" / "doc"
    shutil.copytree(PLUGIN / "doc", doc, ignore=shutil.ignore_patterns("tags"))
    text = (doc / "turnlint.txt").read_text(encoding="utf-8")
    assert max(len(line.expandtabs(8)) for line in text.splitlines()) <= 79
    with Neovim(program, home) as editor:
        editor.lua("vim.opt.runtimepath:prepend(...) vim.cmd.helptags(... .. '/doc')", str(doc.parent))
        lines = (doc / "tags").read_text(encoding="utf-8").splitlines()
        tags = {line.split("\t")[0] for line in lines}
        assert {"turnlint", ":Turnlint", "turnlint-faq", "turnlint.setup()"} <= tags
        assert {f":Turnlint-{name}" for name in COMMANDS} <= tags
        groups = editor.lua("return vim.tbl_keys(require('turnlint.highlights').LINKS)")
        assert {f"hl-{group}" for group in groups} <= tags
        for name in sorted(tags | set(re.findall(r"(?<!\S)\|([^|\s]+)\|", text))):
            if name.startswith("vim.pack") and not editor.lua("return vim.pack ~= nil"):
                continue
            # Without its colours, for which not every build has the parser.
            editor.lua("vim.cmd('noautocmd help ' .. ...)", name)
            assert editor.lua("return vim.bo.buftype") == "help"
        editor.lua("vim.cmd('noautocmd help turnlint')")
        assert editor.lua("return vim.fn.expand('%:t')") == "turnlint.txt"


def test_colours_are_those_of_the_scheme_or_the_user(editor: Neovim, tmp_path: Path) -> None:
    editor.open(write(tmp_path, *ROWS, settings=FEW))
    editor.lua("vim.api.nvim_set_hl(0, 'TurnlintUser', { link = 'Search' })")
    window = view_row(editor, "error[unknown-role]")
    groups = editor.lua(
        """
        local buffer = vim.api.nvim_win_get_buf(...)
        local marks = vim.api.nvim_buf_get_extmarks(buffer, -1, 0, -1, { details = true })
        return vim.tbl_map(function(mark) return mark[4].hl_group or mark[4].virt_text_pos end, marks)
        """,
        window,
    )
    assert {"TurnlintTitle", "TurnlintRole", "TurnlintAssistant", "TurnlintError"} <= set(groups)
    assert editor.lua("return vim.api.nvim_get_hl(0, { name = 'TurnlintUser' }).link") == "Search"
    for scheme in ("default", "habamax"):
        editor.lua("vim.cmd.colorscheme(...)", scheme)
        link = editor.lua("return vim.api.nvim_get_hl(0, { name = 'TurnlintError' }).link")
        assert link == "DiagnosticError"
