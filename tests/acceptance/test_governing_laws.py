"""Which text governs is what a clerk would find who goes through the whole history by hand."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from simple_history.utils import bulk_create_with_history

from acceptance.models import Act, ActKind, Channel, Exposure, ExposureKind, Presentation, Surface
from acceptance.selectors import ActRow, ExposureRow, Governing, governing, governing_version, past
from accounts.models import User
from policies.models import (
    Assent,
    ChangeClass,
    NoticeRule,
    Policy,
    PolicyKind,
    PolicyText,
    PolicyVersion,
    Recall,
)
from policies.selectors import Publication, Register
from tests.acceptance import clerk
from tests.acceptance.clerk import Answer, Clerk, Event, Paper
from tests.acceptance.record_books import PRIVACY, entry, register_of, rule, rules_of
from tests.acceptance.records import undone
from tests.conftest import NOW

HOUR = timedelta(hours=1)
KINDS = {
    clerk.MAIL: ExposureKind.NOTIFIED,
    clerk.RETURNED: ExposureKind.RETURNED,
    clerk.BANNER: ExposureKind.SHOWN,
    clerk.USE: ExposureKind.USED,
    clerk.AGREED: ActKind.AGREED,
    clerk.ACKNOWLEDGED: ActKind.ACKNOWLEDGED,
    clerk.DECLINED: ActKind.DECLINED,
    clerk.WITHDRAWN: ActKind.WITHDRAWN,
}


def between(first: int, last: int) -> st.SearchStrategy[int]:
    """Draw a whole number, each as often as the others: small ones alone would tell few stories."""
    return st.sampled_from(range(first, last + 1))


class Story(NamedTuple):
    """A person's history with one policy, in hours since NOW."""

    rules: dict[str, tuple[int, bool, str, bool]]
    classes: list[str]
    papers: list[Paper]
    events: list[Event]
    joined: int
    at: int


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Draw rules, up to five versions, and what a person did and met, in any order."""
    rules = {}
    for name in ChangeClass.values:
        is_told = draw(between(0, 3)) > 0
        use_accepts = is_told and name != ChangeClass.NEW_PURPOSE and draw(st.booleans())
        rules[name] = (draw(between(0, 2)), is_told, draw(st.sampled_from(Assent.values)), use_accepts)
    papers, classes, published = list[Paper](), list[str](), 0
    for number in range(1, draw(between(1, 5)) + 1):
        published += draw(between(0, 30))
        classes.append(draw(st.sampled_from(ChangeClass.values)))
        effective = published + draw(between(0, 50))
        recalled = published + draw(between(0, 90)) if draw(between(0, 4)) == 4 else None
        papers.append(Paper(number, published, effective, recalled, *rules[classes[-1]]))
    joined = draw(between(-5, 60)) if draw(st.booleans()) else 0
    at = joined + draw(between(0, 150)) if draw(between(0, 9)) else joined - 1
    return Story(rules, classes, papers, draw(events(papers)), joined, at)


@st.composite
def events(draw: st.DrawFn, papers: list[Paper]) -> list[Event]:
    """Draw what happened about published versions: each exposure once, acts again and again."""
    found = []
    for paper in papers:
        after = between(paper.published, paper.published + 90)
        met = draw(st.sets(st.sampled_from((clerk.MAIL, clerk.RETURNED, clerk.BANNER, clerk.USE))))
        found += [Event(draw(after), what, paper.number) for what in sorted(met)]
        said = draw(st.lists(st.sampled_from(clerk.WORDS), max_size=3))
        found += [Event(draw(after), what, paper.number) for what in said]
    return sorted(found, key=lambda event: event.hour)


def moment(hour: int) -> datetime:
    """Give the instant of an hour."""
    return NOW + hour * HOUR


def written(story: Story) -> list[NoticeRule]:
    """Give the rules of a story, for everywhere."""
    found = []
    for name, (days, is_told, asks, use_accepts) in story.rules.items():
        found.append(rule(name, assent=asks, deemed=use_accepts, source=f"The rule for {name}."))
        found[-1].min_notice_days, found[-1].is_told = days, is_told
    return found


def publications(story: Story) -> list[Publication]:
    """Give the versions of a story as the register has them."""
    return [
        entry(
            paper.number,
            published_at=moment(paper.published),
            effective_at=moment(paper.effective),
            recalled_at=None if paper.recalled is None else moment(paper.recalled),
            change_class=name,
        )
        for paper, name in zip(story.papers, story.classes, strict=True)
    ]


def asked(story: Story, register: Register) -> Governing:
    """Put the question of a story to the selector."""
    acts, exposures = list[ActRow](), list[ExposureRow]()
    for key, event in enumerate(story.events):
        kind, at = KINDS[event.what], moment(event.hour)
        if isinstance(kind, ActKind):
            acts.append(ActRow(f"{key:06}", PRIVACY, event.number, event.number, kind, at))
        else:
            exposures.append(ExposureRow(key, event.number, kind, at))
    at = moment(story.at)
    known = past(
        user_id=1, country="US", joined_at=moment(story.joined), acts=acts, exposures=exposures, at=at
    )
    return governing("privacy", known, register, rules_of(*written(story)), at=at)


def answer(found: Governing) -> Answer:
    """Give the answer of the selector in the words of the clerk."""
    since = (found.effective_at - NOW) // HOUR if found.effective_at else None
    return Answer(found.publication.number if found.publication else 0, found.basis.value, since)


def by_hand(story: Story) -> Answer:
    """Let the clerk answer."""
    return Clerk(story.papers, story.events, story.joined, story.at).answer()


@pytest.mark.pure
@settings(max_examples=300)
@given(stories())
def test_what_governs_is_what_a_clerk_finds_by_hand(story: Story) -> None:
    assert answer(asked(story, register_of(*publications(story)))) == by_hand(story)


@pytest.mark.pure
@settings(max_examples=100)
@given(stories())
def test_what_happens_later_never_changes_the_answer_about_before(story: Story) -> None:
    at, everything = moment(story.at), publications(story)
    then = [
        replace(one, recalled_at=one.recalled_at if one.is_recalled(at) else None)
        for one in everything
        if one.published_at <= at
    ]
    earlier = story._replace(events=[event for event in story.events if event.hour <= story.at])

    assert asked(earlier, register_of(*then)).as_json() == asked(story, register_of(*everything)).as_json()


@pytest.mark.pure
@settings(max_examples=100)
@given(stories())
def test_the_evidence_of_an_answer_was_on_record_and_is_about_what_it_is_named_for(story: Story) -> None:
    found = asked(story, register_of(*publications(story)))

    numbers = [reason.versions[0] for reason in found.reasons if reason.versions]
    known = {key: event for key, event in enumerate(story.events) if event.hour <= story.at}
    assert numbers == sorted(set(numbers), reverse=True)
    for reason in found.reasons:
        named = [*(int(act.id) for act in reason.acts), *(row.id for row in reason.exposures)]
        # A withdrawal from the policy is about every version.
        about = [known[key].number for key in named if known[key].what != clerk.WITHDRAWN]
        assert all(number >= reason.versions[0] for number in about)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=stories())
def test_the_database_answers_as_the_clerk_does(
    story: Story, alice: User, charlie: User, policy: Policy, rules_without_a_past: None
) -> None:
    with undone():
        alice.date_joined = moment(story.joined)
        alice.save()
        file(story, policy, alice, charlie)

        found = governing_version(alice, policy.slug, at=moment(story.at))

        assert answer(found) == by_hand(story)


@pytest.fixture
def policy(make_policy: Callable[..., Policy]) -> Policy:
    """Give the policy that the stories are about."""
    return make_policy()


def file(story: Story, policy: Policy, person: User, other: User) -> None:
    """Write a story into the database; `other` lives through the same, and says yes to everything."""
    NoticeRule.objects.filter(policy_kind=PolicyKind.PRIVACY_NOTICE, jurisdiction="*").delete()
    NoticeRule.history.filter(policy_kind=PolicyKind.PRIVACY_NOTICE, jurisdiction="*").delete()
    bulk_create_with_history(written(story), NoticeRule, default_date=NOW - timedelta(days=1000))
    shown = Presentation.objects.create(sha256="0" * 64, surface=Surface.REVIEW_PAGE, wording={})
    texts = [
        publish(policy, paper, name, other) for paper, name in zip(story.papers, story.classes, strict=True)
    ]
    for event in story.events:
        text, kind, at = texts[event.number - 1], KINDS[event.what], moment(event.hour)
        if isinstance(kind, ExposureKind):
            Exposure.objects.create(user=person, version=text.version, kind=kind, at=at)
            continue
        for who, what in ((person, kind), (other, ActKind.AGREED)):
            # Acts of the same hour follow each other in the story; in the database their keys decide.
            key = uuid.UUID(int=Act.objects.count())
            Act.objects.create(
                id=key,
                user=who,
                version=text.version,
                text=text,
                kind=what,
                at=at,
                channel=Channel.WEB,
                presentation=shown,
            )


def publish(policy: Policy, paper: Paper, change_class: str, by: User) -> PolicyText:
    """Write a published version into the database, and its recall; give its text."""
    version = PolicyVersion.objects.create(policy=policy, change_class=change_class, created_at=NOW)
    text = PolicyText.objects.create(version=version, language="en", title="T", body="B.", sha256="0" * 64)
    version.number, version.fingerprint = paper.number, "0" * 64
    version.published_at, version.effective_at = moment(paper.published), moment(paper.effective)
    version.save()
    if paper.recalled is not None:
        Recall.objects.create(
            version=version, reason="Wrong.", recalled_by=by, recalled_at=moment(paper.recalled)
        )
    return text
