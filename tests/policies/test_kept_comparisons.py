"""A comparison is worked out once for all readers, kept by what it is made of, and given back as it was."""

import logging
from collections.abc import Callable, Iterator
from itertools import product

import pytest
from django.apps import apps
from django.db import DatabaseError, connection
from django.test import Client

from policies import comparisons, services
from policies.apps import forget_comparisons
from policies.comparisons import NOTHING, Form, Source, comparison, published, reading, stored, summary
from policies.models import KeptComparison, PolicyText, PolicyVersion
from policies.redline import Comparison, as_record, compare
from policies.rendering import digest, render
from policies.selectors import html_of, register
from tests.acceptance.records import undone
from tests.conftest import NOW, forget_all

from .conftest import DAY, save

COMPARE = "/policies/privacy/compare/1...2/"
SIX, TEN = "We keep orders for six years.", "We keep orders for ten years."
# What a comparison can hold: moves, risks, links, emphasis, tables, and what becomes something else.
OLD = """## Orders

We may keep *orders* for six years, because the tax office asks for them. [Ask](https://a.example/) us.

Whoever returns a pair of shoes gets the money back.

| What we keep | Days |
|--------------|-----:|
| Visits to the shop | 30 |

- letters to us
- calls to us

## Contact

Write to us at any time.
"""
NEW = """## Orders and returns

We must keep **orders** for ten years, because the tax office asks for them. [Ask](https://b.example/) us, 字.

| What we keep | Days |
|--------------|-----:|
| Visits to the shop | 60 |
| Returned shoes | 90 |

- letters to us

## Contact

Write to us at any time.

Whoever returns a pair of shoes gets the money back.

calls to us
"""


def source(body: str, *, renderer: str = "a renderer", language: str = "en") -> Source:
    """Give a text that no version holds, to compare."""
    return Source(digest(body), renderer, language, lambda: render(body))


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Give what is compared from now on, each time that it is."""
    seen: list[tuple[str, str]] = []

    def counted(old: str, new: str, language: str) -> Comparison:
        seen.append((old, new))
        return compare(old, new, language)

    monkeypatch.setattr(comparisons, "compare", counted)
    return seen


@pytest.fixture
def two(make_version: Callable[..., PolicyVersion]) -> list[PolicyVersion]:
    """Give two versions of the privacy policy."""
    return [
        make_version(body=body, published_at=NOW + day * DAY, effective_at=NOW + (day + 31) * DAY)
        for day, body in enumerate((SIX, TEN), start=1)
    ]


def start_afresh() -> None:
    """Forget what this process holds, as another one never knew it."""
    forget_all()
    html_of.cache_clear()


def kept_of(text: PolicyText | PolicyVersion) -> int:
    """Count the comparisons that are kept of a text, or of a version's English one."""
    found = text if isinstance(text, PolicyText) else text.texts.get(language="en")
    return KeptComparison.objects.filter(new_sha256=found.sha256).count()


def test_a_comparison_is_worked_out_once_for_all_readers_pages_and_forms(
    client: Client, two: list[PolicyVersion], worked_out: list[tuple[str, str]]
) -> None:
    pages = [COMPARE, "/policies/privacy/versions/", "/policies/privacy/versions/2/"]

    for address, form in product(pages, Form):
        assert client.get(address, {"form": form}).status_code == 200
        start_afresh()

    assert len(worked_out) == KeptComparison.objects.count() == 1


