"""Sentences of a treebank in CoNLL-U as spaCy Docs that look like the prose of a document."""

from __future__ import annotations

import csv
import io
import random
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from spacy.tokens import Doc
from spacy.vocab import Vocab

__all__ = [
    "KEPT_FEATURES",
    "Sentence",
    "group_sentences",
    "read_conllu",
    "read_gmb_tags",
    "roughen",
    "tags_to_doc",
    "to_doc",
]

KEPT_FEATURES = frozenset({
    "Case", "Definite", "Degree", "Foreign", "Gender", "Mood", "NumType", "Number", "Person", "Polarity",
    "Poss", "PronType", "Reflex", "Tense", "VerbForm", "Voice",
})  # fmt: skip
"""Morphological features that the morphologizer learns; the others (Typo, Style …) describe spelling."""

PARAGRAPH_BREAKS = ("\n\n", "\n")
LIST_MARKERS = ("{n}.", "({n})", "({a})", "{a})", "({r})", "•", "-", "{n}.{m}", "{n}.{m}.{k}")
WRAP_RATE = 0.03  # of the spaces in a wrapped group; text from PDFs keeps some line ends


@dataclass(frozen=True, slots=True)
class Sentence:
    """Parallel lists, one entry a syntactic word; heads are 0-based indices, the root points at itself."""

    words: list[str]
    spaces: list[bool]
    tags: list[str]
    upos: list[str]
    morphs: list[str]
    lemmas: list[str]
    heads: list[int]
    deps: list[str]
    document: int
    starts_paragraph: bool


def read_conllu(path: str | Path) -> list[Sentence]:
    """Every sentence of a CoNLL-U file, in order; empty nodes (8.1) are left out.

    A multiword token (don't) gives its words without a space between them, as spaCy's tokenizer does.
    """
    sentences: list[Sentence] = []
    document = 0
    for block in Path(path).read_text(encoding="utf8").split("\n\n"):
        lines = block.strip().split("\n")
        comments = [line for line in lines if line.startswith("#")]
        rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
        if not rows:
            continue
        new_document = any(line.startswith("# newdoc") for line in comments)
        document += new_document
        starts = new_document or any(line.startswith("# newpar") for line in comments)
        sentences.append(_to_sentence(rows, document, starts))
    return sentences


def _to_sentence(rows: list[list[str]], document: int, starts_paragraph: bool) -> Sentence:
    glued: set[int] = set()  # ids of words that no space follows
    for row in rows:
        if "-" in row[0]:
            first, last = (int(part) for part in row[0].split("-"))
            glued.update(range(first, last))
            if "SpaceAfter=No" in row[9]:
                glued.add(last)
        elif "SpaceAfter=No" in row[9]:
            glued.add(int(row[0]) if row[0].isdigit() else -1)
    in_range = {i for row in rows if "-" in row[0] for i in range(*(int(p) for p in row[0].split("-")))}
    words = [row for row in rows if row[0].isdigit()]
    return Sentence(
        words=[row[1].replace(" ", "") for row in words],
        spaces=[int(row[0]) not in glued and int(row[0]) not in in_range for row in words],
        tags=["" if row[4] == "_" else row[4] for row in words],
        upos=[row[3] for row in words],
        morphs=[_keep_features(row[5]) for row in words],
        lemmas=["" if row[2] == "_" and row[1] != "_" else row[2] for row in words],
        heads=[int(row[6]) - 1 if row[6] != "0" else i for i, row in enumerate(words)],
        deps=["ROOT" if row[6] == "0" else row[7] for row in words],
        document=document,
        starts_paragraph=starts_paragraph,
    )


def _keep_features(features: str) -> str:
    kept = [pair for pair in features.split("|") if pair.split("=")[0] in KEPT_FEATURES]
    return "|".join(kept)


def group_sentences(
    sentences: Iterable[Sentence], *, rng: random.Random, max_sentences: int = 8
) -> Iterator[list[Sentence]]:
    """Runs of 1 to `max_sentences` neighbouring sentences of one document, of random length."""
    group: list[Sentence] = []
    wanted = rng.randint(1, max_sentences)
    for sentence in sentences:
        if group and (len(group) >= wanted or sentence.document != group[-1].document):
            yield group
            group, wanted = [], rng.randint(1, max_sentences)
        group.append(sentence)
    if group:
        yield group


def roughen(sentence: Sentence, *, rng: random.Random) -> Sentence:
    """The sentence as a policy document might print it: sometimes in capitals, sometimes a list item.

    Treebank prose has next to no list markers, policies are full of them. A marker gets the tag LS
    (its brackets and full stop their own) and hangs on the root.
    """
    chance = rng.random()
    if chance < 0.01:
        return replace(
            sentence,
            words=[w.upper() if len(w.upper()) == len(w) else w for w in sentence.words],
            lemmas=[""] * len(sentence.words),
        )
    if chance < 0.05:
        return _add_list_marker(sentence, rng.choice(LIST_MARKERS), rng=rng)
    return sentence


