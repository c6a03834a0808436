"""Set aside what a journal's article prints about itself: statements, notices, reviews.

Who paid, who wrote what, who has which interests, where to write to and what the referees said is about the
article and not its argument; read as its prose it yields actors and measures that nobody writes about. Policies
and reports are left whole: only a document with an abstract, keywords or a DOI on its first page, and with a
list of references, is taken for an article.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from policyloom.extract.groups import Group
from policyloom.extract.marks import ABSTRACT, KEYWORDS, LABELLED, REFERENCES, key_of

__all__ = ["part_article"]

MAX_STATEMENT = 2_500
"""Characters; a section that is longer is a chapter of its own, whatever its heading."""

MAX_NOTICE = 600
"""Characters; a longer paragraph that begins like a notice, or has an e-mail address in it, is about something else."""

MIN_TITLE = 20
"""Letters; a shorter title may well stand in a sentence of the text."""

FRONT_PAGES = 2
"""Pages on which notices and labelled statements stand; where a first page is full, they go on on the second."""

_CLEAR_WORDS = (
    r"acknowledge?ments?|(?:declarations? of )?(?:conflicts?|competing|conflicting)(?: of)?(?: financial)? interests?"
    r"(?: statements?)?|declarations? of interests?|authors?['’]?s?['’]? (?:information|details|disclosures?)"
    r"(?: statements?)?|publisher['’]?s['’]? note|consent (?:for publication|to publish)|orcid(?: ids?)?"
)
"""Headings that only an article's own statements have."""

_OTHER_WORDS = (
    r"funding(?: information| statements?| sources?)?|role of the funding source|sources? of (?:funding|support)"
    r"|grant (?:information|support)|(?:financial )?disclosures?|data availability(?: statement)?"
    r"|availability of data(?: and materials?)?"
)
"""Headings that a chapter may have as well, as one on what training costs."""

_CLEAR = re.compile(rf"(?:{_CLEAR_WORDS})\b|the funders? had no role in", re.IGNORECASE)
_STATEMENT = re.compile(rf"(?:{_CLEAR_WORDS}|{_OTHER_WORDS})\W*", re.IGNORECASE)
# Some are set as the first words of their paragraph, without a sign between: "Acknowledgments This work was".
_LABEL = re.compile(
    rf"(?:{_CLEAR_WORDS})(?:\s*[:.—–]|\s+(?-i:[A-Z]))|the funders? had no role in|(?:{_OTHER_WORDS})\s*:",
    re.IGNORECASE,
)
_OF_THE_WORK = re.compile(
    r"\b(?:this (?:work|study|research|project|paper|article)|authors?|funders?|grant (?:no|number)"
    r"|(?:these|all|relevant) data)\b",
    re.IGNORECASE,
)
# Some publishers' own XML has contributions in the body, so they stay. The roles are those of CRediT (NISO Z39.104).
_CONTRIBUTIONS = re.compile(
    r"authors?['’]?s?['’]? contributions?\W*|(?:conceptuali[sz]ation|data curation|formal analysis|funding acquisition"
    r"|investigation|methodology|project administration|resources|software|supervision|validation|visuali[sz]ation"
    r"|writing\b.{0,30}):.*",
    re.IGNORECASE,
)
_REVIEWS = re.compile(
    r"(?:open peer review|(?:referee|reviewer|peer review)s?['’]? (?:reports?|comments)|decision letter(?: and author response)?)\W*",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"\W*(?:(?:received|accepted|submitted|published(?: online)?)\W{1,3}(?:on |online )?(?:[0-3]?\d\b|(?:19|20)\d\d|[a-z]+ \d)"
    r"|(?:(?:first|latest) )?(?:published|indexed)(?: online)?:|(?:tel|fax)\b|these authors contributed equally"
    r"|(?:address(?:es)? )?(?:for )?correspondence(?: \w+ reprint requests?)?\s*(?:to|should|[:*]|$)|corresponding author"
    r"|(?:authors? )?to whom correspondence"
    r"|(?:(?:academic|external|handling) )?editors?:|(?:edited|reviewed|communicated) by\b|citation:|e-?mails?:"
    r"|co-?authors:|present address|full list of author|(?:copyright )?©|this is an open[- ]access)",
    re.IGNORECASE,
)
# A note to the names of the authors: it opens with the mark that stands at a name.
_AFFILIATION = re.compile(
    r"(?:\(?(?:\d{1,2}|(?-i:[a-h]))\)?[.,]?\s?|[*†‡§¶#]\s?)(?-i:[A-Z]).{0,120}?"
    r"\b(?:universi|institut|department|facult|school|college|hospital|cent(?:er|re)|laborator|academ|division)",
    re.IGNORECASE,
)
# Links of a journal's page, each on a line of its own: at a figure, or after a reference.
_LINK = re.compile(
    r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)10\.\S+"
    r"|(?:\[?(?:pubmed(?: abstract| central)?|(?:publisher |free )?full text|crossref|google scholar|reference source"
    r"|view article)\]?[\s|,;•]*)+",
    re.IGNORECASE,
)
_OPENS_ARTICLE = re.compile(r"\bdoi\b|\breceived\b.{0,30}\b(?:19|20)\d\d", re.IGNORECASE)
_PROSE = ("paragraph", "list_item", "footnote", "front_matter")


