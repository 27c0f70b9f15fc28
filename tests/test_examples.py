"""Every published case of fixtures/formats gives the finding that it names, and no other that matters.

The files there were written from the documentation of each service, before there was a rule, in a working
vocabulary: for each small example the one finding that it must give, and how bad that is at most.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

from tests.harness import FIXTURES, Mark, run_engine
from turnlint.config import resolve
from turnlint.model import Severity

HOMES = {
    "openai-sft": ("openai-chat", "openai"),
    "openai-line": ("openai-chat", "openai"),
    "openai-dpo": ("openai-preference", "openai"),
    "openai-rft": ("openai-reinforcement", "openai"),
    "openai-completion": ("prompt-completion", "openai"),
    "openai-file": (None, "openai"),
    "azure-sft": ("openai-chat", "azure"),
    "azure-file": (None, "azure"),
}
"""The `format` of a case taken apart: our format (None: a whole file, voted), and the target."""

RULES = {
    "all-weights-zero": "weights-all-zero",
    "blank-line": "blank-row",
    "bom-missing": "missing-byte-order-mark",
    "bom-present": "byte-order-mark",
    "completion-missing-completion": "missing-key",
    "completion-not-string": "wrong-type",
    "content-wrong-type": "wrong-type",
    "developer-role-in-sft": "developer-role",
    "dpo-identical-outputs": "identical-outputs",
    "dpo-image": "image-in-preference",
    "dpo-input-ends-with-assistant": "input-ends-with-assistant",
    "dpo-missing-input": "missing-key",
    "dpo-missing-output": "missing-key",
    "dpo-output-count": "output-count",
    "dpo-output-not-array": "wrong-type",
    "dpo-output-role": "role-not-allowed",
    "duplicate-example": "exact-duplicate",
    "duplicate-json-key": "duplicate-key",
    "duplicate-tool-call-id": "duplicate-call-id",
    "empty-completion": "empty-answer",
    "empty-content": "empty-answer",
    "empty-messages": "empty-array",
    "foreign-format": "mixed-formats",
    "image-bad-detail": "invalid-value",
    "image-url-not-object": "wrong-type",
    "invalid-json-line": "invalid-json",
    "line-not-object": "not-an-object",
    "messages-not-array": "wrong-type",
    "missing-messages": "missing-key",
    "no-assistant-message": "no-assistant",
    "no-user-message": "no-user",
    "non-standard-json": "non-finite-number",
    "null-content-with-tool-calls": "null-content-with-calls",
    "orphan-tool-message": "orphan-result",
    "parallel-tool-calls-not-boolean": "wrong-type",
    "rft-eval-format": "missing-key",
    "rft-last-not-user": "last-not-user",
    "rft-no-grader-field": "no-grader-field",
    "rft-response-format-in-line": "response-format-in-row",
    "rft-system-role": "role-not-allowed",
    "special-token-in-text": "special-token",
    "string-null-content": "stringified-null",
    "tool-arguments-invalid-json": "arguments-invalid-json",
    "tool-arguments-not-string": "wrong-type",
    "tool-arguments-schema-mismatch": "arguments-mismatch",
    "tool-call-missing-id": "missing-key",
    "tool-calls-on-wrong-role": "calls-outside-assistant",
    "tool-calls-without-tools": "calls-without-tools",
    "tool-message-missing-id": "missing-key",
    "tool-missing-function": "missing-key",
    "tool-schema-risky-keyword": "risky-schema-keyword",
    "unanswered-tool-call": "unanswered-call",
    "unknown-content-part": "unknown-part",
    "unknown-message-key": "unknown-key",
    "unknown-top-level-key": "unknown-key",
    "unsupported-modality": "unknown-part",
    "weight-invalid-value": "invalid-value",
    "weight-on-non-assistant": "weight-outside-assistant",
}
"""From the working name of a finding to our rule, where it is not the same."""

ADVICE = {
    "calls-without-tools": "definitions are left out on purpose to save tokens, as Microsoft describes",
    "consecutive-assistant": "Foundry's own files hold such pairs",
    "developer-role": "a rename of `system` that services take; nobody saw it refused",
    "null-content-with-calls": "legal by the schema",
}
"""Rules that are info at most, whatever a case says, and why."""


class Published(NamedTuple):
    """One case: the file to judge, which of its rows is meant (None: the file), and what must be found."""

    name: str
    data: bytes
    row: int | None
    format: str | None
    target: str
    rule: str | None
    severity: str


def _neighbours(format_name: str) -> list[str]:
    """Ten plain, valid, distinct rows."""
    return [json.dumps(_plain(format_name, number)) for number in range(1, 11)]


def _plain(format_name: str, number: int) -> dict[str, Any]:
    question, answer = f"What is {number} times {number}?", f"It is {number * number}."
    prompt = {"role": "user", "content": question}
    match format_name:
        case "openai-chat":
            return {"messages": [prompt, {"role": "assistant", "content": answer}]}
        case "openai-preference":
            return {
                "input": {"messages": [prompt]},
                "preferred_output": [{"role": "assistant", "content": answer}],
                "non_preferred_output": [{"role": "assistant", "content": f"No idea, perhaps {number}."}],
            }
        case "openai-reinforcement":
            return {"messages": [prompt], "answer": answer}
        case _:
            return {"prompt": question, "completion": answer}


def _read() -> list[Published]:
    cases = []
    for path in sorted((FIXTURES / "formats").glob("*-examples.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            case = json.loads(line)
            name = f"{path.stem.removesuffix('-examples')}-{number}-{case['finding'] or 'silent'}"
            format_name, target = HOMES[case["format"]]
            text = case["raw"] if "raw" in case else json.dumps(case["example"], ensure_ascii=False)
            row = None
            if format_name is not None:
                rows = _neighbours(format_name)
                row = len(rows) // 2
                text = "".join(f"{one}\n" for one in [*rows[:row], text, *rows[row:]])
            rule = RULES.get(case["finding"], case["finding"])
            severity = "info" if rule in ADVICE else case["severity"] or ""
            cases.append(Published(name, text.encode(), row, format_name, target, rule, severity))
    return cases


@pytest.mark.parametrize("case", _read(), ids=lambda case: case.name)
def test_published_example(case: Published) -> None:
    outcome = run_engine(case.data, resolve(case.target, format=case.format))
    expected = [mark for mark in outcome.marks if mark.rule == case.rule]
    others = [mark for mark in outcome.marks if mark.rule != case.rule and _matters(mark)]
    assert not others
    assert [mark.severity for mark in expected] == ([case.severity] if case.rule else [])
    assert case.row is None or all(mark.row == case.row for mark in expected)


def _matters(mark: Mark) -> bool:
    return Severity.parse(mark.severity) > Severity.INFO
