"""Seeded texts of the many kinds that training data holds, and of those that only an enemy writes."""

from __future__ import annotations

import random
from base64 import b64encode
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path

ROOT = Path(__file__).parent.parent

SENTENCES = {
    "Chinese": "请把这份合同翻译成英文，并指出其中可能有风险的条款。谢谢！会议改到明天上午十点。",
    "Japanese": "この関数は何をしますか?リストを逆順に並べ替えて、カタカナの単語だけを返してください。",
    "Korean": "이번 주말에 부산으로 여행을 가려고 하는데, 바다가 보이는 숙소를 추천해 주세요.",
    "Arabic": "مرحباً، أريد أن أعرف مواعيد القطارات من القاهرة إلى الإسكندرية يوم الجمعة القادم.",
    "Hebrew": "תודה רבה, אבל הקובץ שצירפת לא נפתח אצלי במחשב.",
    "Hindi": "कृपया मुझे बताइए कि यह कार्यक्रम किस भाषा में लिखा गया है।",
    "Thai": "ช่วยสรุปรายงานฉบับนี้ให้สั้นลงเหลือสามย่อหน้าได้ไหม",
    "Russian": "Пожалуйста, проверьте, правильно ли посчитаны все слагаемые в третьей строке таблицы.",
    "Greek": "Η συνάντηση μεταφέρθηκε για την Τετάρτη στις έξι το απόγευμα.",
    "Vietnamese": "Anh có thể giải thích đoạn mã này chi tiết hơn một chút được không ạ?",
    "German": "Können Sie mir bitte erklären, warum die Übung »Straße« ohne ß gedruckt wurde?",
    "emoji": "👩‍👩‍👧‍👦 🇩🇪🏴‍☠️ 👍🏽 ✨🚀 ❤️‍🔥 🤷🏻‍♀️ 1️⃣ 😀😀😀 🫠",
    "marks": "Z̸̢a͠l̷g͝o e\u0301 a\u030a ﷽ ǅ ʰʲ ｆｕｌｌ Ⅷ ٣٤ ①",
    "special": "<|endoftext|> <|im_start|>user\n<|im_end|> <|fim_prefix|>x<|fim_suffix|><|endofprompt|>",
    "harmony": "<|start|>assistant<|channel|>final<|message|>Hi<|return|><|call|><|end|> <|reserved_200777|>",
}
BLANKS = " \t\n\r\v\f\x85\xa0\u1680\u2003\u2009\u200b\u2028\u2029\u202f\u205f\u3000\ufeff\x1c\x1f"
"""White space, and what looks like it."""
CONTRACTIONS = ("I'm", "we'LL", "they've", "don't", "IT'S", "o'clock", "'d", "’s", "rock'n'roll")


def texts(count: int, seed: int = 1) -> Iterator[str]:
    """So many texts, of each kind as many, up to 600 code points long."""
    rng = random.Random(seed)
    return islice((kind(rng) for kind in cycle(KINDS.values())), count)


def _excerpts(pattern: str) -> Callable[[random.Random], str]:
    whole = "".join(path.read_text(encoding="utf-8") for path in sorted(ROOT.glob(pattern))[:40])

    def excerpt(rng: random.Random) -> str:
        at = rng.randrange(len(whole))
        return whole[at : at + rng.randint(1, 600)]

    return excerpt


def _sentences(rng: random.Random) -> str:
    return " ".join(rng.choices(list(SENTENCES.values()), k=rng.randint(1, 4)))


def _cut_sentence(rng: random.Random) -> str:
    sentence = rng.choice(list(SENTENCES.values()))
    return sentence[rng.randrange(len(sentence)) :] + rng.choice(["", "\n", "  ", "…", "!\n\n//"])


def _base64(rng: random.Random) -> str:
    return b64encode(rng.randbytes(rng.randint(1, 300))).decode()


def _blanks(rng: random.Random) -> str:
    runs = [rng.choice(BLANKS) * rng.choice([1, 1, 2, 5, 60]) for _ in range(rng.randint(1, 8))]
    return "".join(run + rng.choice(["", "", "a", "!", "1", "漢", "/"]) for run in runs)


def _any_character(rng: random.Random) -> str:
    top = rng.choice([0x80, 0x250, 0x3000, 0xD800, 0x110000])
    points = [rng.randrange(top) for _ in range(rng.randint(1, 80))]
    return "".join(chr(point) for point in points if not 0xD800 <= point < 0xE000)


def _repeated(rng: random.Random) -> str:
    return rng.choice(
        ["a", "A", "aB", "0", "漢", "é", "😀", "\u0301", "'s", "--", "=", "\\n", "a ", "<|"]
    ) * rng.randint(1, 200)


def _joined(rng: random.Random) -> str:
    parts = [
        *CONTRACTIONS,
        *SENTENCES.values(),
        *BLANKS,
        "3.14159",
        "1000000",
        "x",
        "foo_bar",
        '{"a":[1,',
        "https://",
        "\\",
        "$",
    ]
    return "".join(part[: rng.randint(1, 12)] for part in rng.choices(parts, k=rng.randint(1, 25)))


KINDS: dict[str, Callable[[random.Random], str]] = {
    "English": _excerpts("*.md"),
    "pages": _excerpts("docs/rules/*/*.md"),
    "code": _excerpts("server/turnlint/*/*.py"),
    "rows": _excerpts("fixtures/valid/*.jsonl"),
    "languages": _sentences,
    "cut": _cut_sentence,
    "base64": _base64,
    "blanks": _blanks,
    "characters": _any_character,
    "repeated": _repeated,
    "joined": _joined,
}
