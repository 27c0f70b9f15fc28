"""The numbers as one page that needs nothing else: no script, no font, no picture from anywhere.

Its content policy lets in nothing but its own style sheet. Of the data it shows numbers, known roles, and the
names of files; no text of a row.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from turnlint.engine.readiness import METHODS, Answered, Checklist, Verdict
from turnlint.engine.statistics import Statistics, histogram
from turnlint.report._markup import Markup, join, tag
from turnlint.report.statistics import Section
from turnlint.report.statistics._charts import columns, stacked, swatch
from turnlint.report.statistics._checklists import behind, counts, title
from turnlint.report.statistics._words import (
    COLUMNS,
    MEASURES,
    OVERLAPS,
    bin_label,
    cells,
    costs,
    limits,
    measures,
    name_of,
    roles,
    sentences,
)
from turnlint.text.label import counted, percent

__all__ = ["render"]


def render(sections: Sequence[Section], total: Section, checklists: Iterable[Checklist] = ()) -> str:
    """Write the page: checklists first; one file as such, of several files all together, then each."""
    if len(sections) == 1:
        name, body = name_of(sections[0]), _section(sections[0])
    else:
        name, body = f"{len(sections):,} files", join(_section(total), _files(sections))
    body = join(*map(_checklist, checklists), body)
    style = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    head = (
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(style)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{name} · turnlint stats"),
        tag("style", Markup(style)),
    )
    brand = tag("p", "turnlint stats", class_="brand")
    header = tag("header", brand, tag("h1", tag("bdi", name)))
    page = tag("html", tag("head", *head), tag("body", tag("main", header, body)), lang="en")
    return f"<!doctype html>\n{page}\n"


def _policy(style: str) -> str:
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _checklist(checklist: Checklist) -> Markup:
    """What readiness asks, and what the data answers."""
    return tag(
        "figure",
        tag("figcaption", tag("bdi", title(checklist))),
        tag("p", counts(checklist)),
        *map(_question, checklist.shown),
        class_="checklist",
    )


def _question(one: Answered) -> Markup:
    verdict = one.answer.verdict
    head = tag("p", tag("bdi", verdict.words, class_=f"verdict {verdict.key}"), one.question.asks)
    if verdict is Verdict.NOT_ASKED:
        return tag("div", head, class_="question")
    todo = [tag("p", one.answer.todo, class_="todo")] if one.answer.todo else []
    reasons = tag("details", tag("summary", "what is behind it"), *(tag("p", line) for line in behind(one)))
    return tag("div", head, tag("p", one.answer.figure), *todo, reasons, class_="question")


def _section(section: Section) -> Markup:
    """What the page says of one file, or of all."""
    found = section.statistics
    lede, *notes = (tag("p", sentence) for sentence in sentences(section))
    if not found.examples:
        return lede
    figures = [
        _histogram(section, name) for name in ("tokens", "answers", "turns") if any(getattr(found, name))
    ]
    return join(
        lede,
        tag("dl", *_tiles(section), class_="tiles"),
        tag("div", *figures, class_="figures"),
        _roles(found),
        _distributions(found),
        tag("div", *notes, class_="notes"),
    )


def _tiles(section: Section) -> Iterator[Markup]:
    found = section.statistics
    about = " (about)" if section.about else ""
    yield _tile("examples", f"{found.examples:,}", f"{found.turns.mean:,.1f} turns each")
    yield _tile(f"tokens{about}", f"{found.tokens.sum:,}", f"{found.tokens.mean:,.0f} per example")
    if found.trained.sum:
        share = percent(found.trained.sum, found.tokens.sum)
        yield _tile("trained on", share, f"{found.trained.sum:,} tokens")
    if section.limits:
        of_limits = f"of {limits(section)} tokens"
        yield _tile("over the limit", f"{found.over:,}", of_limits, is_bad=bool(found.over))
    for family, (name, *_) in OVERLAPS.items():
        if rows := section.overlap.families[family]:
            yield _tile(name, percent(rows, found.rows), counted(rows, "row"), is_bad=True)
    for bill in section.bills:
        about = " (about)" if bill.is_about else ""
        whose = f" for {METHODS[bill.stage]}" if len(section.bills) > 1 else ""
        yield _tile(f"billed{whose}{about}", f"{bill.total:,}", f"{bill.epochs:,} × {bill.tokens:,}")
        for cost, rate in costs(bill):
            yield _tile(f"cost{about}", cost, rate)


def _tile(name: str, value: str, more: str, *, is_bad: bool = False) -> Markup:
    return tag("div", tag("dt", name), tag("dd", value, class_="bad" if is_bad else None), tag("dd", more))


def _histogram(section: Section, name: str) -> Markup:
    """A histogram with its caption, and the same as a table for who cannot see it or hover over it."""
    is_main = name == "tokens"
    values, title = getattr(section.statistics, name), MEASURES[name]
    limit = section.limit if is_main else 0
    bins = histogram(values, limit)
    rows = ((bin_label(one), f"{one.count:,}", percent(one.count, values.size)) for one in bins)
    return tag(
        "figure",
        tag("figcaption", title.capitalize()),
        columns(bins, title, limit),
        tag("details", tag("summary", "as a table"), _table((title, "count", "share"), rows)),
        class_="wide" if is_main else None,
    )


def _roles(found: Statistics) -> Markup:
    tokens = roles(found)
    whole = sum(tokens.values())
    rows = (
        (
            join(swatch(role), role),
            f"{found.role_turns[role]:,}" if role in found.role_turns else "",
            f"{count:,}",
            percent(count, whole),
            f"{found.role_trained[role]:,}" if found.role_trained[role] else "",
        )
        for role, count in tokens.items()
    )
    title = "Tokens by role"
    table = _table(("role", "turns", "tokens", "share", "trained"), rows)
    return tag("figure", tag("figcaption", title), stacked(tokens, title), table)


def _distributions(found: Statistics) -> Markup:
    table = _table(
        ("", *COLUMNS, "mean", "sum"), ((name, *cells(values)) for name, values in measures(found))
    )
    return tag("figure", tag("figcaption", "Distributions"), table)


def _files(sections: Sequence[Section]) -> Markup:
    rows = (
        (
            tag("bdi", name_of(one)),
            f"{one.statistics.examples:,}",
            f"{one.statistics.tokens.sum:,}",
            *(f"{value:,}" for value in one.statistics.tokens.quantiles(0.5, 0.95, 1)),
            f"{one.statistics.over:,}" if one.limits else "",
        )
        for one in sections
    )
    table = _table(("file", "examples", "tokens", "median", "p95", "max", "over"), rows)
    each = (
        tag("details", tag("summary", tag("bdi", name_of(one))), _section(one), class_="file")
        for one in sections
    )
    return join(tag("h2", "Files"), tag("figure", table), *each)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Markup:
    names = tag("tr", *(tag("th", name, scope="col") for name in head))
    body = (tag("tr", *(tag("td", cell) for cell in row)) for row in rows)
    return tag("div", tag("table", tag("thead", names), tag("tbody", *body)), class_="scroll")
