"""Every request as real editors make it: what they can do, and what the protocol says of the answers.

The profiles of pytest-lsp are old where VS Code is concerned, so the current one was recorded from it.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_lsp
from lsprotocol import types
from lsprotocol.converters import get_converter
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities
from pytest_lsp.checks import LspSpecificationWarning
from tests.lsp_client import COMMAND

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings(f"error::{LspSpecificationWarning.__module__}.LspSpecificationWarning"),
]

RECORDED = sorted((Path(__file__).parents[2] / "profiles").glob("*.json"))
PROFILES = ["neovim@0.11.0", "neovim@0.7.0", "visual-studio-code@1.65.2", "emacs@29.1", *RECORDED]
TOOLS = '"tools":[{"type":"function","function":{"name":"find","parameters":{"type":"object"}}}]'
CALL = '{"id":"c1","type":"function","function":{"name":"find","arguments":"{}"}}'
ROW = (
    f'{{"messages":[{{"role":"user","content":"wo ist 😀?"}},{{"role":"assistant","tool_calls":[{CALL}]}},'
    f'{{"role":"tool","tool_call_id":"c1","content":"da"}},{{"role":"Assistant","content":"da"}}],{TOOLS}}}'
)
ROWS = [ROW, ROW, '{"messages":[{"role":"us', "", ROW]
REFRESHES = (types.WORKSPACE_CODE_LENS_REFRESH, types.WORKSPACE_INLAY_HINT_REFRESH)
"""What the client of pytest-lsp does not know of by itself."""
URI = "untitled:rows.jsonl"
DOCUMENT = types.TextDocumentIdentifier(URI)
ALL = types.Range(types.Position(0, 0), types.Position(len(ROWS), 0))


def capabilities(profile: str | Path) -> types.ClientCapabilities:
    if isinstance(profile, str):
        return client_capabilities(profile)
    params = json.loads(profile.read_text())
    return get_converter().structure(params["capabilities"], types.ClientCapabilities)


@pytest_lsp.fixture(  # type: ignore[untyped-decorator]
    scope="module", params=PROFILES, ids=str, config=ClientServerConfig(server_command=list(COMMAND))
)
async def client(request: pytest.FixtureRequest, lsp_client: LanguageClient) -> AsyncIterator[None]:
    for method in REFRESHES:
        lsp_client.feature(method)(lambda *_: None)
    lsp_client.set_configuration({"turnlint": {"target": "openai"}})
    await lsp_client.initialize_session(
        types.InitializeParams(
            capabilities=capabilities(request.param),
            workspace_folders=[types.WorkspaceFolder(Path.cwd().as_uri(), "here")],
        )
    )
    item = types.TextDocumentItem(URI, "jsonl", 1, "\n".join(ROWS))
    lsp_client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    await lsp_client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    yield
    await lsp_client.shutdown_session()


def positions(needle: str, row: int = 0) -> list[types.Position]:
    """Columns before, inside of and behind some text."""
    at = ROWS[row].index(needle)
    return [types.Position(row, at + step) for step in (0, 1, len(needle))]


REQUESTS: list[tuple[str, Any]] = [
    ("text_document_hover", [types.HoverParams(DOCUMENT, one) for one in positions('"role":"user"')]),
    ("text_document_document_symbol", [types.DocumentSymbolParams(DOCUMENT)]),
    ("text_document_folding_range", [types.FoldingRangeParams(DOCUMENT)]),
    ("text_document_selection_range", [types.SelectionRangeParams(DOCUMENT, positions('"wo ist'))]),
    ("text_document_inlay_hint", [types.InlayHintParams(DOCUMENT, ALL)]),
    ("text_document_code_lens", [types.CodeLensParams(DOCUMENT)]),
    (
        "text_document_completion",
        [types.CompletionParams(DOCUMENT, one) for one in positions('"us', 2) + positions("{", 2)],
    ),
    ("text_document_definition", [types.DefinitionParams(DOCUMENT, one) for one in positions('"c1"')]),
    (
        "text_document_references",
        [
            types.ReferenceParams(types.ReferenceContext(declared), DOCUMENT, one)
            for one in positions('"c1"')
            for declared in (True, False)
        ],
    ),
    (
        "text_document_document_highlight",
        [types.DocumentHighlightParams(DOCUMENT, one) for one in positions('"c1"')],
    ),
    (
        "text_document_code_action",
        [types.CodeActionParams(DOCUMENT, ALL, types.CodeActionContext([]))]
        + [
            types.CodeActionParams(DOCUMENT, ALL, types.CodeActionContext([], only=[kind]))
            for kind in (types.CodeActionKind.QuickFix, "source.fixAll", "source.fixAll.turnlint", "refactor")
        ],
    ),
    (
        "workspace_execute_command",
        [types.ExecuteCommandParams("turnlint.showRow", [URI, 0])],
    ),
]


@pytest.mark.parametrize(("name", "asked"), REQUESTS, ids=[name for name, _ in REQUESTS])
async def test_answers_are_those_of_the_protocol(client: LanguageClient, name: str, asked: list[Any]) -> None:
    answers = [await getattr(client, f"{name}_async")(params) for params in asked]
    # Rows of one line have nothing to fold.
    assert any(answers) == (name != "text_document_folding_range")
    assert client.error is None


async def test_actions_are_resolved(client: LanguageClient) -> None:
    params = types.CodeActionParams(DOCUMENT, ALL, types.CodeActionContext([], only=["source.fixAll"]))
    for action in await client.text_document_code_action_async(params) or ():
        assert isinstance(action, types.CodeAction)
        resolved = action if action.edit else await client.code_action_resolve_async(action)
        assert resolved.edit is not None


async def test_diagnostics_are_those_of_the_protocol(client: LanguageClient) -> None:
    assert {one.code for one in client.diagnostics[URI]} >= {"unknown-role", "invalid-json"}
