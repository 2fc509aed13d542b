"""The comparison of two texts, beside lxml's htmldiff and the standard library's difflib in the same run.

The documents are sections of paragraphs and lists. Their words are drawn as often as they stand in
the demo's policy, mixed with rare ones, so that the vocabulary grows as that of real texts does.
Every measurement is a process of its own, which reports its time and its largest memory, and is
ended where it takes too long. All are forked from one that has loaded this module and done nothing else.
"""

import difflib
import multiprocessing
import random
import re
import resource
import statistics
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

django.setup()

from lxml.html.diff import htmldiff  # noqa: E402 - modules of ours need the set-up above

from policies.redline import Page, compare  # noqa: E402 - the same
from policies.rendering import render  # noqa: E402 - the same

WORDS = {"small": (2_000, 10_000), "full": (5_000, 50_000, 200_000)}
RUNS, ROUNDS = {"small": 3, "full": 3}, {"small": 1, "full": 3}
WORD = ("may", "shall")
# How much one block holds of each kind in `ONE_BLOCK`.
PIECES = {"small": (1_000, 8_000), "full": (5_000, 40_000)}
# Seconds after which a reference is ended. What it took until then is reported, and that it was ended.
PATIENCE = {"small": 5.0, "full": 60.0}
# What takes longer is measured once.
TOO_LONG = 10.0
EDITED, RARE = 0.05, 0.1
SCATTERED = "5 % of the words edited, one by one"
GATHERED = "5 % of the words edited, in every tenth paragraph"
DEMO = Path(__file__).resolve().parent.parent / "demo" / "texts"


