"""The files of a pack about a person: what governed them, what they were told and shown, what they did."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from acceptance.models import Act, Checkpoint, Exposure
from acceptance.selectors import Governing, acts_of, governing, legacy_of, legacy_record, past_of, receipt_of
from accounts.models import User
from notifications.models import Notice
from policies.canonical import instant
from policies.comparisons import published
from policies.models import PolicyVersion
from policies.selectors import Publication, Register, RuleBook, load_register, load_rule_book_at

from ..papers import as_json, comparison_page, paper
from ..selectors import Event, message_of, notice_record, notices_of, timeline
from .version_files import demand_record, text_files, version_file


@dataclass(frozen=True)
class Dealings:
    """All that is on record between a person and the site."""

    person: User
    acts: Sequence[Act]
    exposures: Sequence[Exposure]
    notices: Sequence[Notice]

    @property
    def languages(self) -> set[str]:
        """The languages in which the person met texts."""
        told = {notice.language for notice in self.notices if notice.language}
        return {self.person.language, *told, *(act.text.language for act in self.acts)}

    @property
    def versions(self) -> set[int]:
        """The keys of the versions that the person met."""
        told = {notice.campaign.version_id for notice in self.notices}
        met = {exposure.version_id for exposure in self.exposures}
        return told | met | {act.version_id for act in self.acts}


def dealings_with(person: User) -> Dealings:
    """Read what is on record of a person."""
    exposures = Exposure.objects.filter(user=person).select_related("version__policy").order_by("at", "pk")
    acts = acts_of(person).select_related("context", "entry")
    return Dealings(person, list(acts), list(exposures), notices_of(person))


def person_files(
    person: User, *, at: datetime, made_at: datetime, checkpoint: Checkpoint | None
) -> dict[str, bytes]:
    """Give the files about a person and the instant `at`, by path. Nobody else is named in them.

    What lies after `made_at` is told as what is to come.
    """
    held, register = dealings_with(person), load_register()
    concerned = list(concerning(held, register))
    rules, past = load_rule_book_at(at), past_of(person, at=at)
    answers = [governing(slug, past, register, rules, at=at) for slug in register.by_slug]
    legacy = list(legacy_of(person).select_related("entry", "policy", "version").defer(None))
    events = timeline(concerned, held.acts, held.exposures, held.notices, legacy, now=made_at)
    files = {
        "answer.json": as_json([answer.as_json() for answer in answers]),
        "identity.json": as_json(identity(person)),
        "timeline.json": as_json([event_record(event) for event in events]),
        "exposures.json": as_json([exposure_record(exposure) for exposure in held.exposures]),
        "rules.json": as_json(rule_records(concerned, rules, person.country)),
    }
    for act in held.acts:
        files[f"acts/{act.pk}.json"] = as_json(receipt_of(act, checkpoint))
    for one in legacy:
        files[f"taken_over/legacy-{one.pk}.json"] = as_json(legacy_record(one, checkpoint))
    for notice in held.notices:
        files |= notice_files(notice, checkpoint)
    versions = PolicyVersion.objects.filter(pk__in=[entry.version_id for entry in concerned])
    for version in versions.select_related("policy", "recall").prefetch_related("texts"):
        files |= version_file(version, checkpoint) | text_files(version, held.languages)
    files |= comparison_files(concerned, register, held.languages)
    files["report.html"] = report(held, at, events, answers, files)
    return files


def concerning(held: Dealings, register: Register) -> Iterable[Publication]:
    """Give the versions that concern a person: those they met, and all from the one they joined under."""
    for slug in register.by_slug:
        first = register.in_force(slug, held.person.date_joined)
        since = first.number if first else 1
        yield from (e for e in register.of(slug) if e.number >= since or e.version_id in held.versions)


def identity(person: User) -> dict[str, Any]:
    """Give who a person is, as the site knows them today."""
    return {
        "id": person.pk,
        "id_in_the_shop": person.external_id,
        "email": person.email,
        "guardian_email": person.guardian_email,
        "language": person.language,
        "country": person.country,
        "time_zone": person.time_zone,
        "joined_at": instant(person.date_joined),
        "is_active": person.is_active,
    }


def event_record(event: Event) -> dict[str, Any]:
    """Give an event of the timeline."""
    return event._asdict() | {"at": instant(event.at)}


def exposure_record(exposure: Exposure) -> dict[str, Any]:
    """Give how and when a person first met a version."""
    return {
        "id": exposure.pk,
        "policy": exposure.version.policy.slug,
        "version": exposure.version.number,
        "kind": exposure.kind,
        "at": instant(exposure.at),
    }


def rule_records(concerned: Iterable[Publication], rules: RuleBook, country: str) -> list[dict[str, Any]]:
    """Give what the rules ask of people of a country for each version."""
    return [
        {"policy": entry.slug, "version": entry.number, "change_class": entry.change_class}
        | demand_record(rules.demand(entry.kind, entry.change_class, country))
        for entry in concerned
    ]


def notice_files(notice: Notice, checkpoint: Checkpoint | None) -> dict[str, bytes]:
    """Give the record of a notice, and the message as it was sent."""
    message = message_of(notice)
    files = {f"notices/{notice.pk}.json": as_json(notice_record(notice, checkpoint))}
    return files | ({f"notices/{notice.pk}.eml": message} if message else {})


def comparison_files(
    concerned: Iterable[Publication], register: Register, languages: Iterable[str]
) -> dict[str, bytes]:
    """Give what each version changed, in each language that the person met."""
    files = {}
    for entry in concerned:
        before = register.before(entry)
        for text in {entry.text(language) for language in languages} if before else ():
            old = before.text(text.language) if before else text
            name = f"comparisons/{entry.slug}-{before.number if before else 0}-{entry.number}-{text.language}"
            heading = f"{text.title}: {before.number if before else 0} → {entry.number}"
            files[f"{name}.html"] = comparison_page(published(old), published(text), heading)
    return files


def text_path(answer: Governing, person: User, files: Iterable[str]) -> str:
    """Give the file with the text that governed, as the person is shown it; nothing where none did."""
    if answer.publication is None:
        return ""
    path = f"texts/{answer.publication.text(person.language).sha256}.md"
    return path if path in files else ""


def report(
    held: Dealings,
    at: datetime,
    events: Sequence[Event],
    answers: Sequence[Governing],
    files: Iterable[str],
) -> bytes:
    """Give the page on which all of it can be read."""
    return paper(
        "person.html",
        person=held.person,
        identity=identity(held.person),
        at=at,
        events=events,
        answers=[(answer, text_path(answer, held.person, files)) for answer in answers],
        acts=held.acts,
        notices=[(notice, f"notices/{notice.pk}.eml" in files) for notice in held.notices],
        comparisons=[path for path in files if path.startswith("comparisons/")],
    )
