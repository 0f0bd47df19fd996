"""Reading a corpus of official texts, and finding the provision that a pinpoint names.

A corpus is a folder of Markdown files, one an instrument: YAML front matter, then one ``## `` heading a provision.
"""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .record import normalise

__all__ = ["Corpus", "Document", "Provision", "designation", "heading_designations"]

_CHINESE = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_CHINESE_UNITS = {"十": 10, "百": 100, "千": 1000}
_CHINESE_NUMBER = re.compile("[〇零一二三四五六七八九十百千两]+")
_LATIN_SUFFIXES = {
    "bis", "ter", "quater", "quinquies", "quinque", "sexies", "septies", "octies", "novies", "nonies", "decies",
    "undecies", "duodecies", "مكرر", "مكررا",
}  # fmt: skip
_GENERIC = {
    "article", "articles", "art", "artículo", "articulo", "artigo", "articolo", "artikel", "articol", "articolul",
    "član", "članak", "članku",
    "section", "sec", "s", "ss", "§", "§§", "paragraph", "par", "madde", "pasal", "điều", "чл", "член", "члан",
    "стаття", "статья", "άρθρο", "მუხლი", "סעיף", "ধারা", "المادة", "الفصل", "مادة", "ماده", "hlutur", "gr", "pants",
    "straipsnis", "člen", "neni", "artikolu", "fasal", "maddə", "modda", "модда", "зүйл", "rule", "no", "nr",
    "第", "제", "条", "條", "조",
}  # fmt: skip
"""Words for “article” that headings and pinpoints may carry or leave out."""
_CHAPTER = {"luku", "kap", "chapter", "kapitel"}
"""Words between the number of a chapter and that of a section, where sections are counted anew in each chapter."""


def _chinese_number(match: re.Match[str]) -> str:
    total = digit = 0
    for char in match.group():
        if char in _CHINESE_UNITS:
            total += (digit or 1) * _CHINESE_UNITS[char]
            digit = 0
        else:
            digit = _CHINESE[char]
    return f" {total + digit} "


def _bare(text: str) -> str:
    """Fold case and drop accents, vowel signs and ordinal marks, so that a word is one token in every script."""
    text = re.sub(r"(?<=\d)[.\s]?[ºª°]", "", text)
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c for c in decomposed if not unicodedata.category(c).startswith("M"))
    return unicodedata.normalize("NFKC", kept)


_GENERIC = {_bare(word) for word in _GENERIC}


def _tokens(text: str) -> list[str]:
    text = _bare(text)
    text = re.sub(r"제(\d+)조의\s?(\d+)", r" \1-\2 ", text)
    text = re.sub(r"제(\d+)조", r" \1 ", text)
    text = re.sub(r"第\s*(\d+)\s*[条條]\s*[之の]\s*(\d+)", r" \1-\2 ", text)
    text = re.sub(f"(第{_CHINESE_NUMBER.pattern}[条條][之の]{_CHINESE_NUMBER.pattern})", _chinese_sub, text)
    text = re.sub(
        f"第({_CHINESE_NUMBER.pattern})[条條]", lambda m: _CHINESE_NUMBER.sub(_chinese_number, m[1]) + " ", text
    )
    text = "".join(str(unicodedata.digit(c)) if unicodedata.digit(c, None) is not None else c for c in text)
    return re.findall(r"§|[^\W_]+(?:[-/^.][^\W_]+)*", text)


def _chinese_sub(match: re.Match[str]) -> str:
    numbers = [_CHINESE_NUMBER.sub(_chinese_number, part).strip() for part in re.split("[之の]", match[1].strip("第"))]
    return " " + "-".join(re.sub(r"\D", "", n) for n in numbers) + " "


def _content(tokens: list[str]) -> list[str]:
    return [token for token in tokens if token not in _GENERIC]


def designation(pinpoint: str) -> str:
    """Give the part of a pinpoint that names the provision, folded for comparison.

    >>> designation("2(3)"), designation("177 bis(1)"), designation("L425-1, al. 2"), designation("Schedule 4 para 1")
    ('2', '177bis', 'l425-1', 'schedule4')
    """
    head = re.split(r"[(（,;]|\bpara\b|\bal\.", pinpoint, maxsplit=1)[0]
    return "".join(_content(_tokens(head))) or "".join(_tokens(head))


