"""How versions were answered, read from the last counts. It costs the same for any number of people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from policies.models import Assent
from policies.selectors import Demand, Publication, Register, RuleBook, State

from ..models import PersonState, Tally

# More days than these are no easier to see in a chart.
POINTS = 30


class Part(TextChoices):
    """Where a person is counted in a report. Everyone whom a version concerns is in one of these."""

    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    AGREED = "agreed", _("agreed")
    TAKEN_OVER = "taken_over", _("taken over")
    DEEMED = "deemed", _("deemed by use")
    NOT_ASKED = "not_asked", _("not asked")
    OUTSTANDING = "outstanding", _("outstanding")
    NOT_NOTIFIED = "not_notified", _("not notified")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


ANSWERS = {
    PersonState.ACKNOWLEDGED: Part.ACKNOWLEDGED,
    PersonState.AGREED: Part.AGREED,
    PersonState.TAKEN_OVER: Part.TAKEN_OVER,
    PersonState.DECLINED: Part.DECLINED,
    PersonState.WITHDRAWN: Part.WITHDRAWN,
}


@dataclass(frozen=True)
class Figures:
    """How many people are in each part."""

    by_part: dict[Part, int] = field(default_factory=lambda: dict.fromkeys(Part, 0))

    @property
    def people(self) -> int:
        """How many people the version concerns."""
        return sum(self.by_part.values())


@dataclass(frozen=True)
class Counted:
    """How a version had been answered at the moment at which it was counted last."""

    publication: Publication
    counted_at: datetime
    never_accepted: int
    total: Figures


@dataclass(frozen=True)
class Report(Counted):
    """The same, by country and by language, the largest first, and over time, the oldest first."""

    by_country: list[tuple[str, Figures]]
    by_language: list[tuple[str, Figures]]
    over_time: list[tuple[datetime, Figures]]


def version_report(
    publication: Publication, register: Register, rules: RuleBook, *, at: datetime
) -> Report | None:
    """Give the report on a version, two queries; None where it was never counted.

    The rules and the state of the version are those of `at`, for earlier days too.
    """
    demands = Demands(publication, register, rules, at)
    tallies = tallies_of(publication)
    keys = spread(list(tallies.values_list("pk", flat=True)), POINTS)
    over_time = [(tally, demands.figures(tally)) for tally in tallies.filter(pk__in=keys)]
    if not over_time:
        return None
    newest, total = over_time[-1]
    by_country, by_language = demands.by_place(newest)
    return Report(
        publication=publication,
        counted_at=moment_of(newest),
        never_accepted=newest.never_accepted,
        total=total,
        by_country=by_country,
        by_language=by_language,
        over_time=[(moment_of(tally), figures) for tally, figures in over_time],
    )


def policy_report(slug: str, register: Register, rules: RuleBook, *, at: datetime) -> list[Counted]:
    """Give how each version of a policy was answered, the oldest first: one query.

    A version that was not counted yet is left out.
    """
    entries = {entry.version_id: entry for entry in register.of(slug)}
    tallies = {tally.version_id: tally for tally in latest_of(counted().filter(version__in=entries))}
    return [
        Counted(
            publication=entry,
            counted_at=moment_of(tallies[key]),
            never_accepted=tallies[key].never_accepted,
            total=Demands(entry, register, rules, at).figures(tallies[key]),
        )
        for key, entry in entries.items()
        if key in tallies
    ]


def outstanding_answers(
    register: Register, rules: RuleBook, *, at: datetime
) -> list[tuple[Publication, int]]:
    """Give, for each policy, the newest version to which answers are outstanding, and how many: one query.

    The figures are those counted last. An answer to a newer version answers for the older ones, so whoever
    owes one to this version is not counted again for one before it.
    """
    tallies = {tally.version_id: tally for tally in latest_of(counted())}
    found = []
    for entries in register.by_slug.values():
        counts = (
            (entry, Demands(entry, register, rules, at).figures(tallies[entry.version_id]))
            for entry in reversed(entries)
            if entry.version_id in tallies
        )
        owed = ((entry, figures.by_part[Part.OUTSTANDING]) for entry, figures in counts)
        found += [next(((entry, people) for entry, people in owed if people), None)]
    return [each for each in found if each]


class Demands:
    """What the silence of people means for a version at an instant, by the rules for where they live."""

    def __init__(self, publication: Publication, register: Register, rules: RuleBook, at: datetime) -> None:
        """Take the rules and the state of the version as they are at `at`."""
        self.publication = publication
        self.rules = rules
        self.known: dict[str, dict[str, Part]] = {}
        # Nobody is asked about a version that was recalled or never took effect.
        self.is_void = register.state(publication, at) in {State.RECALLED, State.OVERTAKEN}

    def parts(self, tally: Tally) -> Iterator[tuple[str, str, Part, int]]:
        """Give each group of a count: country, language, part, and how many people."""
        for country, languages in tally.people.items():
            meanings = self.meanings(country)
            for language, states in languages.items():
                for state, people in states.items():
                    yield country, language, meanings[state], people

    def meanings(self, country: str) -> dict[str, Part]:
        """Say where people of a country are counted, state by state. Asked once for each country."""
        if country not in self.known:
            demand = self.rules.demand(self.publication.kind, self.publication.change_class, country)
            self.known[country] = {state.value: self.part(state, demand) for state in PersonState}
        return self.known[country]

    def part(self, state: PersonState, demand: Demand) -> Part:
        """Say where somebody in `state` is counted who lives where `demand` holds."""
        if state in ANSWERS:
            return ANSWERS[state]
        is_asked = demand.assent != Assent.NONE
        if is_asked and demand.is_deemed_by_use and state == PersonState.USED:
            return Part.DEEMED
        if demand.is_told and state == PersonState.UNTOLD and not self.is_void:
            return Part.NOT_NOTIFIED
        return Part.OUTSTANDING if is_asked and not self.is_void else Part.NOT_ASKED

    def figures(self, tally: Tally) -> Figures:
        """Give the figures of a count."""
        found = Figures()
        for _country, _language, part, people in self.parts(tally):
            found.by_part[part] += people
        return found

    def by_place(self, tally: Tally) -> tuple[list[tuple[str, Figures]], list[tuple[str, Figures]]]:
        """Give the figures of a count by country, and by language, the largest first."""
        countries: dict[str, Figures] = {}
        languages: dict[str, Figures] = {}
        for country, language, part, people in self.parts(tally):
            countries.setdefault(country, Figures()).by_part[part] += people
            languages.setdefault(language, Figures()).by_part[part] += people
        return largest_first(countries), largest_first(languages)


def largest_first(places: dict[str, Figures]) -> list[tuple[str, Figures]]:
    """Give the places by how many people they have."""
    return sorted(places.items(), key=lambda place: (-place[1].people, place[0]))


def counted() -> QuerySet[Tally]:
    """Give the counts that were finished once."""
    return Tally.objects.filter(counted_at__isnull=False)


def tallies_of(publication: Publication) -> QuerySet[Tally]:
    """Give the counts of a version, the oldest first."""
    return counted().filter(version=publication.version_id).order_by("date")


def latest_of(tallies: QuerySet[Tally]) -> QuerySet[Tally]:
    """Leave the last of `tallies` for each version."""
    later = tallies.filter(version=OuterRef("version"), date__gt=OuterRef("date"))
    return tallies.filter(~Exists(later))


def moment_of(tally: Tally) -> datetime:
    """Give the moment of a count that was finished."""
    if tally.counted_at is None:
        raise ValueError("A count that is read was finished once.")
    return tally.counted_at


def spread(keys: Sequence[int], most: int) -> Sequence[int]:
    """Give at most `most` of `keys`, evenly spread, the first and the last among them."""
    if len(keys) <= most:
        return keys
    return [keys[place * (len(keys) - 1) // (most - 1)] for place in range(most)]
