"""Real documents: whole histories import, publish with their dates, render and list in order.

`POLICYSITE_CORPUS` names a folder whose subfolders each hold a `manifest.csv`. Without it, the test
writes a history of its own, so that it never skips.
"""

import csv
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from policies.comparisons import comparison, published
from policies.models import PolicyText
from policies.selectors import State, html_of, load_register
from policies.services import import_history
from tests.conftest import NOW

from .test_rendering import refuse_activity

pytestmark = pytest.mark.once

VERSIONS = 40


def given_folders() -> list[Path | None]:
    """Give the folders with a manifest under the one that the environment names, else none in particular."""
    corpus = os.environ.get("POLICYSITE_CORPUS")
    return [*sorted(path.parent for path in Path(corpus).glob("*/manifest.csv"))] if corpus else [None]


def wording(number: int) -> Iterator[str]:
    """Give the paragraphs of an invented policy that grows and changes with its number."""
    yield f"---\ntitle: Privacy policy\nlayout: page\n---\n\n# Privacy policy\n\n*Version of day {number}.*"
    yield f"## What we keep\n\nWe keep orders for {number % 7 + 1} years, and <b>nothing</b> else.[^1]"
    for section in range(number // 5 + 1):
        yield f"### Section {section} {{: #section-{section} }}\n\n- one\n- two\n    1. inner\n"
    yield "| Data | Days |\n|:-----|-----:|\n| Visits | " + str(number) + " |"
    yield '<script>track()</script>\n\n<a onclick="track()" href="mailto:privacy@shop.example">Write</a>'
    yield "[^1]: As tax law asks."


def write_history(folder: Path) -> Path:
    """Write a history of `VERSIONS` files with its manifest."""
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as manifest:
        lines = csv.writer(manifest)
        lines.writerow(["number", "file", "committed_at", "subject", "words"])
        for number in range(1, VERSIONS + 1):
            moment = NOW - timedelta(days=900) + timedelta(days=20 * number)
            lines.writerow([number, f"{number:03}.md", moment.isoformat(), f"Change {number}", 1])
            (folder / f"{number:03}.md").write_text("\n\n".join(wording(number)), encoding="utf-8")
    return folder


@pytest.fixture(params=given_folders(), ids=lambda path: path.name if path else "invented")
def history(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Give a folder that holds a whole history."""
    return request.param or write_history(tmp_path)


def manifest_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as manifest:
        return list(csv.DictReader(manifest))


def test_a_whole_history_is_imported_published_with_its_dates_and_listed_in_order(
    db: None, history: Path
) -> None:
    lines = manifest_of(history)

    import_history(slug="real", folder=history, language="en", now=NOW)

    entries = load_register().of("real")
    assert [entry.number for entry in entries] == list(range(1, len(lines) + 1))
    assert [entry.published_at for entry in entries] == [
        datetime.fromisoformat(line["committed_at"]) for line in lines
    ]
    assert [entry.effective_at for entry in entries] == [entry.published_at for entry in entries]
    assert all(entry.texts["en"].title for entry in entries)


def test_every_version_of_a_history_renders_without_anything_that_acts(db: None, history: Path) -> None:
    import_history(slug="real", folder=history, language="en", now=NOW)

    for text in PolicyText.objects.order_by("pk"):
        refuse_activity(text.html)
        assert "<script" not in text.html.lower()
        assert "layout:" not in text.html


def test_the_newest_version_of_a_history_is_in_force_and_each_was_in_its_day(db: None, history: Path) -> None:
    import_history(slug="real", folder=history, language="en", now=NOW)
    facts = load_register()
    entries = facts.of("real")

    states = [facts.state(entry, NOW) for entry in entries]

    assert states[-1] is State.IN_FORCE
    assert set(states[:-1]) <= {State.SUPERSEDED, State.OVERTAKEN}
    for entry, successor in pairwise(entries):
        if entry.effective_at < successor.effective_at:
            assert facts.in_force("real", entry.effective_at) == entry


def test_every_version_of_a_history_can_be_compared_with_the_one_before(db: None, history: Path) -> None:
    import_history(slug="real", folder=history, language="en", now=NOW)

    for before, after in pairwise(load_register().of("real")):
        old, new = before.texts["en"], after.texts["en"]
        found = comparison(published(old), published(new))
        assert found.size.is_equal or html_of(old) != html_of(new)