def heading_designations(heading: str) -> list[str]:
    """Give every way in which a pinpoint may name the provision under a heading, the likeliest first.

    >>> heading_designations("Artículo 177 bis. De la trata de seres humanos")[0]
    '177bis'
    >>> heading_designations("Maddə 144-1. İnsan alveri")[0]
    '144-1'
    """
    tokens = _tokens(heading)
    head = _content(tokens)
    names = []
    for end, token in enumerate(head, 1):
        if re.search(r"\d", token):
            if head[end : end + 1] and head[end] in _CHAPTER:
                end = next((i for i, t in enumerate(head[end:], end + 1) if re.search(r"\d", t)), end)
            while end < len(head) and (
                head[end] in _LATIN_SUFFIXES or (len(head[end]) == 1 and _is_letter_suffix(heading, head[end]))
            ):
                end += 1
            names.append("".join(head[:end]))
            break
    names += ["".join(head), "".join(tokens)]
    if not any(re.search(r"\d", token) for token in head):
        names += ["".join(head[:end]) for end in (3, 2, 1)]  # ordinals spelt out: “Artículo primero”
    return list(dict.fromkeys(name for name in names if name))


def _is_letter_suffix(heading: str, letter: str) -> bool:
    """Tell “§ 20 a” and “146 A” from a title that begins with the article a: the letter ends in . or : or the line."""
    return re.search(rf"\d\s*{re.escape(letter)}\s*(?:[.:§)–—-]|$)", heading, re.IGNORECASE) is not None


@dataclass(frozen=True)
class Provision:
    """One provision of an instrument as the corpus holds it."""

    heading: str
    text: str

    @functools.cached_property
    def folded(self) -> str:
        """Heading and text, folded for comparison."""
        return normalise(f"{self.heading}\n{self.text}")

    @property
    def name(self) -> str:
        """The heading's first words: enough to find the provision, too few to carry the text along."""
        words = self.heading.split()
        return " ".join(words[:3]) + (" …" if len(words) > 3 else "")

    @property
    def sha256(self) -> str:
        """SHA-256 of the folded text, in hexadecimal."""
        return hashlib.sha256(self.folded.encode()).hexdigest()


@dataclass(frozen=True)
class Document:
    """One instrument of the corpus."""

    name: str
    meta: dict[str, Any]
    provisions: tuple[Provision, ...]

    @property
    def version(self) -> str:
        """Date of the text, as its front matter gives it, else an empty string."""
        return str(self.meta.get("version_date") or "")

    def find(self, pinpoint: str) -> list[Provision]:
        """Give the provisions that a pinpoint may name, none where the text has no such provision."""
        wanted = designation(pinpoint)
        if not wanted:
            return []
        best: list[tuple[int, Provision]] = []
        for provision in self.provisions:
            names = heading_designations(provision.heading)
            if wanted in names:
                best.append((names.index(wanted), provision))
        if not best:
            return []
        first = min(rank for rank, _ in best)
        return [provision for rank, provision in best if rank == first]


class Corpus:
    """A folder of official texts, read a file at a time as needed."""

    def __init__(self, folder: Path) -> None:
        """Open a corpus.

        Raises:
            FileNotFoundError: the folder does not exist.
        """
        if not folder.is_dir():
            raise FileNotFoundError(f"no corpus at {folder}")
        self.folder = folder
        self._documents: dict[str, Document | None] = {}

    def document(self, name: str) -> Document | None:
        """Give one instrument by its name (``GB/modern-slavery-act-2015``), or None where there is none."""
        if name not in self._documents:
            path = self.folder / f"{name.removesuffix('.md')}.md"
            inside = path.resolve().is_relative_to(self.folder.resolve())
            self._documents[name] = _read(name, path) if inside and path.is_file() else None
        return self._documents[name]


def _read(name: str, path: Path) -> Document:
    text = path.read_text(encoding="utf-8")
    meta: dict[str, Any] = {}
    if text.startswith("---\n"):
        end = text.index("\n---", 4)
        meta = yaml.load(text[4:end], Loader=yaml.BaseLoader) or {}
        text = text[text.find("\n", end + 4) + 1 :]
    parts = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    provisions = tuple(
        Provision(heading.strip(), body.strip()) for heading, _, body in (part.partition("\n") for part in parts)
    )
    return Document(name, meta, provisions)
