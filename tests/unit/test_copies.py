"""The groups of equal lines, against counting them anew after every edit."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest

from turnlint.lsp.copies import Copies
from turnlint.text.lines import Line, LineStore


def counted(store: LineStore) -> dict[Line, list[Line]]:
    groups: defaultdict[str, list[Line]] = defaultdict(list)
    for line in store:
        groups[line.text].append(line)
    return {line: group for group in groups.values() if len(group) > 1 for line in group}


@pytest.mark.parametrize("seed", range(5))
def test_groups_follow_edits(seed: int) -> None:
    dice = random.Random(seed)
    store = LineStore("\n".join(dice.choice("abcdef") for _ in range(30)), block_lines=4)
    copies, allowed = Copies(store), 1
    accepted: dict[int, int] = {}
    for line in store:
        copies.add(line, ord(line.text))
    for _ in range(200):
        first = dice.randrange(store.count)
        last = min(store.count - 1, first + dice.choice((0, 0, 1, 3)))
        text = "\n".join(dice.choice("abcdefgh") for _ in range(dice.choice((1, 1, 2, 4))))
        change = store.replace((first, 0), (last, 9), text)
        for line in change.removed:
            copies.remove(line)
        for line in change.added:
            copies.add(line, ord(line.text))
        if dice.random() < 0.3:
            allowed = dice.randrange(1, 4)
            accepted = {ord(text): dice.randrange(1, 9) for text in dice.sample("abcdefgh", 3)}
            copies.allow(allowed, accepted)
        expected = counted(store)
        large = {
            line: group
            for line, group in expected.items()
            if len(group) > max(allowed, accepted.get(ord(line.text), 0))
        }
        assert list(copies.lines) == [pair for pair in enumerate(store) if pair[1] in large]
        groups = {id(group): group for group in large.values()}.values()
        assert copies.groups == len(groups)
        assert copies.surplus == sum(len(group) - copies.allowed(ord(group[0].text)) for group in groups)
        assert all(list(copies.group(line)) == group for line, group in expected.items())


def test_lines_that_were_never_added_are_let_go() -> None:
    store = LineStore("a\na")
    copies = Copies(store)
    copies.remove(store.line(0))
    assert not copies.lines
