"""Keys and tokens of well-known services: what they look like, and how to keep them out of what is shown."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

__all__ = ["KINDS", "LEGACY_MARK", "PEM_HEADER", "hide"]


class Kind(NamedTuple):
    """What the secrets of one service look like."""

    name: str
    prefixes: tuple[str, ...]
    alphabet: str
    """The characters behind the prefix, as a class of a regular expression."""
    length: str
    """How many of them, as a quantifier."""


KINDS = (
    Kind("a GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), "[A-Za-z0-9]", "{36}"),
    Kind("a GitHub token", ("github_pat_",), "[A-Za-z0-9_]", "{82}"),
    Kind("a GitLab token", ("glpat-",), "[A-Za-z0-9_-]", "{20}"),
    Kind("an Anthropic key", ("sk-ant-",), "[A-Za-z0-9_-]", "{44,211}"),
    Kind("an OpenAI key", ("sk-proj-", "sk-svcacct-"), "[A-Za-z0-9_-]", "{40,200}"),
    Kind("an OpenRouter key", ("sk-or-v1-",), "[0-9a-f]", "{64}"),
    Kind("an AWS access key", ("AKIA",), "[A-Z2-7]", "{16}"),
    Kind("a Google API key", ("AIza",), "[A-Za-z0-9_-]", "{35}"),
    Kind("a Slack token", ("xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-"), "[A-Za-z0-9-]", "{24,100}"),
    Kind("a Stripe key", ("sk_live_", "rk_live_"), "[A-Za-z0-9]", "{24,120}"),
    Kind("a Hugging Face token", ("hf_",), "[A-Za-z]", "{34}"),
    Kind("an npm token", ("npm_",), "[A-Za-z0-9]", "{36}"),
)
LEGACY_MARK = "T3BlbkFJ"
"""What every OpenAI key of the first kind (`sk-…`) has in its middle."""
PEM_HEADER = "-----BEGIN (?:[A-Z]{2,9} ){0,2}PRIVATE KEY(?: BLOCK)?-----"
"""The first line of a private key, as a regular expression."""

_SHORTEST = "{12,}"
"""How much of a secret gives it away; messages quote values cut."""


def hide(text: str) -> str:
    """Replace what follows the prefix of a secret by dots, one for each character.

    Works on texts, on rows as they are written, and on secrets that were cut; it may hide what is none.
    """
    if not any(map(text.__contains__, _STARTS)):  # ten times as fast as the expression
        return text
    return _pattern().sub(_dots, text)


_STARTS = ("sk-", "-----BEGIN ", *(prefix for one in KINDS for prefix in one.prefixes))


def _dots(found: re.Match[str]) -> str:
    shown: str = found["prefix"] or found["header"]
    return shown + "•" * (len(found[0]) - len(shown))


@cache
def _pattern() -> re.Pattern[str]:
    kinds = [f"(?:{'|'.join(one.prefixes)})(?={one.alphabet}{_SHORTEST})" for one in KINDS]
    prefix = "|".join((*kinds, f"sk-(?=[A-Za-z0-9]{_SHORTEST})"))
    body = r"[A-Za-z0-9+/=\s\\⏎␍⇥]{4,}"  # in quotes, line ends are shown
    return re.compile(rf"(?P<prefix>{prefix})[A-Za-z0-9_-]+|(?P<header>{PEM_HEADER}){body}")