def test_another_process_finds_what_the_first_one_kept(
    client: Client, two: list[PolicyVersion], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get(COMPARE).content
    start_afresh()

    def refuse(*_texts: str) -> Comparison:
        raise AssertionError("It was compared again.")

    monkeypatch.setattr(comparisons, "compare", refuse)

    assert client.get(COMPARE).content == first
    with pytest.raises(AssertionError, match="compared again"):
        client.get("/policies/privacy/compare/2...1/")


def test_another_release_of_the_engine_works_it_out_anew(
    db: None, worked_out: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    comparison(source(SIX), source(TEN))

    monkeypatch.setattr(comparisons, "ENGINE", "policysite-redline/next")
    for _ in range(2):
        comparison(source(SIX), source(TEN))

    assert len(worked_out) == 2
    assert KeptComparison.objects.filter(engine="policysite-redline/next").count() == 1
    assert KeptComparison.objects.count() == 2


def test_the_same_words_are_kept_apart_by_renderer_language_and_direction(
    db: None, worked_out: list[tuple[str, str]]
) -> None:
    pairs = [
        (source(SIX), source(TEN)),
        (source(SIX, renderer="another"), source(TEN)),
        (source(SIX), source(TEN, renderer="another")),
        (source(SIX), source(TEN, language="de")),
        (source(TEN), source(SIX)),
    ]

    for _ in range(2):
        for pair in pairs:
            comparison(*pair)

    assert len(worked_out) == len({kept.key for kept in KeptComparison.objects.all()}) == len(pairs)


def test_the_language_chooses_the_risky_words(db: None) -> None:
    pairs = [
        (source("Wir müssen das."), source("Wir sollen das.", language=language)) for language in ("en", "de")
    ]

    english, german = (summary(*pair) for pair in pairs)

    assert (english.risks, german.risks) == ([], ["müssen → sollen"])


def test_editing_a_draft_forgets_the_comparisons_of_what_it_said(
    two: list[PolicyVersion], make_draft: Callable[..., PolicyVersion]
) -> None:
    draft = make_draft(body="We keep orders for 11 years.")
    before = draft.texts.get()
    base = published(register().of("privacy")[1].texts["en"])
    summary(base, stored(before))
    summary(published(register().of("privacy")[0].texts["en"]), base)
    assert kept_of(before) == 1

    after = save(draft, body="We keep orders for 12 years.")
    summary(base, stored(after))

    assert (kept_of(before), kept_of(after), kept_of(two[1])) == (0, 1, 1)


def test_discarding_a_draft_forgets_its_comparisons(
    two: list[PolicyVersion], make_draft: Callable[..., PolicyVersion]
) -> None:
    draft = make_draft(body="We keep orders for 11 years.")
    text = draft.texts.get()
    summary(published(register().of("privacy")[1].texts["en"]), stored(text))
    summary(NOTHING, stored(text))
    assert kept_of(text) == 2

    services.discard_draft(version_id=draft.pk)

    assert kept_of(text) == 0


@pytest.mark.parametrize("leave", ["edit", "discard"])
def test_what_another_text_still_says_stays_kept(
    two: list[PolicyVersion], make_draft: Callable[..., PolicyVersion], leave: str
) -> None:
    draft = make_draft(body=TEN)
    old, new = (entry.texts["en"] for entry in register().of("privacy"))
    summary(published(old), published(new))

    if leave == "edit":
        save(draft, body="Something else.")
    else:
        services.discard_draft(version_id=draft.pk)

    assert kept_of(two[1]) == 1


def test_saving_a_draft_as_it_was_forgets_nothing(
    two: list[PolicyVersion], make_draft: Callable[..., PolicyVersion]
) -> None:
    draft = make_draft(body="We keep orders for 11 years.")
    text = draft.texts.get()
    summary(published(register().of("privacy")[1].texts["en"]), stored(text))

    save(draft, body="We keep orders for 11 years.", title="Another title")

    assert kept_of(text) == 1


@pytest.fixture
def read_only(two: list[PolicyVersion]) -> Iterator[None]:
    """Let the database be one that can be read and not written, once the versions stand in it."""
    on, off = (
        ("PRAGMA query_only = ON", "PRAGMA query_only = OFF")
        if connection.vendor == "sqlite"
        # On PostgreSQL it ends with the savepoint.
        else ("SET TRANSACTION READ ONLY", "SELECT 1")
    )
    with undone(), connection.cursor() as cursor:
        cursor.execute(on)
        yield
        cursor.execute(off)


@pytest.mark.parametrize("address", [COMPARE, "/policies/privacy/versions/"])
def test_a_database_that_cannot_be_written_costs_the_reader_nothing(
    client: Client, read_only: None, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    response = client.get(address)

    assert response.status_code == 200
    assert "1 of 1 clause changed, 1 word added, 1 removed." in response.content.decode()
    [said] = [record for record in caplog.records if record.name == comparisons.__name__]
    assert (said.levelno, said.getMessage()) == (logging.ERROR, "A comparison could not be kept.")
    assert said.exc_info is not None
    assert isinstance(said.exc_info[1], DatabaseError)
    assert not KeptComparison.objects.exists()


def test_two_who_work_it_out_at_once_keep_it_once(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = source(SIX), source(TEN)

    def overtaken(*texts: str) -> Comparison:
        monkeypatch.setattr(comparisons, "compare", compare)
        comparison(old, new)
        return compare(*texts)

    monkeypatch.setattr(comparisons, "compare", overtaken)
    mine = comparison(old, new)

    assert KeptComparison.objects.count() == 1
    assert comparison(old, new).places == mine.places


@pytest.mark.parametrize(
    ("old", "new"), [(OLD, NEW), (NEW, OLD), (OLD, OLD), ("", NEW), (OLD, "שלום"), ("a", "👨‍👩‍👧 e\u0301")]
)
def test_what_is_restored_equals_what_was_worked_out(db: None, old: str, new: str) -> None:
    pair = (source(old) if old else NOTHING, source(new))
    fresh = comparison(*pair)
    written = [reading(*pair, form, ("Old", "New")) for form in Form]
    short = summary(*pair)
    start_afresh()

    restored = comparison(*pair)

    assert KeptComparison.objects.count() == 1
    assert restored is not fresh
    assert (restored.places, restored.old, restored.new) == (fresh.places, fresh.old, fresh.new)
    assert (restored.size, restored.risks, restored.stops) == (fresh.size, fresh.risks, fresh.stops)
    assert as_record(restored) == as_record(fresh)
    assert [reading(*pair, form, ("Old", "New")) for form in Form] == written
    assert summary(*pair) == short
    if (old, new) == (OLD, NEW):
        assert fresh.size.moves == 2
        assert {risk.kind.value for _at, risk in fresh.risks} >= {"word", "duration", "link", "number"}
        assert any(change.remarks for change in fresh.places)


def test_what_an_older_engine_compared_goes_with_the_next_migration(
    two: list[PolicyVersion],
) -> None:
    comparison(*[stored(version.texts.get()) for version in two])
    mine = KeptComparison.objects.get()
    KeptComparison.objects.create(
        key="0" * 64, engine="policysite-redline/1", old_sha256="", new_sha256="", summary={}, record=b""
    )

    forget_comparisons(app_config=apps.get_app_config("policies"), using="default")

    assert list(KeptComparison.objects.all()) == [mine]
