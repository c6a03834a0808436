"""How fast and how large `policyloom run` is; `docs/scale.md` has the figures.

    python benchmarks/scale.py pages ../shared/documents/pdf ../shared/pdf_bench/jats --without lk-act-2008-031.pdf ke-ken162509.pdf
    python benchmarks/scale.py stages ../shared/documents/pdf ../shared/pdf_bench/jats --without lk-act-2008-031.pdf ke-ken162509.pdf
    python benchmarks/scale.py documents 1000 10000
    python benchmarks/scale.py documents 10000 100000 --notes
    python benchmarks/scale.py start

`pages` holds a run against `plain_script.py` on the same files, one after the other; the two files named above are scans, whose pages
take seconds by OCR and are read by no plain script. `stages` holds each stage against the least that it could take. `documents` runs over
documents made on the spot, and once more over the same; `start` takes the time of the command's help. Processor time is that of all
processes of a command together; it varies less than the clock on a machine that others use too.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

PLAIN = Path(__file__).with_name("plain_script.py")
MAX_PAGES = 100
"""Pages of a file in `pages` and `stages`, so that no one file decides."""
LOOK = 0.1
"""Seconds between two looks at the memory of a command."""


@dataclass
class Cost:
    """What a command took.

    Attributes:
        seconds: by the clock.
        cpu: seconds of processor time of all its processes.
        megabytes: the most memory that each of its processes had at once, largest first.
        curve: its first process's megabytes at each look.
    """

    seconds: float = 0.0
    cpu: float = 0.0
    megabytes: list[float] = field(default_factory=list)
    curve: list[float] = field(default_factory=list)


def measure(command: Sequence[str | Path]) -> Cost:
    """Runs a command to its end."""
    cost = Cost()
    peaks: dict[int, float] = {}
    begun = time.monotonic()
    process = subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )

    def look() -> None:
        own = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                for each in (own, *own.children(recursive=True)):
                    size = each.memory_info().rss / 1e6
                    peaks[each.pid] = max(peaks.get(each.pid, 0.0), size)
                    if each.pid == process.pid:
                        cost.curve.append(size)
            except psutil.Error:
                pass
            time.sleep(LOOK)

    watcher = threading.Thread(target=look, daemon=True)
    before = os.times()
    watcher.start()
    status = process.wait()
    cost.seconds = time.monotonic() - begun
    after = os.times()
    watcher.join()
    if status not in (0, 1):
        raise SystemExit(f"{command} ended with status {status}")
    cost.cpu = after.children_user - before.children_user + after.children_system - before.children_system
    cost.megabytes = sorted(peaks.values(), reverse=True)
    return cost


def run_command(folder: Path, out: Path, *words: str) -> list[str | Path]:
    """The command of a run."""
    return [sys.executable, "-m", "policyloom", "run", folder, "-o", out, "-q", *words]


def take_pages(folders: Iterable[Path], without: Sequence[str], into: Path) -> int:
    """Links the PDFs of folders into one; gives the number of their pages."""
    import pypdfium2

    n = 0
    for folder in folders:
        for path in sorted(folder.glob("*.pdf")):
            pdf = pypdfium2.PdfDocument(path)
            if len(pdf) <= MAX_PAGES and path.name not in without:
                n += len(pdf)
                (into / path.name).symlink_to(path.resolve())
            pdf.close()
    return n


def pages(folders: Sequence[Path], without: Sequence[str], repeat: int) -> None:
    """A run beside the plain script."""
    with tempfile.TemporaryDirectory() as temporary:
        files = Path(temporary) / "files"
        files.mkdir()
        n = take_pages(folders, without, files)
        print(f"{len(list(files.iterdir()))} files, {n} pages; the least of {repeat} of each, in turn")
        commands: dict[str, Callable[[Path], list[str | Path]]] = {
            "plain script": lambda _: [sys.executable, PLAIN, files],
            "run, one worker": lambda out: run_command(files, out, "-j", "1", "--ocr", "never"),
            "run, two workers": lambda out: run_command(files, out, "-j", "2", "--ocr", "never"),
        }
        best: dict[str, Cost] = {}
        for i in range(repeat):
            for name, command in commands.items():
                cost = measure(command(Path(temporary) / f"out-{i}-{name}"))
                if name not in best or cost.cpu < best[name].cpu:
                    best[name] = cost
        plain = best["plain script"]
        for name, cost in best.items():
            memory = " + ".join(f"{size:.0f}" for size in cost.megabytes if size > 50)
            print(
                f"{name:17} {cost.seconds:6.1f} s {n / cost.seconds:6.1f} pages/s   processor {cost.cpu:6.1f} s "
                f"{n / cost.cpu:6.1f} pages/s {plain.cpu / cost.cpu:5.2f} x   {memory} MB"
            )


def stages(folders: Sequence[Path], without: Sequence[str]) -> None:
    """Each stage beside its floor, in processor time of this process."""
    import pypdfium2

    from policyloom.coders import load_coder
    from policyloom.extract import read_pdf
    from policyloom.framework import read_framework
    from policyloom.network import find_links
    from policyloom.records import Tagged, from_json, to_json
    from policyloom.run.copies import make_sketch
    from policyloom.tag import tag
    from policyloom.tag.pipeline import load_pipeline
    from policyloom.tag.reading import read_units

    spent: dict[str, float] = {}

    def timed(name: str, work: Callable[..., Any], *given: Any, **words: Any) -> Any:
        begun = time.process_time()
        done = work(*given, **words)
        spent[name] = spent.get(name, 0.0) + time.process_time() - begun
        return done

    def pdfium_text(path: Path) -> None:
        pdf = pypdfium2.PdfDocument(path)
        for page in pdf:
            page.get_textpage().get_text_range()
        pdf.close()

    framework = read_framework()
    nlp = timed("start: pipeline", load_pipeline, framework)
    coder = timed("start: coder", load_coder, framework)
    tokenizer = load_pipeline(framework).tokenizer
    tagged: list[Tagged] = []
    with tempfile.TemporaryDirectory() as temporary:
        files = Path(temporary)
        n = take_pages(folders, without, files)
        for path in sorted(files.iterdir()):
            timed("floor: PDFium's own text", pdfium_text, path)
            document = timed("read a PDF", read_pdf, path, ocr="never")
            texts = [document.quote(block) for block in document.blocks]
            timed("floor: spaCy's tokenizer", lambda texts: list(map(tokenizer, texts)), texts)
            passages = [unit.passage for unit in timed("find candidates", read_units, document, nlp).units]
            timed("code", coder.code, passages)
            asked = [s for p in passages for s in p.sentences if s.is_on_topic and s.block_kind != "heading"]
            if asked:
                matrix = timed("features, within code", coder.classifier._matrix, asked)
                timed("floor: matrix products, within code", coder.classifier._probabilities, matrix)
            whole = timed("find candidates, code and assemble", tag, document, nlp, coder)
            timed("sketch", make_sketch, document.text)
            data = timed("write a result", to_json, whole)
            timed("read a result", from_json, Tagged, data)
            tagged.append(whole)
    timed("the network", find_links, tagged, framework)
    print(f"{n} pages")
    for name, seconds in spent.items():
        print(f"{name:36} {seconds:7.2f} s {1000 * seconds / n:7.2f} ms a page")


WORDS = (
    "the of and to a in for is on that by this with be as at from are have or an will their was its may all which other these new "
    "colleges employers firms trainers apprentices students ministry council region programme policy budget grants curriculum "
    "equipment workshops standards assessment jobs sector county industry office report plan year agreement training board "
    "provides supports requires reviews publishes funds joins extends offers reports appoints prepares"
).split()
SAID = (
    "The college set up apprenticeships with employers.",
    "The government will provide tax relief to firms that train.",
    "There is a shortage of qualified trainers.",
    "Graduates found jobs in local firms.",
    "The council has not yet signed an agreement with enterprises.",
    "Apprenticeships led to better skills among graduates.",
)


def make_document(n: int, suffix: str, *, is_note: bool = False) -> bytes:
    """A short document of some 250 words, or a note of some 40, another for each number."""
    chance = random.Random(n)
    paragraphs = []
    for _ in range(1 if is_note else chance.randint(3, 6)):
        lines = []
        for _ in range(chance.randint(2, 5)):
            words = chance.choices(WORDS, k=chance.randint(8, 20))
            lines.append(" ".join(words).capitalize() + ".")
            if chance.random() < 0.3:
                lines.append(chance.choice(SAID))
        paragraphs.append(" ".join(lines))
    title = f"Plan {n} of the county office"
    if suffix == ".pdf":
        return make_pdf([title, *paragraphs])
    if suffix == ".html":
        return "\n".join((f"<h1>{title}</h1>", *(f"<p>{text}</p>" for text in paragraphs))).encode()
    return "\n\n".join((title, *paragraphs)).encode()


def make_pdf(paragraphs: Sequence[str]) -> bytes:
    """A PDF of one or two pages."""
    import io
    import textwrap

    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), invariant=1)
    y = 780
    for paragraph in paragraphs:
        for line in textwrap.wrap(paragraph, 85):
            if y < 60:
                canvas.showPage()
                y = 780
            canvas.setFont("Helvetica", 11)
            canvas.drawString(60, y, line)
            y -= 14
        y -= 10
    canvas.save()
    return buffer.getvalue()


def make_documents(folder: Path, n: int, *, notes: bool) -> None:
    """Writes so many documents: of five, three texts, one page of HTML, one PDF; notes are texts."""
    for i in range(n):
        suffix = (".txt", ".txt", ".txt", ".txt" if notes else ".html", ".txt" if notes else ".pdf")[i % 5]
        (folder / f"{i:06}{suffix}").write_bytes(make_document(i, suffix, is_note=notes))


def documents(sizes: Sequence[int], workers: int, *, notes: bool) -> None:
    """Runs over documents made on the spot, and over the same again."""
    cost_of_one: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for n in sizes:
            files, out = Path(temporary) / f"files-{n}", Path(temporary) / f"out-{n}"
            files.mkdir()
            make_documents(files, n, notes=notes)
            cold = measure(run_command(files, out, "-j", str(workers)))
            warm = measure(run_command(files, out, "-j", str(workers)))
            cost_of_one[n] = cold.cpu / n
            curve = [cold.curve[int(len(cold.curve) * share / 10)] for share in range(1, 10)]
            print(
                f"{n:,} documents, {workers} workers: {cold.seconds:.1f} s ({n / cold.seconds:.0f} a second), processor {cold.cpu:.1f} s, "
                f"{1000 * cold.cpu / n:.1f} ms a document; again: {warm.seconds:.1f} s, processor {warm.cpu:.1f} s, "
                f"{cold.seconds / warm.seconds:.0f} and {cold.cpu / warm.cpu:.0f} times faster"
            )
            print(f"  memory: {' + '.join(f'{size:.0f}' for size in cold.megabytes if size > 50)} MB")
            print(
                f"  of the first process, at each tenth of the time: {', '.join(f'{size:.0f}' for size in curve)} MB",
                flush=True,
            )
            shutil.rmtree(files)
            shutil.rmtree(out)
    least, most = min(sizes), max(sizes)
    print(
        f"a document of {most:,} takes {cost_of_one[most] / cost_of_one[least] - 1:+.0%} of one of {least:,}"
    )


def start(repeat: int) -> None:
    """The help and the import beside click's."""
    commands = {
        "python -c pass": ("-c", "pass"),
        "import click": ("-c", "import click"),
        "import policyloom": ("-c", "import policyloom"),
        "policyloom --help": ("-m", "policyloom", "--help"),
        "policyloom run --help": ("-m", "policyloom", "run", "--help"),
    }
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(repeat):
        for name, words in commands.items():
            costs[name].append(measure((sys.executable, *words)))
    for name, found in costs.items():
        seconds, cpu = sorted(c.seconds for c in found), sorted(c.cpu for c in found)
        print(
            f"{name:22} {seconds[0]:.3f} s at best, {seconds[len(seconds) // 2]:.3f} s in the middle of {repeat}; "
            f"processor {cpu[0]:.3f} s at best"
        )


def main() -> None:
    """Measure one part and print."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # modules are compiled once, as on a user's machine
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = parser.add_subparsers(dest="part", required=True)
    for name in ("pages", "stages"):
        part = parts.add_parser(name)
        part.add_argument("folders", type=Path, nargs="+")
        part.add_argument("--without", nargs="*", default=[])
    parts.choices["pages"].add_argument("--repeat", type=int, default=1)
    part = parts.add_parser("documents")
    part.add_argument("sizes", type=int, nargs="+")
    part.add_argument("--workers", type=int, default=2)
    part.add_argument(
        "--notes",
        action="store_true",
        help="texts of some 40 words, to see what a document costs besides its text",
    )
    parts.add_parser("start").add_argument("--repeat", type=int, default=15)
    given = parser.parse_args()
    if given.part == "pages":
        pages(given.folders, given.without, given.repeat)
    elif given.part == "stages":
        stages(given.folders, given.without)
    elif given.part == "documents":
        documents(given.sizes, given.workers, notes=given.notes)
    else:
        start(given.repeat)


if __name__ == "__main__":
    main()
