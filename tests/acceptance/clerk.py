"""A slow, plain answer to which text governed a person, for the tests alone.

Written from the words of docs/architecture.md. It knows nothing of the code that it judges: its moments are
whole hours, its records are tuples, and it looks through everything again for each question.
"""

from typing import NamedTuple

MAIL, RETURNED, BANNER, USE = "mail", "returned", "banner", "use"
AGREED, ACKNOWLEDGED, DECLINED, WITHDRAWN = "agreed", "acknowledged", "declined", "withdrawn"
WORDS = (AGREED, ACKNOWLEDGED, DECLINED, WITHDRAWN)


class Paper(NamedTuple):
    """A published version with the rule for it. Hours, but for the days of notice."""

    number: int
    published: int
    effective: int
    recalled: int | None
    notice_days: int
    is_told: bool
    asks: str
    use_accepts: bool


class Event(NamedTuple):
    """Something that happened to the person, or that they did, about one version. Later ones come later."""

    hour: int
    what: str
    number: int


class Answer(NamedTuple):
    """The number of the version that governs, by what, from when on; 0 for none."""

    number: int
    by: str
    since: int | None


class Clerk:
    """Has the papers, and what happened up to an hour; forgets what came later."""

    def __init__(self, papers: list[Paper], events: list[Event], joined: int, at: int) -> None:
        self.joined, self.at = joined, at
        self.events = [event for event in events if event.hour <= at]
        self.papers = {
            paper.number: paper._replace(recalled=None)
            if paper.recalled is not None and paper.recalled > at
            else paper
            for paper in papers
            if paper.published <= at
        }

    def answer(self) -> Answer:
        """Give the highest version that binds."""
        for number in sorted(self.papers, reverse=True):
            found = self.binds(number)
            if found:
                return found
        return Answer(0, "none", None)

    def binds(self, number: int) -> Answer | None:
        """Say how the version binds the person, or None where it does not."""
        own = self.moment(number)
        if not self.stands(number) or own is None or own > self.at:
            return None
        if self.last_word(number) == AGREED:
            return Answer(number, "agreed", own)
        below = next((found for lower in range(number - 1, 0, -1) if (found := self.binds(lower))), None)
        floor = below.number if below else 0
        for carried in range(floor + 1, number + 1):
            if self.stands(carried) and not self.is_settled(carried):
                return None
        since = max(own, below.since) if below and below.since is not None else own
        return Answer(number, self.silent_way(number), since)

    def is_settled(self, number: int) -> bool:
        """Whether the change that a version makes needs nothing more of the person: no notice, no yes."""
        own = self.moment(number)
        if own is None or own > self.at:
            return False
        return self.papers[number].asks != "AGREE" or self.is_deemed(number)

    def silent_way(self, number: int) -> str:
        """Say by what a version binds that was not agreed to."""
        if self.last_word(number) == ACKNOWLEDGED and self.papers[number].asks != "AGREE":
            return "acknowledged"
        return "deemed" if self.is_deemed(number) else "in_effect"

    def stands(self, number: int) -> bool:
        """Whether the version is not recalled, and was in force in some hour since the person joined."""
        paper = self.papers.get(number)
        if paper is None or paper.recalled is not None:
            return False
        return any(self.holder(hour) == number for hour in range(self.joined, self.at + 1))

    def holder(self, hour: int) -> int:
        """Give the number of the version in force in an hour; 0 for none."""
        return max(
            (
                paper.number
                for paper in self.papers.values()
                if paper.effective <= hour and (paper.recalled is None or paper.recalled > hour)
            ),
            default=0,
        )

    def moment(self, number: int) -> int | None:
        """Give the hour from which a version can hold for the person; None while they were never told."""
        if number not in self.papers:
            return None
        paper = self.papers[number]
        replaces_something = any(
            other.number < number
            and other.effective < paper.effective
            and (other.recalled is None or other.recalled > paper.effective)
            for other in self.papers.values()
        )
        if not paper.is_told or self.joined >= paper.effective or not replaces_something:
            return max(paper.effective, self.joined)
        told = self.told(number)
        if told is None:
            return None
        period = min(24 * paper.notice_days, paper.effective - paper.published)
        return max(paper.effective, told + period)

    def told(self, number: int) -> int | None:
        """Give the first hour at which the person was told of a version, or of a later one that stands."""
        hours = [
            hour
            for paper in self.papers.values()
            if paper.number >= number and paper.recalled is None
            for hour in self.tellings(paper.number)
        ]
        return min(hours, default=None)

    def tellings(self, number: int) -> list[int]:
        """Give every hour at which the person met one version in a way that tells."""
        about = [event for event in self.events if event.number == number]
        telling = {BANNER, *WORDS}
        if not any(event.what == RETURNED for event in about):
            telling.add(MAIL)
        return [event.hour for event in about if event.what in telling]

    def is_deemed(self, number: int) -> bool:
        """Whether the first use under a version, by who had been told of it, counts as a yes."""
        uses = [event.hour for event in self.events if event.number == number and event.what == USE]
        tellings = self.tellings(number)
        if (
            self.has_left()
            or not self.papers[number].use_accepts
            or self.last_word(number) in (DECLINED, WITHDRAWN)
        ):
            return False
        own = self.moment(number)
        return bool(uses) and bool(tellings) and own is not None and max(min(tellings), own) <= min(uses)

    def last_word(self, number: int) -> str | None:
        """Give what the person said last about a version. A withdrawal takes back all before it."""
        said = [event for event in self.events if event.what in WORDS]
        about = [place for place, event in enumerate(said) if event.number == number]
        if not about:
            return None
        later = {event.what for event in said[about[-1] + 1 :]}
        return WITHDRAWN if WITHDRAWN in later else said[about[-1]].what

    def has_left(self) -> bool:
        """Whether the person withdrew, and accepted neither that version nor a newer one since."""
        said = [event for event in self.events if event.what in WORDS]
        withdrawals = [place for place, event in enumerate(said) if event.what == WITHDRAWN]
        if not withdrawals:
            return False
        withdrawn, since = said[withdrawals[-1]], said[withdrawals[-1] + 1 :]
        accepted = {event.number for event in since if self.last_word(event.number) in (AGREED, ACKNOWLEDGED)}
        return not any(number >= withdrawn.number for number in accepted)
