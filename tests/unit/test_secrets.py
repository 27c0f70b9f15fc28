"""What looks like a secret is shown nowhere: neither in messages nor in code frames."""

from __future__ import annotations

import json

import pytest

from turnlint.model import Edit, Fix, JsonFault, Place, RuleSettings, Severity, Span
from turnlint.report._frame import frame
from turnlint.rules import Bound, all_rules, quote
from turnlint.text.secrets import KINDS, hide

BODY = "Zq7Rk2Vw9Xp4Lm3Tn8Bs6Hd1" * 9
HEADER = "-----BEGIN RSA " + "PRIVATE KEY-----"


def body(alphabet: str, count: int) -> str:
    letters = "0123456789abcdef" if alphabet == "[0-9a-f]" else "QZWXPKTV"
    return (letters * count)[:count]


SECRETS = [
    *(
        (prefix, body(one.alphabet, int(one.length.strip("{}").partition(",")[0])))
        for one in KINDS
        for prefix in one.prefixes
    ),
    ("sk-", BODY[:20] + "T3Blbk" + "FJ" + BODY[:20]),
    (HEADER, "\n" + BODY),
]


@pytest.mark.parametrize(("prefix", "secret"), SECRETS, ids=lambda words: words[:11])
def test_secrets_are_hidden_however_they_stand(prefix: str, secret: str) -> None:
    text = f"key:\n{prefix}{secret}; now"
    assert hide(text) == f"key:\n{prefix}{'•' * len(secret)}; now"
    for shown in (hide(json.dumps({"key": text})), hide(quote(prefix + secret))):
        assert secret.strip()[:6] not in shown
        assert secret[-6:] not in shown


@pytest.mark.parametrize(
    "text",
    ["sk-learn and task-list", "hf_token", "npm_config_registry", "a ghp_short one", "AKIA", f"{HEADER} …"],
)
def test_other_words_are_shown(text: str) -> None:
    assert hide(text) == text


def test_findings_quote_no_secret() -> None:
    secret = "".join(SECRETS[0])
    bound = Bound(all_rules()["unknown-role"], RuleSettings(Severity.ERROR))
    fix = Fix(f"Remove `{secret}`", (Edit(Place(), remove=True),))
    finding = bound.at(Place(), f"`{secret}` is not a role", fix=fix)
    assert finding.fix is not None
    fault = bound.fault(JsonFault("invalid-json", Place(), f"{secret} is not a JSON value."))
    for shown in (finding.message, finding.fix.message, fault.message):
        assert secret[:4] in shown
        assert secret[-12:] not in shown


def test_frames_show_no_secret_though_no_rule_has_found_it() -> None:
    prefix, secret = SECRETS[0]
    cut = frame(f'{{"role": "usr", "content": "{prefix}{secret}"}}', Span(9, 14), 100)
    assert f'"{prefix}••••' in cut.line
    assert secret[:6] not in cut.line
    assert (cut.indent, cut.length) == (9, 5)


def test_frames_in_the_middle_of_a_private_key_show_nothing_of_it() -> None:
    text = '{"content": "' + HEADER + "\\n" + BODY * 12 + '", "role": "usr"}'
    start = text.index('"usr"')
    shown = frame(text, Span(start, start + 5), 100).line
    assert "••••" in shown
    assert "Rk2Vw9" not in shown
