"""A short soak of the server, and servers that a soak must find out."""

from __future__ import annotations

import pytest

from tests import soak
from tests.lsp_client import patched

FAULTS = {
    "missing": """
from turnlint.engine import RowChecker
check = RowChecker.check
def forgets(self, raw):
    findings, facts = check(self, raw)
    return findings[:1], facts
RowChecker.check = forgets
""",
    "unanswered": """
import asyncio
import turnlint.lsp.features.hover as feature
async def waits(server, params):
    await asyncio.sleep(60)
feature.handle = waits
""",
    "was answered with": """
import turnlint.lsp.features.hover as feature
from pygls.exceptions import JsonRpcException
async def refuses(server, params):
    raise JsonRpcException("no", -32000)
feature.handle = refuses
""",
    "has written": """
import sys
import turnlint.lsp.features.hover as feature
async def prints(server, params):
    print("a warning", file=sys.stderr)
feature.handle = prints
""",
    "has climbed": """
import turnlint.lsp.features.did_change as feature
handle, kept = feature.handle, []
def keeps(server, params):
    kept.append(b"x" * 2_000_000)
    handle(server, params)
feature.handle = keeps
""",
}


def test_some_hundred_edits() -> None:
    report = soak.soak(600, 600)
    assert report.edits >= 600
    assert report.answers["result"]


@pytest.mark.parametrize("words", FAULTS)
def test_a_faulty_server_is_found_out(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    small = {"PATIENCE": 6.0, "CHECK_EDITS": 40, "REST_CHECKS": 1, "ROWS": 20, "BIG_ROWS": 20, "CLIMB": 10.0}
    for name, value in small.items():
        monkeypatch.setattr(soak, name, value)
    monkeypatch.setattr(soak, "REQUESTS", {"textDocument/hover": soak.REQUESTS["textDocument/hover"]})
    with pytest.raises(soak.SoakError, match=words):
        soak.soak(160, 60, command=patched(FAULTS[words]))
