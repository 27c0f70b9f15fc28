"""Which files are one data set: what their names say, and what the settings say."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from turnlint.config.datasets import (
    DatasetFiles,
    dataset_of,
    files_below,
    files_of,
    gather,
    matches_nothing,
)
from turnlint.config.discovery import SettingsFinder
from turnlint.engine.splits import namesake, split_of

SETTINGS = """
[[dataset]]
name = "support"
train = ["sft/train*.jsonl"]
validation = ["sft/valid.jsonl", "deep/**/held.jsonl"]

[[dataset]]
name = "support"
stage = "preference"
train = ["pairs.jsonl"]

[[dataset]]
train = ["other/a.jsonl"]
test = ["/other/b.jsonl"]
"""


def names(sets: Iterable[DatasetFiles], root: Path) -> list[list[str]]:
    """The files of each data set, as `split:path`."""
    return [[f"{file.split}:{file.path.relative_to(root).as_posix()}" for file in one.files] for one in sets]


def gathered(root: Path, *files: str) -> list[list[str]]:
    return names(gather([root / one for one in files], SettingsFinder()), root)


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("train.jsonl", "train"),
        ("support.jsonl", "train"),
        ("my-Valid.jsonl", "validation"),
        ("dev_1.jsonl.gz", "validation"),
        ("contest.jsonl", "train"),
        ("holdout.jsonl", "test"),
        ("test_validation.jsonl", "validation"),
        ("", "train"),
    ],
)
def test_the_split_in_a_name(name: str, split: str) -> None:
    assert split_of(name) == split


@pytest.mark.parametrize(
    ("one", "other", "are_alike"),
    [
        ("train.jsonl", "valid.jsonl", True),
        ("sft_train.jsonl", "sft-val.jsonl", True),
        ("Train.JSONL", "test.ndjson.gz", True),
        ("train-00000-of-00002.jsonl", "validation-00000-of-00001.jsonl", True),
        ("日本語_train.jsonl", "日本語_test.jsonl", True),
        ("de.train.jsonl", "fr.valid.jsonl", False),
        ("fold1_train.jsonl", "fold2_valid.jsonl", False),
        ("fold-1-train.jsonl", "fold-2-valid.jsonl", False),
        ("train_sft.jsonl", "sft_valid.jsonl", False),
        ("train_2024.jsonl", "valid_2025.jsonl", False),
        ("train.jsonl", "train_valid.jsonl", False),
    ],
)
def test_names_that_differ_in_the_word_for_the_split_alone(one: str, other: str, are_alike: bool) -> None:
    said = [namesake(one), namesake(other)]
    assert ({known and known[1] for known in said} == {said[0] and said[0][1]}) == are_alike


@pytest.mark.parametrize("name", ["", "support.jsonl", "train_test.jsonl", "trainer.jsonl", "latest.jsonl"])
def test_names_that_say_no_split_or_several(name: str) -> None:
    assert namesake(name) is None


def test_files_that_no_settings_name(tmp_path: Path) -> None:
    files = ("valid.jsonl", "a/train.jsonl", "notes.jsonl", "train.jsonl", "test.jsonl.gz", "b/valid.jsonl")
    assert gathered(tmp_path, *files) == [
        ["train:train.jsonl", "validation:valid.jsonl", "test:test.jsonl.gz"],
        ["train:a/train.jsonl"],
        ["train:notes.jsonl"],
        ["validation:b/valid.jsonl"],
    ]


def test_one_split_is_no_data_set(tmp_path: Path) -> None:
    files = ("train-00000-of-00002.jsonl", "x.jsonl", "train-00001-of-00002.jsonl")
    assert gathered(tmp_path, *files) == [[f"train:{one}"] for one in files]
    assert len(gathered(tmp_path, *files, "test.jsonl")) == 2


def test_tables_with_one_name_are_one_data_set(tmp_path: Path) -> None:
    (tmp_path / "turnlint.toml").write_text(SETTINGS)
    files = (
        "sft/valid.jsonl",
        "other/b.jsonl",
        "pairs.jsonl",
        "sft/train-2.jsonl",
        "other/a.jsonl",
        "z.jsonl",
    )
    assert gathered(tmp_path, *files) == [
        ["train:pairs.jsonl", "train:sft/train-2.jsonl", "validation:sft/valid.jsonl"],
        ["train:other/a.jsonl", "test:other/b.jsonl"],
        ["train:z.jsonl"],
    ]
    first, second, third = gather([tmp_path / one for one in files], SettingsFinder())
    assert [one.name for one in (first, second, third)] == ["support", "", ""]
    assert [one.number for one in first.files] == [2, 3, 0]


def test_tables_of_different_settings_files_are_apart(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "turnlint.toml").write_text('[[dataset]]\nname = "one"\ntrain = ["*.jsonl"]\n')
    assert len(gathered(tmp_path, "a/x.jsonl", "b/x.jsonl")) == 2


def test_what_the_settings_say_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "turnlint.toml").write_text(
        '[[dataset]]\ntrain = ["*.jsonl"]\nvalidation = ["valid.jsonl"]\n'
    )
    finder = SettingsFinder()
    both = finder.settings(tmp_path / "valid.jsonl")
    assert (both.split, both.dataset.splits) == ("train", ("train", "validation"))
    assert both.dataset.listed == ("train", "validation")
    assert finder.settings(tmp_path / "a.jsonl").dataset.listed == ("train",)
    assert finder.settings(tmp_path / "a.txt").dataset.splits == ()


def test_the_other_files_are_found_by_name(tmp_path: Path) -> None:
    for name in ("train.jsonl", "valid.jsonl", "test.txt", "x_test.jsonl", "a/test.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "dev.jsonl").mkdir()
    found = dataset_of(tmp_path / "valid.jsonl", SettingsFinder())
    assert names([found], tmp_path) == [["train:train.jsonl", "validation:valid.jsonl"]]
    assert [one.number for one in found.files] == [1, 0]
    alone = dataset_of(tmp_path / "missing" / "notes.jsonl", SettingsFinder())
    assert names([alone], tmp_path) == [["train:missing/notes.jsonl"]]


def test_the_other_files_are_found_by_the_settings(tmp_path: Path) -> None:
    (tmp_path / "turnlint.toml").write_text('exclude = ["train-old.jsonl"]\n' + SETTINGS)
    kept = ("sft/train-1.jsonl", "sft/valid.jsonl", "deep/a/b/held.jsonl", "pairs.jsonl")
    left = ("train.jsonl", "sft/train-old.jsonl", ".git/pairs.jsonl", "node_modules/pairs.jsonl", "sft/c.md")
    for name in (*kept, *left):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "deep" / "loop").symlink_to("..")
    found = dataset_of(tmp_path / "sft" / "valid.jsonl", SettingsFinder())
    assert names([found], tmp_path) == [
        [
            "train:pairs.jsonl",
            "train:sft/train-1.jsonl",
            "validation:sft/valid.jsonl",
            "validation:deep/a/b/held.jsonl",
        ]
    ]


def test_what_one_split_leaves_out_another_may_have(tmp_path: Path) -> None:
    table = 'train = ["*.jsonl", "!held.jsonl"]\nvalidation = ["held.jsonl"]\ntest = ["t.jsonl", "!a.jsonl"]'
    (tmp_path / "turnlint.toml").write_text(f"[[dataset]]\n{table}\n")
    for name in ("a.jsonl", "held.jsonl"):
        (tmp_path / name).touch()
    found = dataset_of(tmp_path / "held.jsonl", SettingsFinder())
    assert names([found], tmp_path) == [["train:a.jsonl", "validation:held.jsonl"]]


@pytest.mark.parametrize(
    "pattern", ["/../*.jsonl", "../out/*.jsonl", "//out/*.jsonl", "/tmp/*.jsonl", "C:/*.jsonl"]
)
def test_no_pattern_leads_out_of_the_folder_of_the_settings(tmp_path: Path, pattern: str) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    for one in (folder, out):
        one.mkdir()
        (one / "valid.jsonl").touch()
    (folder / "turnlint.toml").write_text(f'[[dataset]]\ntrain = ["a.jsonl"]\nvalidation = ["{pattern}"]\n')
    found = dataset_of(folder / "a.jsonl", SettingsFinder())
    assert [one.path.name for one in found.files] == ["a.jsonl"]


@pytest.mark.parametrize("pattern", ["data/*.jsonl", "valid.jsonl", "deep/data/valid.jsonl"])
def test_no_link_leads_out_of_the_folder_of_the_settings(tmp_path: Path, pattern: str) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    for one in (folder / "deep", out):
        one.mkdir(parents=True)
    (out / "valid.jsonl").touch()
    for link in (folder / "data", folder / "deep" / "data"):
        link.symlink_to(out, target_is_directory=True)
    (folder / "turnlint.toml").write_text(f'[[dataset]]\ntrain = ["a.jsonl"]\nvalidation = ["{pattern}"]\n')
    finder = SettingsFinder()
    assert [one.path.name for one in dataset_of(folder / "a.jsonl", finder).files] == ["a.jsonl"]
    config = finder.config(folder)
    assert files_below(folder) == []
    assert not matches_nothing(config, pattern), "what is there is not known"
    assert matches_nothing(config, "in/*.jsonl")


def test_links_within_the_folder_of_the_settings_are_followed(tmp_path: Path) -> None:
    (tmp_path / "2026").mkdir()
    (tmp_path / "2026" / "valid.jsonl").touch()
    (tmp_path / "latest").symlink_to("2026", target_is_directory=True)
    (tmp_path / "turnlint.toml").write_text('[[dataset]]\nvalidation = ["latest/*.jsonl"]\n')
    config = SettingsFinder().config(tmp_path)
    assert files_of(config, config.settings.dataset[0])["validation"] == [tmp_path / "latest" / "valid.jsonl"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        *((one, ["a.jsonl", "part-0"]) for one in ("part-*", "data/part-0")),
        *((one, ["a.jsonl"]) for one in ("data/", "data", "**", "data/**", "*", "/data/*")),
        ("README*", ["README.md", "a.jsonl"]),
    ],
)
def test_what_else_is_in_a_folder_is_no_data(tmp_path: Path, pattern: str, found: list[str]) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    for one in ("a.jsonl", "README.md", "part-0"):
        (folder / one).write_text("{}\n")
    (tmp_path / "turnlint.toml").write_text(f'[[dataset]]\ntrain = ["data/a.jsonl", "{pattern}"]\n')
    files = dataset_of(folder / "a.jsonl", SettingsFinder()).files
    assert sorted(one.path.name for one in files) == found
