"""The pictures that a link to a page shows in messages and on social media (Open Graph), drawn at build time."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from .views import JurisdictionView, SiteView

__all__ = ["write_cards"]

SIZE = (1200, 630)
"""Pixels, as the Open Graph protocol's consumers expect them."""
PAPER, INK, SOFT, DEEP = "#fcfbf8", "#1c2226", "#545e65", "#0b3a4e"
FILL = {
    "met": "#2f8f66",
    "partial": "#e0a83a",
    "not-expressly-covered": "#8aa0c0",
    "unknown": "#d9d5cb",
    "absent": "#c2424c",
    "contrary": "#6d0f3b",
}


class _Painter:
    def __init__(self, fonts: Path) -> None:
        # the largest first: a title takes the first size that fits
        self.bold = [ImageFont.truetype(fonts / "DejaVuSerif-Bold.ttf", size) for size in (84, 68, 54, 44)]
        self.plain = ImageFont.truetype(fonts / "DejaVuSans.ttf", 32)
        self.small = ImageFont.truetype(fonts / "DejaVuSans.ttf", 26)

    def draw(self, title: str, line: str, tally: list[tuple[str, int]], foot: str) -> Image.Image:
        picture = Image.new("RGB", SIZE, PAPER)
        pen = ImageDraw.Draw(picture)
        pen.rectangle((0, 0, SIZE[0], 18), fill=DEEP)
        pen.text((70, 80), "Palermo Atlas", font=self.plain, fill=DEEP)
        font = next((f for f in self.bold if f.getlength(title) <= 1060), self.bold[-1])
        pen.text((70, 150), title, font=font, fill=INK)
        pen.text((70, 280), line, font=self.plain, fill=SOFT)
        total, left = sum(n for _, n in tally) or 1, 70.0
        for kind, number in tally:
            width = 1060 * number / total
            pen.rectangle((left, 370, left + width, 430), fill=FILL[kind])
            left += width
        left = 70.0
        for kind, number in tally:
            label = f"{number} {kind.replace('-', ' ')}"
            if left + self.small.getlength(label) > 1130:
                break
            pen.rectangle((left, 462, left + 22, 484), fill=FILL[kind])
            pen.text((left + 32, 456), label, font=self.small, fill=INK)
            left += self.small.getlength(label) + 62
        pen.text((70, 550), foot, font=self.small, fill=SOFT)
        return picture.quantize(64)


def _line(view: JurisdictionView) -> str:
    count = len(view.findings)
    return f"Law on human trafficking: {count} finding{'s' if count != 1 else ''}"


def write_cards(view: SiteView, fonts: Path, target: Path) -> None:
    """Draw a card for the atlas and one for every jurisdiction.

    Args:
        view: What the site shows.
        fonts: Folder of the fonts to write with.
        target: Folder of the cards, made where it is missing.
    """
    target.mkdir(parents=True, exist_ok=True)
    painter = _Painter(fonts)
    sums: dict[str, int] = dict.fromkeys(FILL, 0)
    for j in view.jurisdictions:
        tally = [(concept.notation, number) for concept, number in j.tally]
        for kind, number in tally:
            sums[kind] += number
        card = painter.draw(j.name, _line(j), tally, f"As at {j.record.as_at}. Data of {view.dataset.day}.")
        card.save(target / f"{j.code}.png", optimize=True)
    whole = f"{len(view.jurisdictions)} laws, {len(view.vocabulary.questions)} questions, side by side"
    card = painter.draw("Laws on human trafficking", whole, list(sums.items()), f"Data of {view.dataset.day}.")
    card.save(target / "atlas.png", optimize=True)
