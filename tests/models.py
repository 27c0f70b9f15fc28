"""Folders of small models: a tokenizer that is trained here, and a chat template."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

TEMPLATES = Path(__file__).parents[1] / "fixtures" / "templates"
SHAPES = ("chatml", "llama3", "mistral", "gemma")
SPECIAL = {
    "chatml": ("<|endoftext|>", "<|im_start|>", "<|im_end|>"),
    "llama3": ("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
    "mistral": ("<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]"),
    "gemma": ("<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>"),
}
"""The special tokens of each shape; the first begins a text, the second ends one where that is said."""
_NAMED = {
    "chatml": {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"},
    "llama3": {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"},
    "mistral": {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"},
    "gemma": {"bos_token": "<bos>", "eos_token": "<eos>"},
}
_WORDS = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def byte_level(special: tuple[str, ...] = SPECIAL["chatml"], *, split: bool = True) -> Tokenizer:
    """A byte-level BPE tokenizer, such as Qwen's and Llama's; without `split` tokens join words."""
    tokenizer = Tokenizer(models.BPE())
    words = [pre_tokenizers.Split(Regex(_WORDS), behavior="isolated")] if split else []
    to_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*words, to_bytes])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=1500,
        show_progress=False,
        initial_alphabet=alphabet,
        special_tokens=list(special),
        max_token_length=32,
    )
    tokenizer.train_from_iterator(_texts(), trainer)
    return tokenizer


def sentencepiece(special: tuple[str, ...] = SPECIAL["mistral"]) -> Tokenizer:
    """A BPE tokenizer that joins words with `▁` and falls back on bytes, such as Mistral's and Gemma's."""
    alphabet = [f"<0x{byte:02X}>" for byte in range(256)]
    trained = Tokenizer(models.BPE(unk_token="<unk>"))
    trained.normalizer = normalizers.Replace(" ", "▁")
    trained.pre_tokenizer = pre_tokenizers.Split(Regex("▁?[^▁]+|▁+"), behavior="isolated")
    trainer = trainers.BpeTrainer(
        vocab_size=1500,
        show_progress=False,
        special_tokens=["<unk>", *special, *alphabet],
        limit_alphabet=120,
    )
    trained.train_from_iterator(_texts(), trainer)
    model = json.loads(trained.to_str())["model"]
    merges = [tuple(merge) for merge in model["merges"]]
    tokenizer = Tokenizer(
        models.BPE(model["vocab"], merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    )
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback()])
    tokenizer.add_special_tokens(["<unk>", *special])
    return tokenizer


def unigram(special: tuple[str, ...] = SPECIAL["mistral"]) -> Tokenizer:
    """A Unigram tokenizer with a prefix space, such as T5's."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=600, show_progress=False, special_tokens=["<unk>", *special], unk_token="<unk>"
    )
    tokenizer.train_from_iterator(_texts(), trainer)
    return tokenizer


KINDS = {"byte-level": byte_level, "sentencepiece": sentencepiece, "unigram": unigram}


def write(folder: Path, tokenizer: Tokenizer, shape: str | None = None, **config: Any) -> Path:
    """Write a model's folder, and give the path of its tokenizer.json."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "tokenizer.json"
    tokenizer.save(str(path))
    named = _NAMED.get(shape, {}) if shape else {}
    config = {"tokenizer_class": "PreTrainedTokenizerFast"} | named | config
    if shape:
        text = (TEMPLATES / f"{shape}.jinja").read_text(encoding="utf-8")
        (folder / "chat_template.jinja").write_text(text, encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    return path


def _texts() -> Iterator[str]:
    root = Path(__file__).parents[1]
    for path in sorted(root.glob("fixtures/rules/*/*.md"))[:80]:
        yield path.read_text(encoding="utf-8")