def part_article(groups: Sequence[Group]) -> tuple[list[Group], list[Group]]:
    """The groups of an article's text, and those of its statements, notices and reviews.

    Args:
        groups: the groups of a document with their kinds, in reading order.
    """
    references = [i for i, group in enumerate(groups) if REFERENCES.fullmatch(group.text.strip())]
    if not references or not _is_article(groups):
        return list(groups), []
    last_section = min(_last_section(groups, i) for i in references)
    title = key_of(" ".join(group.text for group in groups if group.kind == "title"))
    apart: set[int] = set()
    for i, group in enumerate(groups):
        text = group.text.strip()
        if i > references[0] and _REVIEWS.fullmatch(text) and _opens_page(groups, i):
            apart.update(range(i, len(groups)))
            break
        on_front = group.lines[0].page < groups[0].lines[0].page + FRONT_PAGES
        if on_front or i > last_section:
            if i > last_section or group.run_in or group.kind != "heading":
                apart.update(_statement(groups, i))
            if _is_notice(group, text):
                apart.update(_section(groups, i) if group.kind == "heading" else [i])
        if on_front and _is_note_to_names(group, text, title):
            apart.add(i)
        if _LINK.fullmatch(text) and (i > references[0] or not on_front):
            apart.add(i)
    kept = [group for i, group in enumerate(groups) if i not in apart]
    return kept, [groups[i] for i in sorted(apart)]


def _is_article(groups: Sequence[Group]) -> bool:
    first = groups[0].lines[0].page
    texts = [group.text.strip() for group in groups if group.lines[0].page == first]
    return any(
        ABSTRACT.fullmatch(text)
        or KEYWORDS.match(text)
        or LABELLED.match(text)
        or _OPENS_ARTICLE.search(text)
        for text in texts
    )


def _last_section(groups: Sequence[Group], references: int) -> int:
    """The heading of the last section before a list of references that is no statement; -1 if there is none."""
    for i in range(references - 1, -1, -1):
        text = groups[i].text.strip()
        if groups[i].kind == "heading" and not (_CONTRIBUTIONS.fullmatch(text) or _STATEMENT.fullmatch(text)):
            return i
    return -1


def _opens_page(groups: Sequence[Group], i: int) -> bool:
    """Whether nothing but a few marks stands before a group on its page."""
    page = groups[i].lines[0].page
    return all(group.n_chars < 20 for group in groups[:i] if group.lines[-1].page == page)


def _statement(groups: Sequence[Group], i: int) -> list[int]:
    """The groups of the statement that group `i` opens; none where it opens none."""
    text = groups[i].text.strip()
    if groups[i].kind == "heading" and _STATEMENT.fullmatch(text):
        inside = _section(groups, i)
    elif groups[i].kind in _PROSE and _LABEL.match(text):
        inside = [i]
    else:
        return []
    if _CLEAR.match(text) or any(_OF_THE_WORK.search(groups[k].text) for k in inside):
        return inside
    return []


def _section(groups: Sequence[Group], heading: int) -> list[int]:
    """A statement's heading and what stands under it; nothing where that is too long for a statement."""
    inside = [heading]
    for i in range(heading + 1, len(groups)):
        if groups[i].kind not in _PROSE:
            break
        inside.append(i)
        if groups[heading].run_in:
            break
    return inside if sum(groups[i].n_chars for i in inside) <= MAX_STATEMENT else []


def _is_notice(group: Group, text: str) -> bool:
    """Whether a group says when the article came in, where to write to, or under which licence it is."""
    if group.kind == "heading":
        return group.run_in and bool(_NOTICE.match(text))
    return group.kind in _PROSE and len(text) < MAX_NOTICE and ("@" in text or bool(_NOTICE.match(text)))


def _is_note_to_names(group: Group, text: str, title: str) -> bool:
    """Whether a group says where an author works, or how to cite the article: with its whole title."""
    if group.kind == "front_matter" and _AFFILIATION.match(text):
        return True
    return group.kind in _PROSE and len(title) > MIN_TITLE and title in key_of(text)
