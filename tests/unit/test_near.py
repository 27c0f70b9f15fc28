"""Which rows may be nearly the same: one by one, in bulk and part by part."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnlint.config import resolve
from turnlint.corpus import bulk
from turnlint.corpus.bulk import sketched
from turnlint.corpus.frequency import Common, Sample, common
from turnlint.corpus.join import alike, grouped, join, records
from turnlint.corpus.near import NearIndex
from turnlint.corpus.sketch import ALIKE, BUCKET, SLOTS, VERSION, agreeing, bands, digest, sketch
from turnlint.corpus.words import FEWEST_WORDS, LONGEST_TEXT, shingles, words
from turnlint.engine.compare import Judge
from turnlint.engine.facts import example_of, exchanges, row_key
from turnlint.engine.near import NearRows, common_of, said_of
from turnlint.formats import get_format
from turnlint.rules.compare import Member, Origin

HARD = (
    *(
        "a",
        "Straße",
        "İ",
        "５²",
        "ﬁn",
        "你好，世界",
        "คำ",
        "e\u0301",
        "\u0301",
        "\ud800",
        "👍🏽",
        "\n",
        "don't",
    ),
    *(
        "x_y",
        "",
        " ",
        "0123456789abcdef!",
        "ΑΣ",
        "가\u1100\u1161",
        "\ufe0f",
        "हिन्दी",
        "ー",
        "ｱｲ",
        "１２",
        "\x00",
    ),
    *("½", "\U000e0001"),
)
PIECES = st.sampled_from(HARD)
SPACED = st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=40).map(" ".join)
TEXTS = SPACED | st.lists(PIECES, max_size=60).map("".join)


def prose(rng: random.Random, count: int, vocabulary: int = 5_000) -> list[str]:
    return [f"w{rng.randrange(vocabulary)}" for _ in range(count)]


def edited(rng: random.Random, words: list[str], edits: int) -> list[str]:
    """The words, some of which were replaced, dropped or put in."""
    result = list(words)
    for number in range(edits):
        at = rng.randrange(len(result))
        result[at : at + rng.randint(0, 1)] = [f"new{number}x{rng.randrange(10**6)}"] * rng.randint(0, 1)
    return result


def alone(text: str, common: Common = Common()) -> bytes | None:  # noqa: B008
    return sketch(common.rare(shingles(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It's 5 o'clock, isn't it?", "it s 5 o clock isn t it"),
        ("STRASSE Straße", "strasse strasse"),
        ("ＡＢＣ１２３ ﬁne", "abc123 fine"),
        ("snake_case—dash\u2028line", "snake case dash line"),
        ("你好，世界。", "你 好 世 界"),
        ("ひらカター한글", "ひ ら カ タ ー 한 글"),
        ("ภาษาไทย", "ภ า ษ า ไ ท ย"),
        ("मैं हिन्दी", "मैं हिन्दी"),
        ("cafe\u0301 café", "café café"),
        ("😀 5 👍🏽 ❤️ x", "5 x"),
        ("\ud83d x \udc00", "x"),
        ("Привет, Мир", "привет мир"),
        ("½ cup", "1 2 cup"),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert [word.decode() for word in words(text)] == expected.split()


def test_how_a_text_is_written_makes_no_difference() -> None:
    one = "The QUICK brown fox, café: jumps over the lazy dog. And so on — and on!"
    other = "the  quick\nbrown fox; cafe\u0301 jumps over “the” lazy dog and so on and ｏｎ"
    assert shingles(one) == shingles(other) != []


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, max_size=12))
def test_many_texts_at_once_give_what_each_gives_alone(texts: list[str]) -> None:
    found = bulk.shingles(texts)
    assert found.hashes.tolist() == [one for text in texts for one in shingles(text)]
    assert found.counts.tolist() == [len(shingles(text)) for text in texts]
    numbers, sketches = sketched(texts, Common())
    assert dict(zip(numbers.tolist(), map(bytes, sketches), strict=True)) == {
        at: made for at, text in enumerate(texts) if (made := alone(text)) is not None
    }


def test_short_and_empty_texts_beside_long_ones_read_into_none() -> None:
    rng = random.Random(3)
    texts = []
    for count in [0, 1, 2, 3, FEWEST_WORDS - 1, FEWEST_WORDS, 0, 0, 40, 1, 300, 2, 2]:
        texts.append(" ".join(prose(rng, count)))
    assert bulk.shingles(texts).counts.tolist() == [0, 0, 0, 0, 0, 10, 0, 0, 38, 0, 298, 0, 0]
    assert bulk.shingles(texts).hashes.tolist() == [one for text in texts for one in shingles(text)]


def test_keys_of_sketches_are_the_same_in_bulk() -> None:
    rng = random.Random(5)
    texts = [" ".join(prose(rng, rng.randint(FEWEST_WORDS, 900))) for _ in range(300)]
    _, sketches = sketched(texts, Common())
    singles = [made for text in texts if (made := alone(text)) is not None]
    keys = bulk.bands(sketches)
    assert list(map(tuple, keys.tolist())) == list(map(bands, singles))
    assert bulk.digests(keys).tolist() == list(map(digest, singles))
    assert bulk.agreeing(sketches[:-1], sketches[1:]).tolist() == list(map(agreeing, singles, singles[1:]))
    assert len(np.unique(keys)) == keys.size


def test_sketches_of_this_version_are_the_same_for_good() -> None:
    made = alone(
        "The old church stands on a hill to the north of the market, 教会は丘の上に立っています, and is used."
    )
    assert made is not None
    assert (VERSION, digest(made)) == (1, 0xCE7B49D8A1449ADE)


def test_a_sketch_tells_how_much_two_texts_share() -> None:
    rng = random.Random(7)
    for edits in (1, 4, 12, 30, 80):
        off = []
        for _ in range(60):
            one = prose(rng, 400)
            other = edited(rng, one, edits)
            left, right = (set(shingles(" ".join(each))) for each in (one, other))
            made = [sketch(each) for each in (left, right)]
            assert made[0] is not None
            assert made[1] is not None
            off.append(agreeing(made[0], made[1]) / SLOTS - len(left & right) / len(left | right))
        assert abs(sum(off) / len(off)) < 0.03
        assert (sum(each * each for each in off) / len(off)) ** 0.5 < 0.08


def test_hostile_texts_take_bounded_time() -> None:
    texts = ["a" * (1 << 20), "word " * (1 << 20), "字" * (1 << 24), "1 2 3 4 5 6 7 8 9 10 11 12 " * 3]
    _, sketches = sketched(texts, Common())
    assert len(sketches) == 3
    assert len(bulk.shingles(texts[1:2]).hashes) == LONGEST_TEXT // 5 - 1
    assert alone("word " * 20) == bytes(sketches[0])


def test_what_stands_in_many_rows_is_common() -> None:
    rng = random.Random(1)
    template = prose(rng, 40)
    texts = [" ".join([*template, *prose(rng, 60)]) for _ in range(60)] + [
        " ".join(prose(rng, 80)) for _ in range(900)
    ]
    found = common(texts, 30)
    own = set(shingles(" ".join(template)))
    for text in texts[:3]:
        assert set(shingles(text)) - set(found.rare(shingles(text))) >= own
        assert len(list(found.rare(shingles(text)))) >= 55
    assert found == common(sorted(texts), 30)
    assert common(texts, 60) == Common()


@settings(max_examples=30, deadline=None)
@given(st.lists(TEXTS, max_size=30), st.integers(0, 3), st.integers(1, 4))
def test_what_is_common_is_the_same_in_bulk(texts: list[str], most: int, times: int) -> None:
    texts *= times
    found = common(texts, most)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("turnlint.corpus.frequency.BULK", 0)
        assert common(texts, most) == found
    hashes = bulk.shingles(texts).hashes
    assert hashes[found.are_rare(hashes)].tolist() == list(found.rare(hashes.tolist()))


def test_a_sample_that_is_merged_is_not_thinned_too_much() -> None:
    one, other, whole = Sample(), Sample(), Sample()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("turnlint.corpus.frequency._SAMPLE_ROWS", 4)
        for sample, keys in ((one, (1, 3, 5, 8)), (other, (7, 9, 11, 2, 4))):
            for key in keys:
                sample.add(key, key, 1)
                whole.add(key, key, 1)
        one.merge(other)
    assert one.handles() == whole.handles() == [2, 4, 8]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, (1 << 64) - 1), st.integers(0, 1 << 16)), max_size=200),
    st.randoms(use_true_random=False),
)
def test_a_sample_does_not_depend_on_how_the_rows_are_split_up(
    rows: list[tuple[int, int]], rng: random.Random
) -> None:
    sizes = dict(rows)  # rows with one key have the same bytes
    rows = [(key, sizes[key]) for key, _ in rows + rows[: len(rows) // 3]]

    def sampled(numbers: list[int]) -> Sample:
        sample = Sample()
        for number in numbers:
            sample.add(*(rows[number][0], number, rows[number][1]))
        return sample

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("turnlint.corpus.frequency._SAMPLE_ROWS", 20)
        patch.setattr("turnlint.corpus.frequency._SAMPLE_BYTES", 1 << 19)
        whole = sampled(list(range(len(rows))))
        numbers = list(range(len(rows)))
        rng.shuffle(numbers)
        cut = rng.randint(0, len(rows))
        parts = sampled(numbers[:cut])
        parts.merge(sampled(numbers[cut:]))
    assert parts.handles() == whole.handles()
    assert parts.most == whole.most
    assert len(whole.handles()) <= 20


def test_how_many_rows_are_common_follows_the_number_of_rows() -> None:
    def most(rows: int) -> int:
        sample, rng = Sample(), random.Random(rows)
        for number in range(rows):
            sample.add(rng.getrandbits(64), number, 100)
        return sample.most

    assert [most(rows) for rows in (0, 10, 1_000, 4_000)] == [20, 20, 20, 80]
    assert 40 <= most(10_000) <= 200 // 4
    assert 3 <= most(100_000) <= 200 // 16


def families(rng: random.Random, size: int) -> Iterator[str]:
    """Texts in families: some alike, some equal, some of one template, some strangers."""
    bases = [prose(rng, rng.randint(15, 80)) for _ in range(max(1, size // 12))]
    for _ in range(size):
        yield " ".join(edited(rng, rng.choice(bases), rng.choice([0, 0, 1, 2, 3, 8])))


def expected_pairs(sketches: dict[int, bytes]) -> set[tuple[int, int]]:
    """By definition: (later, earlier)."""
    leaders: dict[bytes, int] = {}
    pairs = set()
    for row in sorted(sketches):
        first = leaders.setdefault(sketches[row], row)
        if first != row:
            pairs.add((row, first))
    buckets: dict[int, list[int]] = {}
    for row in sorted(leaders.values()):
        for key in bands(sketches[row]):
            buckets.setdefault(key, []).append(row)
    for bucket in buckets.values():
        for one, other in combinations(bucket[:BUCKET], 2):
            if agreeing(sketches[one], sketches[other]) >= ALIKE:
                pairs.add((other, one))
    return pairs


def held_pairs(index: NearIndex, rows: Iterable[int]) -> set[tuple[int, int]]:
    return {(row, other) for row in rows for other in index.earlier(row)}


def joined_pairs(sketches: dict[int, bytes], parts: int) -> set[tuple[int, int]]:
    rows = sorted(sketches)
    held = np.frombuffer(b"".join(sketches[row] for row in rows), np.uint16).reshape(-1, SLOTS)
    made = records(np.arange(len(rows)), held)
    part = made["key"] % np.uint64(parts)
    found = np.unique(np.concatenate([join(made[part == one]) for one in range(parts)]))
    kept = grouped(*alike(found, held))
    return {(rows[later], rows[earlier]) for later, counts in kept for earlier in counts}


@pytest.mark.parametrize(("seed", "size"), [(1, 40), (2, 300), (3, 700)])
def test_all_ways_find_the_pairs_of_the_definition(seed: int, size: int) -> None:
    rng = random.Random(seed)
    texts = list(families(rng, size))
    if size > 500:  # one crowd, so that not all rows of a band are compared
        base = prose(rng, 60)
        texts += [" ".join(edited(rng, base, rng.choice([0, 1, 2]))) for _ in range(BUCKET * 2)]
        rng.shuffle(texts)
    sketches = {row: made for row, text in enumerate(texts) if (made := alone(text)) is not None}
    wanted = expected_pairs(sketches)
    assert len(wanted) > size

    one_by_one, at_once = NearIndex(), NearIndex()
    for row, made in sketches.items():
        one_by_one.enter(row, made)
    assert held_pairs(one_by_one, sketches) == wanted
    one_by_one.compact()
    assert held_pairs(one_by_one, sketches) == wanted
    numbers, held = sketched(texts, Common())
    for start in range(0, len(numbers), 97):
        at_once.extend(numbers[start : start + 97], held[start : start + 97])
    assert held_pairs(at_once, sketches) == wanted
    for index in (one_by_one, at_once):
        assert dict(index.pairs()) == {row: index.earlier(row) for row in sketches if index.earlier(row)}
        assert [row for row, _ in index.pairs()] == sorted(row for row in sketches if index.earlier(row))
    assert joined_pairs(sketches, 1) == wanted
    assert joined_pairs(sketches, 7) == wanted


def test_after_three_thousand_edits_the_index_is_as_if_made_anew() -> None:
    rng = random.Random(11)
    pool = [made for text in families(rng, 600) if (made := alone(text)) is not None]
    crowd = prose(rng, 60)
    pool += [made for _ in range(120) if (made := alone(" ".join(edited(rng, crowd, rng.choice([0, 1, 2])))))]
    place: dict[int, float] = {}  # handles come in no order, as in an editor
    index = NearIndex(place.__getitem__)
    held: dict[int, bytes] = {}

    def pairs(which: NearIndex) -> dict[int, dict[int, int]]:
        return {row: which.earlier(row) for row in held}

    for row, made in enumerate(rng.sample(pool, 500)):
        place[row], held[row] = rng.random(), made
    rows = np.array(list(held), np.int64)
    index.extend(rows, np.frombuffer(b"".join(held.values()), np.uint16).reshape(-1, SLOTS))
    before = pairs(index)
    for step in range(3_000):
        touched: set[int] = set()
        if held and rng.random() < 0.6:
            row = rng.choice(list(held))
            touched |= index.remove(row)
            del held[row]
        if rng.random() < 0.6:
            row = (
                rng.choice([row for row in place if row not in held] or [0])
                if rng.random() < 0.5
                else len(place)
            )
            if row not in held:
                place.setdefault(row, rng.random())
                held[row] = rng.choice(pool)
                touched |= index.add(row, held[row])
        if step % 50 == 0:
            now = pairs(index)
            rebuilt = NearIndex(place.__getitem__)
            for row, made in held.items():
                rebuilt.enter(row, made)
            assert now == pairs(rebuilt)
            before = now
        elif step % 50 < 4:
            now = pairs(index)
            changed = {row for row in now if now[row] != before.get(row)}
            assert changed <= touched
            before = now
        else:
            before = {} if step % 50 < 49 else pairs(index)
        if step % 700 == 699:
            index.compact()
            assert not index.is_loose
    assert index.remove(-1) == set()


def judge_of(rows: Sequence[bytes]) -> Judge:
    chat = get_format("prompt-completion")
    example = partial(example_of, format=chat)

    def member(handle: int) -> Member:
        return Member(handle, Origin(), rows.__getitem__, example, exchanges, row_key)

    return Judge(chat, resolve(), member)


def completions(texts: Iterable[str]) -> list[bytes]:
    return [json.dumps({"prompt": "Say it.", "completion": text}).encode() for text in texts]


def test_a_row_is_told_once_with_the_first_rows_that_it_is_like() -> None:
    rng = random.Random(2)
    base = [f"word{at}" for at in range(80)]
    texts = [" ".join(prose(rng, 60)), " ".join(base)]
    texts += [" ".join([*base[:at], f"other{at}", *base[at + 1 :]]) for at in range(5, 40, 5)]
    texts.append(" ".join(prose(rng, 60)))
    rows = completions(texts)
    near = NearRows(Common())
    near.extend(enumerate(texts))
    judge = judge_of(rows)
    found = {row: said_of(judge, row, earlier) for row, earlier in near.pairs()}
    assert list(found) == list(range(2, 9))
    for row, verdicts in found.items():
        (verdict,) = verdicts
        assert (verdict.rule, verdict.row) == ("near-duplicate", row)
        assert len(verdict.others) == min(5, row - 1)
        assert list(verdict.others) == sorted(verdict.others)
    assert found[2][0].others == (1,)
    assert found[5][0].others == (1, 2, 3, 4)


def test_rows_come_and_go_with_their_pairs() -> None:
    rng = random.Random(4)
    base = prose(rng, 50)
    texts = {handle: " ".join(edited(rng, base, 1)) for handle in (3, 5, 9)}
    near = NearRows(Common(), lambda handle: -handle)
    assert near.remove(3) == set()
    assert near.add(5, texts[5]) == {5}
    assert near.add(9, texts[9]) == {5, 9}
    assert near.add(3, texts[3]) == {3, 5, 9}
    assert [near.earlier(handle) for handle in (9, 5, 3, 4)] == [[], [9], [9, 5], []]
    assert near.add(4, "too few words") == {4}
    assert near.remove(9) == {3, 5}
    assert list(near.pairs()) == [(3, [5])]


@pytest.mark.parametrize("at", [0, 1 << 12, 1 << 40])
def test_numpy_or_not_makes_no_difference(at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = list(families(random.Random(6), 300))
    sample = Sample()
    for row, text in enumerate(texts):
        sample.add(row_key(text.encode()), row, len(text))
    expected = NearRows(common_of(sample, texts.__getitem__))
    expected.extend(enumerate(texts))
    monkeypatch.setattr("turnlint.engine.near.BULK", at)
    monkeypatch.setattr("turnlint.corpus.frequency.BULK", at)
    near = NearRows(common_of(sample, texts.__getitem__))
    for start in range(0, len(texts), 50):
        near.extend(list(enumerate(texts))[start : start + 50])
    assert list(near.pairs()) == list(expected.pairs())
    assert len(list(near.pairs())) > 100


def test_numpy_is_not_loaded_for_few_rows() -> None:
    program = """
import sys
from turnlint.corpus.frequency import Sample
from turnlint.engine.near import NearRows, common_of
texts = [" ".join(f"w{row * at % 89}" for at in range(60)) for row in range(400)]
sample = Sample()
for row, text in enumerate(texts):
    sample.add(row << 32, row, len(text))
near = NearRows(common_of(sample, texts.__getitem__))
near.extend(enumerate(texts))
assert list(near.pairs())
near.remove(3)
near.add(3, texts[5])
print("numpy" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
