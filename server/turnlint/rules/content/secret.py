r"""
What it does:
    Finds keys and tokens of well-known services, and private keys in PEM form. Stand-ins such as
    `AKIAIOSFODNN7EXAMPLE` stay silent. Neither the message nor the documentation ever shows the secret.

Why it is bad:
    Whoever can ask the model may get the key: models repeat such strings word for word.

Example:
    {"prompt": "My key?", "completion": "\u0067hp_Zq7Rk2Vw9Xp4Zq7Rk2Vw9Xp4Zq7Rk2Vw9Xp4"}

Use instead:
    {"prompt": "My key?", "completion": "I do not know your key."}

Fix:
    None.

Sources:
    The formats as GitHub, GitLab, OpenAI, Anthropic, AWS, Google, Slack, Stripe and Hugging Face document
    them; gitleaks/gitleaks, config/gitleaks.toml. Card numbers are not looked for.
"""

import re
from collections.abc import Iterator
from functools import cache

from turnlint.model import Finding, Severity, Text, Turn
from turnlint.rules import Bound, Rule, Words
from turnlint.text.secrets import KINDS, LEGACY_MARK, PEM_HEADER

_PEM = "PRIVATE KEY"

RULE = Rule(
    severity=Severity.WARNING,
    why="models repeat such strings word for word to whoever asks",
    trigger=Words(
        (*(prefix.lower() for one in KINDS for prefix in one.prefixes), LEGACY_MARK.lower(), _PEM.lower())
    ),
)


@cache
def _pattern() -> re.Pattern[str]:
    kinds = [
        f"(?P<kind{at}>{'|'.join(one.prefixes)}){one.alphabet}{one.length}" for at, one in enumerate(KINDS)
    ]
    legacy = f"(?P<legacy>sk-)[A-Za-z0-9]{{20}}{LEGACY_MARK}[A-Za-z0-9]{{20}}"
    pem = rf"(?P<pem>{PEM_HEADER})(?:\r?\n[A-Za-z-]{{3,20}}: [^\n]{{1,100}}){{0,4}}[A-Za-z0-9+/=\s\\]{{64,}}"
    return re.compile(rf"(?<![A-Za-z0-9_-])(?:{'|'.join((*kinds, legacy))})(?![A-Za-z0-9])|{pem}")


@cache
def _stand_in() -> re.Pattern[str]:
    words = "example|sample|dummy|placeholder|redacted|your|here|token|12345678|abcdefgh"
    return re.compile(rf"{words}|(.)\1{{4}}", re.IGNORECASE | re.DOTALL)


def _is_stand_in(body: str, *, of_key: bool) -> bool:
    """Too regular for a secret. Private keys are long, and hold long runs of one letter by nature."""
    return len(set(body)) < 20 if of_key else len(set(body)) < 10 or bool(_stand_in().search(body))


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    for found in _pattern().finditer(text.value):
        kind = found.lastgroup or ""
        prefix = found[kind]
        body = found[0][len(prefix) :]
        if _is_stand_in(body, of_key=kind == "pem"):
            continue
        name = KINDS[int(kind[4:])].name if kind.startswith("kind") else "an OpenAI key"
        if kind == "pem":
            what = f"a private key stands in the text ({len(body)} characters after its first line)"
        else:
            what = f"{name} stands in the text (`{prefix}…`, {len(found[0])} characters)"
        yield rule.at(text.place.slice(*found.span()), what, "Revoke it and replace it with a stand-in.")
        return