def _add_list_marker(sentence: Sentence, pattern: str, *, rng: random.Random) -> Sentence:
    marker = pattern.format(
        n=rng.randint(1, 30), m=rng.randint(1, 12), k=rng.randint(1, 9), a=rng.choice("abcdefgh"),
        r=rng.choice(("i", "ii", "iii", "iv", "v", "vi")),
    )  # fmt: skip
    parts = re.findall(r"[()•\-]|[\w.]*\w|\.", marker)
    kinds = {"(": ("-LRB-", "PUNCT"), ")": ("-RRB-", "PUNCT"), ".": (".", "PUNCT")}
    kinds |= {"•": ("NFP", "PUNCT"), "-": ("NFP", "PUNCT")}
    tags = [kinds.get(part, ("LS", "X")) for part in parts]
    n = len(parts)
    core = next((i for i, (tag, _) in enumerate(tags) if tag == "LS"), None)
    root = n + next(i for i, dep in enumerate(sentence.deps) if dep == "ROOT")
    return replace(
        sentence,
        words=parts + sentence.words,
        spaces=[False] * (n - 1) + [True] + sentence.spaces,
        tags=[tag for tag, _ in tags] + sentence.tags,
        upos=[pos for _, pos in tags] + sentence.upos,
        morphs=[""] * n + sentence.morphs,
        lemmas=parts + sentence.lemmas,
        heads=[root if i == core or core is None else core for i in range(n)]
        + [h + n for h in sentence.heads],
        deps=["dep" if i == core else "punct" for i in range(n)] + sentence.deps,
    )


def to_doc(
    sentences: list[Sentence], vocab: Vocab, *, rng: random.Random | None = None, breaks: float = 1.0
) -> Doc:
    """One Doc of several sentences; a paragraph opens with an empty line with probability `breaks`.

    With `rng`, one group in ten also has some of its spaces turned into line ends. White-space tokens
    carry the tag _SP and hang on the word before them as `punct`, which the scorer ignores.
    """
    wrap = WRAP_RATE if rng is not None and rng.random() < 0.1 else 0.0
    columns: dict[str, list[str]] = {key: [] for key in ("words", "tags", "pos", "morphs", "lemmas", "deps")}
    spaces: list[bool] = []
    heads: list[int] = []
    starts: list[bool] = []

    def add_white_space(text: str) -> None:
        spaces[-1] = False
        for key, value in zip(columns, (text, "_SP", "SPACE", "", text, "punct"), strict=True):
            columns[key].append(value)
        heads.append(len(heads) - 1)
        spaces.append(False)
        starts.append(False)

    for number, sentence in enumerate(sentences):
        if number and sentence.starts_paragraph and (rng is None or rng.random() < breaks):
            add_white_space(PARAGRAPH_BREAKS[rng is not None and rng.random() < 0.4])
        elif number:
            spaces[-1] = True
        position: list[int] = []  # of each word of the sentence in the Doc
        for i, word in enumerate(sentence.words):
            position.append(len(spaces))
            row = (word, sentence.tags[i], sentence.upos[i], sentence.morphs[i], sentence.lemmas[i])
            for key, value in zip(columns, (*row, sentence.deps[i]), strict=True):
                columns[key].append(value)
            heads.append(-1)
            spaces.append(sentence.spaces[i])
            starts.append(i == 0)
            inside = i + 1 < len(sentence.words)
            if wrap and rng is not None and inside and sentence.spaces[i] and rng.random() < wrap:
                add_white_space("\n")
        for i, head in enumerate(sentence.heads):
            heads[position[i]] = position[head]
    return Doc(vocab, spaces=spaces, heads=heads, **columns)  # type: ignore[arg-type]


def read_gmb_tags(path: str | Path) -> list[list[tuple[str, str]]]:
    """Words and Penn tags of the Groningen Meaning Bank's sentences, where they agree with UD's; else ""."""
    sentences: list[list[tuple[str, str]]] = []
    with zipfile.ZipFile(path) as archive, archive.open("ner_dataset.csv") as raw:
        rows = csv.reader(io.TextIOWrapper(raw, encoding="cp1252"))
        next(rows)
        for opening, token, penn, _ in rows:
            if opening:
                sentences.append([])
            word = {"``": '"', "''": '"'}.get(token, token).replace("\xa0", "") or "_"
            tag = {"LRB": "-LRB-", "RRB": "-RRB-", ";": ":"}.get(penn, penn)
            previous = sentences[-1][-1] if sentences[-1] else ("", "")
            if previous[1] == "TO" and tag != "VB":  # UD has TO for the infinitive's mark only
                sentences[-1][-1] = (previous[0], "")
            sentences[-1].append((word, tag))
    return sentences


def tags_to_doc(words: list[tuple[str, str]], vocab: Vocab, tokenize: Callable[[str], Doc]) -> Doc:
    """A Doc with nothing but tags, and none for words that the tokenizer splits (anti-government)."""
    texts = [word for word, _ in words]
    tags = [tag if len(tokenize(word)) == 1 else "" for word, tag in words]
    return Doc(vocab, words=texts, tags=tags)
