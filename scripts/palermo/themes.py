"""What the start page can show of the world: any question, or a figure such as the highest penalty.

A theme gives every recorded jurisdiction a class (how it is coloured), a text and a rank. The classes of a question
are the six answers; those of a figure are steps with equal numbers of jurisdictions, so that no step is chosen by hand.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pycountry

from .views import LIFE, JurisdictionView, SiteView
from .vocabulary import Question

__all__ = ["Figure", "Scale", "Theme", "World", "make_themes", "penalty_scales", "read_world", "themes_json"]

STEPS = 5
FEATURED = (
    "non-punishment",
    "child-no-means",
    "purpose-forced-labour",
    "victim-criminalised-immigration",
    "no-movement-required",
    "consent-irrelevant",
    "reflection-period",
    "compensation",
)
"""The questions named first in the choice."""


@dataclass(frozen=True)
class Figure:
    """What one jurisdiction has in one theme."""

    kind: str
    """Class that colours it: the notation of an answer, or ``step-0`` to ``step-4``; ``unknown`` for both."""
    text: str
    rank: float
    """Where it stands in the ranked chart, the highest first."""
    share: float = 0.0
    """Length of its bar, 0 to 1."""


@dataclass(frozen=True)
class Theme:
    """One thing to show of the world."""

    id: str
    label: str
    wording: str
    group: str
    href: str
    legend: tuple[tuple[str, str, str], ...]
    """Class, short label and a plain sentence, in the order of the ranked chart."""
    figures: dict[str, Figure]

    @property
    def ranked(self) -> list[tuple[str, Figure]]:
        """The jurisdictions by rank, the highest first; equals by code."""
        return sorted(self.figures.items(), key=lambda item: (-item[1].rank, item[0]))

    def count(self, kind: str) -> int:
        """Number of jurisdictions of a class."""
        return sum(figure.kind == kind for figure in self.figures.values())


@dataclass(frozen=True)
class Scale:
    """Where one law stands among all, on a line from nothing to life: positions run from 0 to 1."""

    marks: tuple[tuple[float, int], ...]
    """Position and number of the laws that stand there."""
    own: float
    text: str
    median: float
    median_text: str
    shorter: int
    longer: int
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class World:
    """The drawn world: outlines, and dots for the states too small to show."""

    view_box: str
    shapes: tuple[tuple[str, str], ...]
    """Code of two letters, or an empty one where there is no code, and the path."""
    dots: tuple[tuple[str, float, float], ...]

    def as_json(self) -> str:
        """Give the world as the scripts read it."""
        made = {
            "viewBox": self.view_box,
            "shapes": [{"code": code, "d": path} for code, path in self.shapes],
            "dots": [{"code": code, "x": x, "y": y} for code, x, y in self.dots],
        }
        return json.dumps(made, separators=(",", ":")) + "\n"


def _alpha_2(numeric: str) -> str:
    return str(getattr(pycountry.countries.get(numeric=numeric), "alpha_2", ""))


def read_world(path: Path) -> World:
    """Read the world that was drawn when the scripts were bundled.

    Raises:
        FileNotFoundError: the scripts are not bundled yet.
    """
    drawn = json.loads(path.read_text(encoding="utf-8"))
    shapes = tuple((_alpha_2(shape["id"]), shape["d"]) for shape in drawn["shapes"])
    dots = tuple((_alpha_2(dot["id"]), dot["x"], dot["y"]) for dot in drawn["dots"])
    return World(drawn["viewBox"], shapes, tuple(dot for dot in dots if dot[0]))


def _of_question(question: Question, view: SiteView) -> Theme:
    answers = view.vocabulary.schemes["answer"]
    order = list(answers)
    figures = {}
    for j in view.jurisdictions:
        value = j.answers[question.id].value
        place = len(order) - order.index(value.notation)
        figures[j.code] = Figure(value.notation, value.label, place, place / len(order))
    return Theme(
        question.id,
        question.label,
        question.wording,
        view.vocabulary.concept("dimension", question.dimension).label,
        f"questions/{question.id}/",
        tuple((n, c.label, c.definition) for n, c in answers.items()),
        figures,
    )


def _years(value: float) -> str:
    if value >= LIFE:
        return "life"
    years, rest = divmod(int(value), 12)
    parts = [f"{years} year{'s' if years != 1 else ''}"] if years else []
    if rest:
        parts.append(f"{rest} month{'s' if rest != 1 else ''}")
    return " ".join(parts)


SCALE_YEARS = 30
"""Terms of more years than this stand at the end of the line of years; life has a place of its own."""


def _position(term: float) -> float:
    return 1.0 if term >= LIFE else round(min(term / 12, SCALE_YEARS) / SCALE_YEARS * 0.9, 4)


def penalty_scales(view: SiteView) -> dict[str, Scale]:
    """Give the place of every law's longest basic term among those of all laws; a law without one has no place."""
    terms = view.basic_maxima
    ordered = sorted(terms.values())
    if not ordered:
        return {}
    marks = tuple(sorted(Counter(_position(term) for term in ordered).items()))
    median = ordered[len(ordered) // 2]
    years = tuple((_position(n * 12), str(n)) for n in range(0, SCALE_YEARS + 1, 5))
    return {
        code: Scale(
            marks,
            _position(own),
            _years(own),
            _position(median),
            _years(median),
            bisect_left(ordered, own),
            len(ordered) - bisect_right(ordered, own),
            (*years, (1.0, "life")),
        )
        for code, own in terms.items()
    }


def _days(value: float) -> str:
    return f"{int(value)} days"


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _measured(
    theme: tuple[str, str, str, str],
    missing: str,
    value: Callable[[JurisdictionView], float | None],
    text: Callable[[float], str],
    view: SiteView,
) -> Theme:
    """Make a theme of a figure: steps that hold about as many jurisdictions each."""
    id_, label, wording, href = theme
    values = {j.code: value(j) for j in view.jurisdictions}
    known = sorted(v for v in values.values() if v is not None)
    # a step needs something below it: a cut at the very lowest value would leave the first step empty
    cuts = sorted({known[i * len(known) // STEPS] for i in range(1, STEPS)} - {known[0]}) if known else []
    top = known[-1] if known else 1
    longest = next((v for v in reversed(known) if v < LIFE), top) if top == LIFE else top

    def figure(v: float | None) -> Figure:
        if v is None:
            return Figure("unknown", missing, -1)
        step = bisect_right(cuts, v)
        return Figure(f"step-{step}", text(v), v, min(1.0, v / (longest * (1.1 if top == LIFE else 1) or 1)))

    figures = {code: figure(v) for code, v in values.items()}
    legend = []
    for step in reversed(range(STEPS)):
        inside = [v for code, v in values.items() if v is not None and figures[code].kind == f"step-{step}"]
        if inside:
            low, high = text(min(inside)), text(max(inside))
            legend.append((f"step-{step}", low if low == high else f"{low} to {high}", ""))
    legend.append(("unknown", "No figure", missing))
    return Theme(id_, label, wording, "Figures", href, tuple(legend), figures)


def _answered(view: JurisdictionView) -> float:
    unknown = next(number for concept, number in view.tally if concept.notation == "unknown")
    return 1 - unknown / len(view.answers)


def _reflection_days(view: JurisdictionView) -> float | None:
    return next((float(v) for label, v in view.answers["reflection-period"].details if label == "Days"), None)


def make_themes(view: SiteView) -> list[Theme]:
    """Make every theme: the featured questions, the figures, then all other questions."""
    questions = view.vocabulary.questions
    measured = [
        _measured(
            (
                "maximum-penalty",
                "Longest prison term for basic trafficking",
                "How long is the longest prison term for trafficking an adult without aggravation?",
                "questions/serious-crime/",
            ),
            "No maximum is recorded.",
            lambda j: j.basic_maximum,
            _years,
            view,
        ),
        _measured(
            (
                "reflection-days",
                "Length of the reflection period",
                "How many days may victims take to recover and reflect?",
                "questions/reflection-period/",
            ),
            "No number of days is recorded: the law sets none, or it is not at hand.",
            _reflection_days,
            _days,
            view,
        ),
        _measured(
            (
                "coverage",
                "How much of the record is answered",
                "To how many of the questions does the record have an answer?",
                "coverage/",
            ),
            "Nothing is answered.",
            _answered,
            _percent,
            view,
        ),
    ]
    first = [_of_question(questions[id_], view) for id_ in FEATURED]
    rest = [_of_question(q, view) for q in questions.values() if q.id not in FEATURED]
    return first + measured + rest


def themes_json(themes: list[Theme], view: SiteView) -> str:
    """Give every theme as the start page reads it: the classes as one letter a jurisdiction, in the order of places."""
    places = [j.code for j in view.jurisdictions]

    def packed(theme: Theme) -> dict[str, Any]:
        kinds = [kind for kind, _, _ in theme.legend]
        made: dict[str, Any] = {
            "label": theme.label,
            "wording": theme.wording,
            "href": theme.href,
            "legend": [list(entry) for entry in theme.legend],
            "kinds": "".join("abcdefghij"[kinds.index(theme.figures[code].kind)] for code in places),
        }
        if theme.group == "Figures":
            figures = [theme.figures[code] for code in places]
            made |= {
                "texts": [f.text for f in figures],
                "ranks": [f.rank for f in figures],
                "shares": [round(f.share, 3) for f in figures],
            }
        return made

    content = {
        "places": [[j.code, j.name, j.aside] for j in view.jurisdictions],
        "themes": {theme.id: packed(theme) for theme in themes},
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"
