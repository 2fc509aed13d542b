"""Charts of figures, drawn here as SVG: no script, and no style but by class."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..selectors import Figures

# The drawing, in units of which it has so many whatever its size on the screen.
WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 12, 28
WIDEST_COLUMN, GAP = 48, 0.2
# More labels than these run into each other.
LABELS = 8


@dataclass(frozen=True)
class Segment:
    """One part of a column: where it stands, how high it is, and the class that gives it a colour."""

    part: str
    y: float
    height: float


@dataclass(frozen=True)
class Column:
    """The figures of one version or day, as parts on top of each other."""

    label: str
    x: float
    middle: float
    width: float
    segments: list[Segment]


@dataclass(frozen=True)
class Line:
    """A line across the chart, with the number of people that it stands for."""

    y: float
    people: int


@dataclass(frozen=True)
class Chart:
    """A chart of stacked columns. `label` of a column is empty where there is no room for it."""

    columns: list[Column]
    lines: list[Line]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    foot: int = HEIGHT - BOTTOM


def stacked(rows: Sequence[tuple[str, Figures]], steps: Sequence[int] = ()) -> Chart:
    """Draw rows of figures as columns from left to right, each with its label.

    `steps` says where each stands, as whole steps from any beginning, in rising order; without it the
    columns follow one another.
    """
    places = [step - steps[0] for step in steps] or list(range(len(rows)))
    most = max((figures.people for _label, figures in rows), default=0) or 1
    span = places[-1] + 1 if places else 1
    room = (WIDTH - LEFT - RIGHT) / span
    width = min(room * (1 - GAP), WIDEST_COLUMN)
    columns, free_until = [], span
    # Labelled from the last one on, which is the one that is looked for.
    for place, (label, figures) in reversed(list(zip(places, rows, strict=True))):
        middle = LEFT + room * (place + 0.5)
        shown = label if place <= free_until else ""
        free_until = place - -(-span // LABELS) if shown else free_until
        x = round(middle - width / 2, 2)
        columns.append(Column(shown, x, round(middle, 2), round(width, 2), segments(figures, most)))
    lines = [Line(height_of(people, most), people) for people in sorted({0, most // 2, most})]
    return Chart(columns[::-1], lines)


def segments(figures: Figures, most: int) -> list[Segment]:
    """Stack the parts of one column, the first one at the foot."""
    found, below = [], 0
    for part, people in figures.by_part.items():
        if people:
            foot, below = height_of(below, most), below + people
            top = height_of(below, most)
            found.append(Segment(part.value, top, round(foot - top, 2)))
    return found


def height_of(people: int, most: int) -> float:
    """Give how far from the upper edge so many people reach."""
    return round(TOP + (HEIGHT - BOTTOM - TOP) * (1 - people / most), 2)
