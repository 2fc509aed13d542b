"""What a comparison of two rendered texts says: every block of both, and what became of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, cast

import regex

from .document import Block, Document
from .remarks import Remark
from .returns import OneSided, Words, made_up
from .risks import Risk
from .standing import Shift
from .vocabulary import RiskKind
from .wording import Span

# The release of the engine: another one may answer differently, so what was kept is not used with it.
ENGINE = "policysite-redline/10"

WHOLE = ("insert", "delete")
# Stands for the block that is not there.
NOTHING = Block("", "")
# What a heading, and a block that did not move, weigh for where a clause went: more than any text.
HEADING, STEADY = 10**12, 10**8

Operation = Literal["equal", "insert", "delete", "modify", "move"]
COUNTED = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]|\w+(?:['’.,]\w+)*"
)


class Change(NamedTuple):
    """What became of one block, or of two that are versions of one another.

    `spans` join to the old block's text without `+`, to the new one's without `-`. `old` and `new`
    are positions among the blocks of each text. `group` numbers the move that it is part of.
    """

    operation: Operation
    old: int | None
    new: int | None
    spans: tuple[Span, ...]
    risks: tuple[Risk, ...] = ()
    remarks: tuple[Remark, ...] = ()
    group: int | None = None
    # Whether this is the place that a moved block left; the change itself stands where the block is now.
    is_origin: bool = False
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class Size:
    """How much changed. Moved text is never counted as new."""

    clauses: int
    clauses_changed: int
    words_added: int
    words_removed: int
    moves: int
    is_equal: bool


@dataclass(frozen=True, slots=True)
class ClauseChanges:
    """The places of one clause at which something changed; `heading` is empty before the first heading."""

    heading: str
    places: tuple[int, ...]
    # Whether the clause reads as it did and only stands elsewhere: it is shown, and not counted as changed.
    moved_whole: bool


@dataclass(frozen=True)
class Comparison:
    """Two texts and what became of their blocks, in the order of the new text."""

    old: Document
    new: Document
    places: tuple[Change, ...]

    @property
    def changes(self) -> Iterator[Change]:
        """Every block once: what moved stands where it is now."""
        return (change for change in self.places if not change.is_origin)

    @cached_property
    def size(self) -> Size:
        """How much changed."""
        gone = [at for at in range(len(self.old.clauses)) if at not in self.homes]
        return Size(
            clauses=len(self.new.clauses) + len(gone),
            clauses_changed=sum(not clause.moved_whole for clause in self.by_clause),
            words_added=self.words("+"),
            words_removed=self.words("-"),
            moves=len({change.group for change in self.places if change.group is not None}),
            is_equal=all(change.operation == "equal" for change in self.places),
        )

    @property
    def has_headings(self) -> bool:
        """Whether any clause has a heading."""
        return any(clause.heading for clause in (*self.old.clauses, *self.new.clauses))

    @cached_property
    def homes(self) -> dict[int, int]:
        """The clause of the new text that each old clause is now; none for one that is gone.

        It is where the heading went, else where most went of what did not move, else where most went.
        """
        went: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        old, new = self.old.blocks, self.new.blocks
        for change in self.places:
            if change.old is not None and change.new is not None and not change.is_origin:
                block, now = old[change.old], new[change.new]
                weight = len(block.text) + (STEADY if change.group is None else 0)
                if block.is_heading and now.is_heading:
                    weight += HEADING
                went[block.clause][now.clause] += weight
        first = (*self.old.clauses[:1], *self.new.clauses[:1])
        if self.old.clauses and self.new.clauses and not any(clause.heading for clause in first):
            # What stands before all headings is one clause, whatever became of its text.
            went[0][0] += HEADING
        return {mine: max(homes, key=lambda home: (homes[home], -home)) for mine, homes in went.items()}

    def clause_of(self, change: Change) -> tuple[bool, int]:
        """Give the clause in which a change shows: whether only the old text has it, and its position."""
        if change.new is not None and not change.is_origin:
            return False, self.new.blocks[change.new].clause
        mine = self.block(change).clause
        return mine not in self.homes, self.homes.get(mine, mine)

    @cached_property
    def by_clause(self) -> list[ClauseChanges]:
        """What changed, clause by clause, with the places that moved blocks left."""
        found: dict[tuple[bool, int], list[int]] = {}
        for at, change in enumerate(self.places):
            if change.operation != "equal":
                found.setdefault(self.clause_of(change), []).append(at)
        return [
            ClauseChanges(self.heading_of(self.places[at[0]]), tuple(at), self.moved_whole(at))
            for at in found.values()
        ]

    def moved_whole(self, places: Sequence[int]) -> bool:
        """Whether only the place of a clause changed: all of it, and nothing else, is one move."""
        if self.places[places[0]].operation != "move":
            return False
        here = [self.places[at] for at in places]
        moved = [change for change in here if self.is_only_moved(change)]
        left = {change.old for change in here if change.is_origin}
        if 2 * len(moved) != len(here) or left != {change.old for change in moved}:
            return False
        clauses = {
            (self.old.blocks[cast("int", c.old)].clause, self.new.blocks[cast("int", c.new)].clause, c.group)
            for c in moved
        }
        mine, theirs, _group = min(clauses)
        lengths = {len(self.old.clauses[mine].blocks), len(self.new.clauses[theirs].blocks)}
        return len(clauses) == 1 and lengths == {len(moved)}

    def is_only_moved(self, change: Change) -> bool:
        """Whether a block stands here that moved and reads as it did before."""
        is_move = change.operation == "move" and not change.is_origin
        is_same = (
            not change.remarks and not change.shifts and all(sign == "=" for sign, _text in change.spans)
        )
        return is_move and is_same and not self.old_role(change)

    @cached_property
    def stops(self) -> dict[int, int]:
        """For each place at which something changed, the number of the stop there, from 1 on."""
        return self.numbered(range(len(self.places)))

    @cached_property
    def stops_by_clause(self) -> dict[int, int]:
        """The same in the order of `by_clause`, in which the two places of what moved may stand together."""
        return self.numbered(at for clause in self.by_clause for at in clause.places)

    def numbered(self, order: Iterable[int]) -> dict[int, int]:
        """Give the numbers of the stops in an order of places. What came, went or moved together is one."""
        numbers: dict[int, int] = {}
        before, number = -1, 0
        last: tuple[object, ...] = ()
        for at in order:
            change = self.places[at]
            if change.operation == "equal":
                continue
            alone = at if change.operation == "modify" else None
            this = (change.operation, change.group, change.is_origin, alone)
            number += (at - 1, this) != (before, last)
            numbers[at] = number
            before, last = at, this
        return numbers

    @property
    def risks(self) -> list[tuple[int, Risk]]:
        """The changes that turn meanings, each once for a block, with the place: what weighs most first."""
        found = [
            (at, risk)
            for at, change in enumerate(self.places)
            for risk in once(risk for risk in change.risks if (at, risk) not in self.made_up)
        ]
        whole = [change.operation in WHOLE for change in self.places]
        return sorted(found, key=lambda item: (whole[item[0]], rank(item[1])))

    @cached_property
    def made_up(self) -> set[tuple[int, Risk]]:
        """What one change took from a clause and another brought back to it, with the places of both."""
        gone: list[OneSided] = []
        came: list[OneSided] = []
        for at, change in enumerate(self.places):
            for risk in change.risks:
                if risk.new is None and risk.old and change.old is not None:
                    gone.append(OneSided(at, self.clause_of(change), change.old, risk.old))
                if risk.old is None and risk.new and change.new is not None:
                    came.append(OneSided(at, self.clause_of(change), change.new, risk.new))
        if not gone or not came:
            return set()
        before = {change.old: change.spans for change in self.changes if change.old is not None}
        after = {change.new: change.spans for change in self.changes if change.new is not None}
        old, new = Words(self.old, "-", before), Words(self.new, "+", after)
        lost, found = made_up(gone, came, old, new)
        return {(item.at, Risk(item.expression.kind, item.expression, None)) for item in lost} | {
            (item.at, Risk(item.expression.kind, None, item.expression)) for item in found
        }

    def block(self, change: Change) -> Block:
        """Give the block that a change shows: of the new text, or of the old one if it has no other."""
        if change.old is not None and (change.new is None or change.is_origin):
            return self.old.blocks[change.old]
        return self.new.blocks[cast("int", change.new)]

    def sides(self, change: Change) -> tuple[Block, Block]:
        """Give the old block of a change and the new one; an empty one where a text has none."""
        return (
            NOTHING if change.old is None else self.old.blocks[change.old],
            NOTHING if change.new is None else self.new.blocks[change.new],
        )

    def heading_of(self, change: Change) -> str:
        """Give the heading of the clause in which a change shows."""
        is_gone, at = self.clause_of(change)
        return (self.old if is_gone else self.new).clauses[at].heading

    def other_heading(self, change: Change) -> str:
        """Give the heading of the clause at the other end of a move; empty where it is the same clause."""
        twin = change._replace(is_origin=not change.is_origin)
        here, there = self.heading_of(change), self.heading_of(twin)
        return there if there != here else ""

    def old_role(self, change: Change) -> str:
        """Give what a block was, where it is something else now: a paragraph that became a heading."""
        if change.old is None or change.new is None or change.is_origin:
            return ""
        was, now = self.old.blocks[change.old].role, self.new.blocks[change.new].role
        return was if was != now else ""

    def words(self, sign: str) -> int:
        """Count the words of all spans of one sign."""
        texts = [text for change in self.changes for kind, text in change.spans if kind == sign]
        words = "\n".join(texts).split()
        # Nearly all are letters of English and nothing else, which need no closer look.
        others = [word for word in words if not (word.isascii() and word.isalpha())]
        return len(words) - len(others) + len(COUNTED.findall("\n".join(others)))


def rank(risk: Risk) -> int:
    """Grade how soon a risky change is named: a value that was replaced, then *not*, then a bare number."""
    is_number = risk.kind is RiskKind.NUMBER
    if risk.old and risk.new:
        return 2 if is_number else 0
    return 1 if risk.kind is RiskKind.WORD else 3


def once(risks: Iterable[Risk]) -> list[Risk]:
    """Give each risky change once, where it stands first."""
    first: dict[tuple[str, str | None, str | None], Risk] = {}
    for risk in risks:
        first.setdefault((risk.kind, risk.was, risk.now), risk)
    return list(first.values())