class Author:
    """Writes documents, always the same ones."""

    def __init__(self) -> None:
        self.chance = random.Random(3)
        self.words = re.findall(r"[\w’-]+", " ".join(p.read_text() for p in sorted(DEMO.glob("*/en.md"))))
        letters = "aeioulnrstdmcpbg"
        self.rare = ["".join(self.chance.choices(letters, k=self.chance.randint(5, 11))) for _ in range(6000)]

    def draw(self, count: int) -> list[str]:
        """Give so many words."""
        return [
            self.chance.choice(self.rare if self.chance.random() < RARE else self.words) for _ in range(count)
        ]

    def document(self, words: int) -> list[str]:
        """Give the paragraphs of a document of about so many words."""
        written, paragraphs, section = 0, [], 0
        while written < words:
            section += 1
            paragraphs.append(f"## {section}. {' '.join(self.draw(4))}")
            paragraphs += [" ".join(self.draw(self.chance.randint(30, 90))) + "." for _ in range(6)]
            paragraphs.append("\n".join(f"- {' '.join(self.draw(12))}" for _ in range(4)))
            written = sum(len(paragraph.split()) for paragraph in paragraphs[-8:]) + written
        return paragraphs

    def scattered(self, paragraphs: list[str]) -> list[str]:
        """Replace single words everywhere."""
        return [self.edit(paragraph, EDITED) for paragraph in paragraphs]

    def gathered(self, paragraphs: list[str]) -> list[str]:
        """Replace every second word of every tenth paragraph."""
        return [self.edit(p, 10 * EDITED) if at % 10 == 5 else p for at, p in enumerate(paragraphs)]  # noqa: PLR2004 - any of ten

    def edit(self, paragraph: str, share: float) -> str:
        """Replace a share of the words of a paragraph."""
        return " ".join(
            self.draw(1)[0] if self.chance.random() < share and word.isalpha() else word
            for word in paragraph.split(" ")
        )

    def moved(self, paragraphs: list[str]) -> list[str]:
        """Move one paragraph from the first third to the last."""
        at = next(at for at in range(len(paragraphs) // 3, len(paragraphs)) if len(paragraphs[at]) > 300)  # noqa: PLR2004 - a long one
        rest = [*paragraphs[:at], *paragraphs[at + 1 :]]
        return [*rest[: 2 * len(rest) // 3], paragraphs[at], *rest[2 * len(rest) // 3 :]]


@dataclass(frozen=True)
class Measured:
    """The median of some runs in seconds, and the largest memory of their process in MB."""

    seconds: float
    memory: float
    runs: int


def ours(before: str, after: str) -> object:
    """Compare, and say how much changed."""
    return compare(before, after).size


def with_page(before: str, after: str) -> object:
    """Compare, and write the page in one column."""
    return Page(compare(before, after)).one_column()


def by_words(before: str, after: str) -> object:
    """Compare word by word with the standard library."""
    return difflib.SequenceMatcher(None, before.split(), after.split()).get_opcodes()


# One block that changes all over, by its size and edition: what grows faster than the block shows here.
ONE_BLOCK: dict[str, Callable[[int, int], str]] = {
    "one paragraph of {} changed numbers": lambda size, edition: (
        f"<p>{' '.join(f'fee{n} {edition}{n}' for n in range(size))}</p>"
    ),
    "one paragraph of {} bold words": lambda size, edition: (
        f"<p>{' '.join(f'<b>word{n}</b> {WORD[edition]}' for n in range(size))}</p>"
    ),
    "a row of {} cells": lambda size, edition: (
        f"<table><tr>{''.join(f'<td>cell{n} {WORD[edition]}</td>' for n in range(size))}</tr></table>"
    ),
}
REFERENCES: dict[str, Callable[[str, str], object]] = {
    "lxml.html.diff.htmldiff": htmldiff,
    "difflib": by_words,
}


def run(scale: str) -> Iterator[dict[str, object]]:
    """Give lines for each size and kind of change: time beside each reference, and memory; then growth."""
    took: dict[tuple[int, str], Measured] = {}
    for words in WORDS[scale]:
        author = Author()
        old = author.document(words)
        kinds = {
            SCATTERED: author.scattered(old),
            GATHERED: author.gathered(old),
            "one paragraph moved": author.moved(old),
            "the whole text rewritten": author.document(words),
        }
        for kind, new in kinds.items():
            texts = render("\n\n".join(old)), render("\n\n".join(new))
            took[words, kind] = yield from lines(f"{words} words, {kind}", texts, scale)
    for kind in (SCATTERED, GATHERED):
        yield growth(kind, took, scale)
    for case, write in ONE_BLOCK.items():
        yield one_block(case, write, scale)


def lines(case: str, texts: tuple[str, str], scale: str) -> Generator[dict[str, object], None, Measured]:
    """Give the lines of one case, and return what the comparison alone took."""
    calls = {"ours": ours, "page": with_page, **REFERENCES}
    took: dict[str, list[Measured]] = {name: [] for name in calls}
    # All take turns, because a machine can be slow for a minute.
    for _round in range(ROUNDS[scale]):
        for name, call in calls.items():
            is_reference = name in REFERENCES
            if is_reference and took[name] and took[name][0].seconds > TOO_LONG:
                continue
            runs, patience = (1, PATIENCE[scale]) if is_reference else (RUNS[scale], None)
            took[name].append(measure(call, texts, runs, patience))
    alone, page = (middle(took[name]) for name in ("ours", "page"))
    for name in REFERENCES:
        reference = middle(took[name])
        for what, value in (("", alone), (", with the page", page)):
            yield line(case + what, value.seconds, "s", name, reference.seconds, runs=value.runs)
    yield line(f"{case}: largest memory of the process", alone.memory, "MB", "400 MB", 400, runs=1)
    return alone


def middle(found: Sequence[Measured]) -> Measured:
    """Give the median of some measurements, and the largest memory of all."""
    seconds = statistics.median(each.seconds for each in found)
    return Measured(seconds, max(each.memory for each in found), sum(each.runs for each in found))


def growth(kind: str, took: dict[tuple[int, str], Measured], scale: str) -> dict[str, object]:
    """Give how much longer the largest text takes than the smallest, beside how much longer it is."""
    small, large = WORDS[scale][0], WORDS[scale][-1]
    times = took[large, kind].seconds / took[small, kind].seconds
    case = f"{small} to {large} words, {kind}"
    return line(case, times, "times the time", "times the words", large / small, runs=RUNS[scale])


def one_block(case: str, write: Callable[[int, int], str], scale: str) -> dict[str, object]:
    """Give how much longer a large block takes than a small one, beside how much larger it is."""
    small, large = sizes = PIECES[scale]
    few, many = (measure(with_page, (write(size, 0), write(size, 1)), 1).seconds for size in sizes)
    named = case.format(f"{small} to {large}") + ", with the page"
    return line(named, many / few, "times the time", "times the size", large / small, runs=1)


def line(
    case: str, value: float, unit: str, reference: str, reference_value: float, *, runs: int
) -> dict[str, object]:
    """Give one line. The ratio is above 1 where ours takes less than the reference."""
    return {
        "benchmark": "redline",
        "case": case,
        "value": round(value, 4),
        "unit": unit,
        "reference": reference,
        "reference_value": round(reference_value, 4),
        "ratio": round(reference_value / value, 2),
        "runs": runs,
    }


def measure(
    call: Callable[[str, str], object], texts: tuple[str, str], runs: int, patience: float | None = None
) -> Measured:
    """Run `call` in a process of its own; where `patience` ends, that time counts as what it took."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    answers = context.SimpleQueue()
    process = context.Process(target=repeat, args=(call, texts, runs, answers))
    process.start()
    process.join(patience)
    if process.is_alive():
        process.kill()
        process.join()
        return Measured(patience or 0, 0, 1)
    if process.exitcode:
        raise ChildProcessError(f"{call.__name__} ended with {process.exitcode}.")
    seconds, memory = answers.get()
    return Measured(seconds, memory, runs)


def repeat(call: Callable[[str, str], object], texts: tuple[str, str], runs: int, answers: Any) -> None:
    """Time `call` so many times, after one run that does not count, and answer with median and memory."""
    took = []
    for _run in range(runs + (runs > 1)):
        started = time.perf_counter()
        call(*texts)
        took.append(time.perf_counter() - started)
    # Linux gives kilobytes.
    answers.put((statistics.median(took[-runs:]), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000))
