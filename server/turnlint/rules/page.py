"""The page of a rule: its docstring, taken apart by its headings and set as Markdown."""

from __future__ import annotations

import textwrap

from turnlint.formats import all_formats
from turnlint.rules import RuleModule

__all__ = ["HEADINGS", "markdown", "sections", "url"]

HEADINGS = ("What it does", "Why it is bad", "Example", "Use instead", "Fix", "Sources")
_CODE = ("Example", "Use instead")


def url(name: str) -> str | None:
    """The page of a rule in the web; None until the project has one."""
    return None


def sections(page: str) -> dict[str, str]:
    """Take a docstring apart: heading -> its text, without the indent. Raises ValueError for other lines."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in page.strip("\n").splitlines():
        heading = line.rstrip().removesuffix(":")
        if heading in HEADINGS and line.rstrip().endswith(":"):
            lines = found.setdefault(heading, [])
        elif line.strip() and not line.startswith("    "):
            raise ValueError(f"not a heading and not indented: {line!r}")
        else:
            lines.append(line)
    return {heading: textwrap.dedent("\n".join(text)).strip() for heading, text in found.items()}


def markdown(module: RuleModule) -> str:
    """Set the page of a rule as Markdown, with its name, severity and parameters on top."""
    rule, parts = module.rule, sections(module.page)
    state = "on by default" if rule.default else "off by default"
    lines = [f"# {module.name}", "", f"Family `{module.family}` · {rule.severity.word} · {state}", ""]
    about = [one.name for one in all_formats() if rule.is_about(one.name)]
    if rule.formats or rule.kinds:
        lines += ["Formats: " + ", ".join(f"`{one}`" for one in about), ""]
    for heading in HEADINGS:
        if heading in parts:
            text = f"```json\n{parts[heading]}\n```" if heading in _CODE else parts[heading]
            lines += [f"## {heading}", "", text, ""]
    if rule.parameters:
        lines += ["## Parameters", "", "| name | default |", "| --- | --- |"]
        lines += [f"| `{name}` | `{value!r}` |" for name, value in rule.parameters.items()] + [""]
    return "\n".join(lines)
