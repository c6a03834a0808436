"""Reads files that were damaged, or put together at random from what their format has, and looks for anything but a document or a named failure.

    .venv/bin/python benchmarks/fuzz.py --seconds 600 --seed 1 [--kind .docx] [--keep FOLDER]

Each file is made from a seed of its own, which is printed with a fault, so that `--seed SEED --count 1` makes it again. The tests read a
few of them (`tests/test_fuzz.py`). Seeds 1 to 3,546 and 100,000 to 117,114 gave 15,923 documents, 4,738 named failures, and no fault.
"""

from __future__ import annotations

import argparse
import io
import random
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from policyloom.errors import DocumentError
from policyloom.extract import read_document
from policyloom.records import Document, from_json, to_json

ROOT = Path(__file__).resolve().parent.parent
CORPUS = sorted((ROOT / "corpus").glob("*.pdf"), key=lambda path: path.stat().st_size)[:3]

MAX_SECONDS = 20.0
"""Of processor time for one of these small files."""

N_IN_TESTS = {".txt": 80, ".html": 80, ".docx": 80, ".pdf": 10}
"""Files of each kind that the tests read."""

WORDS = (
    "Apprenticeships", "the college", "will pay", "a grant", "职业教育", "dé\u0301jà", "\u00ad", "\u200b", "ﬁrm-", "1.2", "(a)", "•", "-", "=", ";", "\u2028",
    "\ud7ff", "\U0001f600", "http://a.b", "2024", "%", "&amp;", "<", ">", '"', "'", "\t", "\n", "\n\n", "\f", "\r", "References", "CHAPTER I", "\x0b", "\x1b[2J",
)  # fmt: skip
TAGS = (
    "p div h1 h3 table tr td th ul li ol dl dt dd pre br span b sup a title script style textarea select svg caption thead section figcaption"
).split()
ATTRIBUTES = (
    'rowspan="9"',
    "colspan=0",
    "hidden",
    'style="display:none"',
    "href='#x'",
    'id="',
    "=",
    "role=none",
    "class=a b",
    "'",
)
WORD_TAGS = (
    "p r t tbl tr tc tcPr gridSpan vMerge pPr pStyle numPr ins del sdt sdtContent hyperlink fldChar footnoteReference br tab drawing txbxContent AlternateContent"
).split()
WORD_ATTRIBUTES = (
    'w:val="2"',
    'w:val="restart"',
    'w:val="99999999"',
    'w:id="1"',
    'w:fldCharType="begin"',
    'w:fldCharType="end"',
    'w:val="Heading1"',
)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def damage(data: bytes, chance: random.Random) -> bytes:
    """Bytes that were changed, cut, doubled or left out in a few places."""
    out = bytearray(data)
    for _ in range(chance.randint(0, 6)):
        if not out:
            break
        at = chance.randrange(len(out))
        length = chance.choice((1, 1, 4, 64, 1024))
        how = chance.randrange(4)
        if how == 0:
            out[at] = chance.randrange(256)
        elif how == 1:
            del out[at : at + length]
        elif how == 2:
            out[at:at] = out[at : at + length]
        else:
            out[at : at + length] = chance.randbytes(length)
    return bytes(out)


def make_text(chance: random.Random) -> bytes:
    """Words, signs and line ends in some encoding, with some bytes changed."""
    text = " ".join(chance.choices(WORDS, k=chance.randint(1, 200))) * chance.choice((1, 1, 1, 30))
    encoding = chance.choice(("utf-8", "utf-8", "utf-16", "cp1252", "gb18030", "utf-32"))
    return damage(text.encode(encoding, "replace"), chance)


def make_page(chance: random.Random) -> bytes:
    """Tags that open and close as they come, with words and attributes."""
    parts = []
    for _ in range(chance.randint(1, 200)):
        tag = chance.choice(TAGS)
        attributes = " ".join(chance.choices(ATTRIBUTES, k=chance.randint(0, 2)))
        parts.append(
            chance.choice(
                (
                    f"<{tag} {attributes}>",
                    f"</{tag}>",
                    chance.choice(WORDS),
                    "<!--",
                    "-->",
                    "<![CDATA[",
                    "]]>",
                    "<",
                    "&#x1F",
                )
            )
        )
    return damage(("".join(parts) * chance.choice((1, 1, 20))).encode("utf-8", "replace"), chance)


