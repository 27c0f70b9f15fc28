"""Rows in which things are named, and a reader who points at the names.

`‹name›` in a row marks the token behind it; it is not part of the row.
"""

from __future__ import annotations

import json
import re
from itertools import count
from typing import Any

from tests.lsp_client import LspClient, Message
from tests.ranges import width

__all__ = ["BROKEN", "CHAT", "LEGACY", "MISORDERED", "PREFERENCE", "REPEATED", "SHAREGPT", "Reader"]

_MARK = re.compile("‹(.+?)›")


def _call(mark: str, name: str, id_: str | None = None) -> str:
    return (
        f'{{"id":‹c{mark}›"{id_ or f"id{mark}"}","type":"function",'
        f'"function":{{"name":‹n{mark}›"{name}","arguments":"{{\\"q\\":\\"😀\\"}}"}}}}'
    )


def _asks(*calls: str) -> str:
    return f'{{"role":"assistant","content":"漢 😀","tool_calls":[{",".join(calls)}]}}'


def _result(mark: str, id_: str | None = None) -> str:
    return f'{{"role":"tool","tool_call_id":‹r{mark}›"{id_ or f"id{mark}"}","content":"é"}}'


def _tool(mark: str, name: str) -> str:
    return f'{{"type":"function","function":{{"name":‹t{mark}›"{name}"}}}}'


def _chat(*messages: str, tools: str = "") -> str:
    return f'{{"messages":[{",".join(messages)}],"tools":[{tools}]}}'


USER = '{"role":‹role›"user","content":‹text›"😀 tide id1"}'
CHAT = _chat(
    USER,
    _asks(_call("1", "tide"), _call("2", "wind")),
    _result("1"),
    _result("2"),
    _asks(_call("3", "tide"), _call("4", "unknown")),
    _result("3"),
    _result("5"),
    tools=f"{_tool('1', 'tide')},{_tool('2', 'wind')}",
)
REPEATED = _chat(
    _asks(_call("1", "tide", "same")),
    _result("1", "same"),
    _asks(_call("2", "tide", "same")),
    _result("2", "same"),
    tools=f"{_tool('1', 'tide')},{_tool('2', 'tide')}",
)
"""An id and a name that stand for two things each."""
MISORDERED = _chat(_result("1"), _asks(_call("1", "tide")))
PREFERENCE = (
    f'{{"input":{_chat(USER, _asks(_call("1", "tide")), _result("1"), tools=_tool("1", "tide"))},'
    f'"preferred_output":[{_asks(_call("2", "tide", "x"))},{_result("2", "x")}],'
    f'"non_preferred_output":[{_asks(_call("3", "tide", "x"))},{_result("3", "x")}]}}'
)
LEGACY = (
    '{"messages":[{"role":"user","content":"😀"},{"role":"assistant","function_call":'
    '{"name":‹n1›"tide","arguments":"{}"}},{"role":"function","name":‹r1›"tide","content":"3"}],'
    '"functions":[{"name":‹t1›"tide"}]}'
)
SHAREGPT = (
    '{"conversations":[{"from":"human","value":"😀"},{"from":"function_call","value":‹n1›"{\\"name\\":\\"tide\\"}"}],'
    '"tools":"[{\\"name\\":\\"tide\\"}]"}'
)
BROKEN = (
    f'{{"tools":[{_tool("1", "tide")}] "messages":[{USER},,{_asks(_call("1", "tide"))},{_result("1")},'
    '{"role":"assistant","tool_calls":[{"id":"id2","function":{"name":‹n2›"tide","arguments":"{\\"q'
)


class Reader:
    """A client with one open document, who points at things in it."""

    _numbers = count()

    def __init__(self, client: LspClient, encoding: str) -> None:
        self._client = client
        self.encoding = encoding

    def open(self, *rows: str) -> None:
        """Open rows with marks, and wait until they are judged."""
        self.columns = [_columns(row) for row in rows]
        self.text = "".join(f"{_MARK.sub('', row)}\n" for row in rows)
        self.uri = f"untitled:{next(self._numbers)}.jsonl"
        self._client.show(self.uri, self.text)

    def shut(self) -> None:
        """Close the document."""
        self._client.shut(self.uri)

    def ask(self, what: str, line: int, mark: str, **more: Any) -> Any:
        """What the server answers where a mark stood."""
        return self.ask_at(what, line, self.columns[line][mark], **more)

    def ask_at(self, what: str, line: int, column: int, **more: Any) -> Any:
        """What the server answers about a column, in code points."""
        params = {"textDocument": {"uri": self.uri}, "position": self._position(line, column), **more}
        return self._client.request(f"textDocument/{what}", params)

    def range(self, line: int, mark: str) -> Message:
        """The range of the token behind a mark."""
        text, start = self.text.split("\n")[line], self.columns[line][mark]
        end = json.JSONDecoder().raw_decode(text, start)[1]
        return {"start": self._position(line, start), "end": self._position(line, end)}

    def _position(self, line: int, column: int) -> Message:
        before = "".join(self.text.split("\n")[line : line + 1])[:column]
        return {"line": line, "character": width(before, self.encoding)}


def _columns(row: str) -> dict[str, int]:
    """Where marks stand in a row, once they are all taken out."""
    found, taken = {}, 0
    for mark in _MARK.finditer(row):
        found[mark[1]] = mark.start() - taken
        taken += len(mark[0])
    return found