def make_word_file(chance: random.Random) -> bytes:
    """Elements of a Word file within one another as they come, and its notes and styles."""

    def element(depth: int) -> str:
        tag = chance.choice(WORD_TAGS)
        chosen = {
            part.partition("=")[0]: part for part in chance.choices(WORD_ATTRIBUTES, k=chance.randint(0, 2))
        }
        attributes = " ".join(chosen.values())
        if depth > 8 or chance.random() < 0.3:
            text = (
                chance.choice(WORDS).translate({ord(c): None for c in "<>&\x0b\x0c\x1b\ud7ff"})
                if tag == "t"
                else ""
            )
            return f"<w:{tag} {attributes}>{text}</w:{tag}>"
        return (
            f"<w:{tag} {attributes}>"
            + "".join(element(depth + 1) for _ in range(chance.randint(0, 4)))
            + f"</w:{tag}>"
        )

    body = "".join(
        f"<w:p><w:r><w:t>Towns pay.</w:t></w:r></w:p>{element(0)}" for _ in range(chance.randint(1, 12))
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as file:
        file.writestr("word/document.xml", f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>')
        file.writestr(
            "word/footnotes.xml",
            f'<w:footnotes xmlns:w="{W}"><w:footnote w:id="1">{element(0)}</w:footnote></w:footnotes>',
        )
        file.writestr(
            "word/styles.xml",
            f'<w:styles xmlns:w="{W}"><w:style w:styleId="Heading1">{element(5)}</w:style></w:styles>',
        )
    data = packed.getvalue()
    return damage(data, chance) if chance.random() < 0.3 else data


def make_pdf(chance: random.Random) -> bytes:
    """A small sample document with some bytes changed."""
    return damage(chance.choice(CORPUS).read_bytes(), chance)


MAKERS: dict[str, Callable[[random.Random], bytes]] = {
    ".txt": make_text, ".html": make_page, ".docx": make_word_file, ".pdf": make_pdf,
}  # fmt: skip
"""What makes the bytes of a file of each kind."""


def read_one(data: bytes, path: Path) -> str:
    """What comes of a file: "document", the kind of its failure, or "fault" with what is wrong."""
    path.write_bytes(data)
    began = time.process_time()
    try:
        document = read_document(path, ocr="never")
    except DocumentError as error:
        end = error.kind if error.reason and "\n" not in error.reason else f"fault: reason {error.reason!r}"
    except Exception:
        return "fault: " + traceback.format_exc()
    else:
        end = check(document)
    if time.process_time() - began > MAX_SECONDS:
        return f"fault: took {time.process_time() - began:.0f} s"
    return end


def check(document: Document) -> str:
    """Whether a document keeps what its record promises."""
    if from_json(Document, to_json(document)) != document:
        return "fault: is another after writing and reading"
    if not document.text.strip():
        return "fault: has no text"
    for block in document.blocks:
        quote = document.quote(block)
        if not quote.strip() and block.cells == ():
            return f"fault: block {block} is empty"
    return "document"


def main() -> None:
    """Reads files until time is up, and prints how they ended."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--count", type=int, default=10**9)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", choices=sorted(MAKERS), action="append")
    parser.add_argument("--keep", type=Path, default=None, help="a folder for the files with faults")
    given = parser.parse_args()
    kinds = given.kind or sorted(MAKERS)
    ends: dict[str, Counter[str]] = {kind: Counter() for kind in kinds}
    until, seed = time.monotonic() + given.seconds, given.seed
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < until and seed < given.seed + given.count:
            kind = kinds[seed % len(kinds)]
            data = MAKERS[kind](random.Random(seed))
            end = read_one(data, Path(folder) / f"a{kind}")
            ends[kind][end.partition(":")[0]] += 1
            if end.startswith("fault"):
                print(f"seed {seed}, {kind}: {end}", flush=True)
                if given.keep:
                    given.keep.mkdir(parents=True, exist_ok=True)
                    (given.keep / f"{seed}{kind}").write_bytes(data)
            seed += 1
    for kind, found in ends.items():
        print(f"{kind:6}{found.total():7}  " + ", ".join(f"{n} {end}" for end, n in found.most_common()))


if __name__ == "__main__":
    main()
