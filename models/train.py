"""Make the pipeline in models/en_policyloom from the corpora in a data folder.

    python models/train.py --data ../shared/training

Steps, each from files to files (`--steps` runs some of them; DATA and BUILD are the two folders):

    check     DATA/*                                 -> nothing; stops at a file that is not the one we used
    prepare   DATA/*                                 -> BUILD/corpora/*.spacy
    vectors   DATA/*, the training texts             -> BUILD/vectors
    pretrain  DATA/*, vectors                        -> BUILD/pretrained.bin
    train     BUILD/corpora/*-train.spacy, vectors, pretrained.bin -> BUILD/trained
    package   BUILD/trained                          -> OUTPUT (replaced in one move)
    evaluate  OUTPUT, BUILD/corpora                  -> OUTPUT: scores.json, meta.json, tables of README.md

Which files, with checksum, licence and part in the training, stands in sources.toml. Needs spacy and floret (tried with spaCy 3.8.18 and floret 0.10.5).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import itertools
import json
import random
import shutil
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import card
import entities
import spacy
import treebanks
from evaluate import evaluate as score_model
from spacy import registry, util
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training.initialize import convert_vectors, init_nlp
from spacy.training.loop import train as train_loop
from spacy.training.pretrain import pretrain
from thinc.api import Config

HERE = Path(__file__).parent
SEED = 0
N_DEV_ENTITY_DOCS = 250  # a test-free sample of each entity corpus, to choose the best checkpoint
N_EU_LINES = 6_000
MIN_PLACE_COUNT = 3  # in GMB, for a place to occur in made-up names
N_TAGGED_SENTENCES = 14_000  # of GMB: more of them would leave the parser less of the training time
SYNTAX_READERS = ("conllu", "gmb_tags")
VECTOR_WIDTH = 64
VECTOR_ROWS = 40_000
PRETRAINING_LAW_SHARE = 0.35  # 3 M words of law beside 1.3 M of general prose
GENERAL_TEXT_REPEATS = 3  # 1.3 M words of general prose against 9.3 M words of law
PARAGRAPH_BREAK_RATE = 0.6  # the others run on, so that sentence ends are learnt from words


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a run reads and writes."""

    data: Path
    build: Path
    output: Path
    sources: Path

    @property
    def corpora(self) -> Path:
        """Prepared Docs, one DocBin a file."""
        return self.build / "corpora"


@registry.callbacks("policyloom.add_abbreviations.v1")
def add_abbreviations() -> Callable[[Language], Language]:
    """A callback that keeps abbreviations of policy prose ("Art. 5", "No. 12") whole."""

    words = (HERE / "abbreviations.txt").read_text(encoding="utf8").split()

    def add(nlp: Language) -> Language:
        for word in words:
            nlp.tokenizer.add_special_case(word, [{"ORTH": word}])
        return nlp

    return add


def read_sources(folders: Folders) -> list[dict[str, Any]]:
    """The files to use, each with its corpus's name, in the order of sources.toml."""
    corpora = tomllib.loads(folders.sources.read_text(encoding="utf8"))["corpus"]
    return [{"corpus": corpus["name"], **file} for corpus in corpora for file in corpus["file"]]


def find_paths(folders: Folders, source: dict[str, Any]) -> list[Path]:
    """The files that a source's pattern names, sorted; `FileNotFoundError` when there are none."""
    paths = sorted(folders.data.glob(source["path"]))
    if not paths:
        raise FileNotFoundError(f"no file {source['path']!r} in {folders.data}; see {folders.sources}")
    return paths


def check(folders: Folders) -> None:
    """Compare every file with its checksum (several files of one source: the checksum of their join)."""
    for source in read_sources(folders):
        digest = hashlib.sha256()
        for path in find_paths(folders, source):
            digest.update(path.read_bytes())
        if digest.hexdigest() != source["sha256"]:
            raise ValueError(f"{source['path']}: sha256 is {digest.hexdigest()}, not {source['sha256']}")


def prepare(folders: Folders) -> None:
    """Turn the corpora into Docs: syntax-train, -dev, -test-NAME and entities-train, -dev, -test-NAME."""
    folders.corpora.mkdir(parents=True, exist_ok=True)
    nlp = add_abbreviations()(spacy.blank("en"))
    sources = read_sources(folders)
    _prepare_syntax(folders, [s for s in sources if s["reader"] in SYNTAX_READERS], nlp)
    _prepare_entities(folders, [s for s in sources if s["reader"] not in SYNTAX_READERS], nlp)


def _prepare_syntax(folders: Folders, sources: list[dict[str, Any]], nlp: Language) -> None:
    rng = random.Random(SEED)
    splits: dict[str, list[Doc]] = {}
    splits["train"] = list(_rough_docs(folders, sources, nlp, rng))
    for source in sources:
        for path in find_paths(folders, source):
            if source["reader"] == "gmb_tags":
                tagged = treebanks.read_gmb_tags(path)
                chosen = rng.sample(tagged, min(N_TAGGED_SENTENCES, len(tagged)))
                splits["train"] += [
                    treebanks.tags_to_doc(words, nlp.vocab, nlp.tokenizer) for words in chosen
                ]
            elif source["role"] != "train":
                sentences = treebanks.read_conllu(path)
                whole = [list(group) for _, group in itertools.groupby(sentences, key=lambda s: s.document)]
                name = "dev" if source["role"] == "dev" else f"test-{source['name']}"
                splits.setdefault(name, []).extend(treebanks.to_doc(group, nlp.vocab) for group in whole)
    rng.shuffle(splits["train"])
    for name, docs in splits.items():
        _write_docs(docs, folders.corpora / f"syntax-{name}.spacy")


def _rough_docs(
    folders: Folders, sources: list[dict[str, Any]], nlp: Language, rng: random.Random
) -> Iterator[Doc]:
    for source in sources:
        if source["reader"] == "conllu" and source["role"] == "train":
            sentences = [s for path in find_paths(folders, source) for s in treebanks.read_conllu(path)]
            for _ in range(source.get("repeat", 1)):
                for group in treebanks.group_sentences(sentences, rng=rng):
                    rough = [treebanks.roughen(sentence, rng=rng) for sentence in group]
                    yield treebanks.to_doc(rough, nlp.vocab, rng=rng, breaks=PARAGRAPH_BREAK_RATE)


def _prepare_entities(folders: Folders, sources: list[dict[str, Any]], nlp: Language) -> None:
    rng = random.Random(SEED)
    maps = entities.load_label_maps(HERE / "entity_labels.toml")
    passages = {i: _read_passages(folders, source, nlp) for i, source in enumerate(sources)}
    held_out = {" ".join(p.words) for i, s in enumerate(sources) if s["role"] == "test" for p in passages[i]}
    places: Counter[str] = Counter()
    for source, found in zip(sources, passages.values(), strict=True):
        if source["labels"] == "gmb" and source["role"] == "train":
            places.update(_count_places(found))
    common = [
        name
        for name, count in places.items()
        if count >= MIN_PLACE_COUNT and not name.endswith("|demonym") and not places[f"{name}|demonym"]
    ]
    fillers = {**maps["fillers"], "place": maps["fillers"]["place"] + sorted(common)}
    splits: dict[str, list[Doc]] = {"train": [], "dev": []}
    for i, source in enumerate(sources):
        labels = maps[source["labels"]]
        found = list(_join_passages(passages[i], source.get("group", 1)))
        if source["reader"] == "eu_law":  # the source of some test sentences
            found = [passage for passage in found if " ".join(passage.words) not in held_out]
        if source["role"] == "train":
            rng.shuffle(found)
            n_dev = min(N_DEV_ENTITY_DOCS, len(found) // 10) if source.get("dev", True) else 0
            parts = [("dev", found[:n_dev])]
            for _ in range(source.get("repeat", 1)):
                varied = [
                    entities.vary_names(
                        passage, labels=labels, templates=maps["templates"], fillers=fillers,
                        tokenize=nlp.tokenizer, rng=rng,
                    )
                    for passage in found[n_dev:]
                ]  # fmt: skip
                parts.append(("train", varied))
        else:
            parts = [(f"test-{source['name']}", found)]
        for name, chosen in parts:
            splits.setdefault(name, []).extend(
                entities.to_doc(passage, nlp.vocab, labels=labels, maps=maps, places=places)
                for passage in chosen
            )
    rng.shuffle(splits["train"])
    for name, docs in splits.items():
        _write_docs(docs, folders.corpora / f"entities-{name}.spacy")


def _read_passages(folders: Folders, source: dict[str, Any], nlp: Language) -> list[entities.Marked]:
    passages: list[entities.Marked] = []
    for path in find_paths(folders, source):
        if source["reader"] == "bio":
            word, tag = source.get("columns", (0, -1))
            passages += entities.read_bio(path, word=word, tag=tag)
        elif source["reader"] == "gmb":
            passages += entities.read_gmb(path)
        elif source["reader"] == "redocred":
            passages += entities.read_redocred(path)
        elif source["reader"] == "bracketed":
            passages += entities.read_bracketed(path, nlp.tokenizer)
        elif source["reader"] == "eu_law":
            passages += entities.read_eu_law(path, nlp.tokenizer, n_lines=N_EU_LINES)
        else:
            raise ValueError(f"{source['path']}: unknown reader {source['reader']!r}")
    begin, end = source.get("part", (0.0, 1.0))
    return passages[int(begin * len(passages)) : int(end * len(passages))]


def _count_places(passages: list[entities.Marked]) -> Iterator[str]:
    for passage in passages:
        for start, end, label in passage.spans:
            text = " ".join(passage.words[start:end])
            if label in ("geo", "gpe"):
                yield text if label == "geo" else f"{text}|demonym"


def _join_passages(passages: list[entities.Marked], size: int) -> Iterator[entities.Marked]:
    if size == 1:
        yield from passages
        return
    for i in range(0, len(passages), size):
        words: list[str] = []
        spans: list[tuple[int, int, str]] = []
        for passage in passages[i : i + size]:
            spans += [(start + len(words), end + len(words), label) for start, end, label in passage.spans]
            words += passage.words
        yield entities.Marked(words, spans)


def _write_docs(docs: list[Doc], path: Path) -> None:
    DocBin(docs=docs, store_user_data=False).to_disk(path)
    print(f"{path.name}: {len(docs)} docs, {sum(len(doc) for doc in docs)} words")


def make_vectors(folders: Folders) -> None:
    """Train floret vectors (n-grams hashed into one small table) on law and general prose, in lower case.

    A word that no text showed still gets a vector from its n-grams: names and rare words are what
    the small treebanks lack.
    """
    import floret  # only this step needs it

    text, table = folders.build / "vectors.txt", folders.build / "vectors.floret"
    lines = sorted(_vector_lines(folders))
    random.Random(SEED).shuffle(lines)
    text.write_text("\n".join(lines) + "\n", encoding="utf8")
    model = floret.train_unsupervised(
        str(text), model="cbow", mode="floret", hashCount=2, bucket=VECTOR_ROWS, minn=4, maxn=5, minCount=5,
        dim=VECTOR_WIDTH, epoch=5, thread=1, verbose=0,
    )  # fmt: skip
    model.save_floret_vectors(str(table))
    nlp = spacy.blank("en")
    convert_vectors(nlp, table, truncate=0, prune=-1, name="policyloom", mode="floret", attr="LOWER")
    nlp.to_disk(folders.build / "vectors")


def _vector_lines(folders: Folders) -> Iterator[str]:
    blank = spacy.blank("en")
    for texts, is_law in _read_texts(folders, blank):
        for doc in blank.tokenizer.pipe(texts):
            words = [token.lower_ for token in doc if not token.is_space]
            if len(words) > 3:
                yield from itertools.repeat(" ".join(words), 1 if is_law else GENERAL_TEXT_REPEATS)


def _read_texts(folders: Folders, blank: Language) -> Iterator[tuple[Iterable[str], bool]]:
    """The texts of every training file, and whether they are law."""
    for source in read_sources(folders):
        if source["role"] != "train" or source["reader"] == "gmb_tags":  # GMB's texts come with its entities
            continue
        paths = find_paths(folders, source)
        if source["reader"] == "eu_law":
            yield _read_lines(paths), True
        elif source["reader"] == "conllu":
            yield (" ".join(s.words) for path in paths for s in treebanks.read_conllu(path)), False
        else:
            yield (" ".join(passage.words) for passage in _read_passages(folders, source, blank)), False


def _read_lines(paths: list[Path]) -> Iterator[str]:
    for path in paths:
        with gzip.open(path, "rt", encoding="utf8") as file:
            yield from (line.strip() for line in file)


def pretrain_network(folders: Folders, *, max_lines: int | None = None) -> None:
    """Let the CNN guess each word's letters from its neighbours, so that it starts from more text than is annotated."""
    raw, result = folders.build / "raw.jsonl", folders.build / "pretraining"
    rng = random.Random(SEED)
    lines = [
        line.strip()
        for texts, is_law in _read_texts(folders, spacy.blank("en"))
        for line in texts
        if line.strip() and (not is_law or rng.random() < PRETRAINING_LAW_SHARE)
    ]
    rng.shuffle(lines)
    raw.write_text("".join(json.dumps({"text": line}) + "\n" for line in lines[:max_lines]), encoding="utf8")
    shutil.rmtree(result, ignore_errors=True)
    result.mkdir(parents=True)
    filled = util.load_model_from_config(_read_config(folders, {"paths.raw": str(raw)}), auto_fill=True)
    pretrain(filled.config.interpolate(), result, silent=False)
    (result / "model-last.bin").replace(folders.build / "pretrained.bin")


def train(folders: Folders, *, max_steps: int | None = None) -> None:
    """Train every component together by configs/pipeline.cfg; the best goes to BUILD/trained/model-best."""
    overrides: dict[str, Any] = {
        f"paths.{split}": str(_join_corpora(folders, split)) for split in ("train", "dev")
    }
    if (folders.build / "pretrained.bin").exists():
        overrides["paths.pretrained"] = str(folders.build / "pretrained.bin")
    if max_steps:
        overrides |= {"training.max_steps": max_steps, "training.eval_frequency": max(1, max_steps // 2)}
        overrides["training.optimizer.learn_rate.warmup_steps"] = max_steps // 10
    util.fix_random_seed(SEED)
    (folders.build / "trained").mkdir(parents=True, exist_ok=True)
    train_loop(
        init_nlp(_read_config(folders, overrides)),
        folders.build / "trained",
        stdout=sys.stdout,
        stderr=sys.stderr,
    )


def _read_config(folders: Folders, overrides: dict[str, Any]) -> Config:
    if (folders.build / "vectors").exists():
        overrides = overrides | {"paths.vectors": str(folders.build / "vectors")}
    else:
        overrides = overrides | {"components.tok2vec.model.embed.include_static_vectors": False}
    return util.load_config(HERE / "configs" / "pipeline.cfg", overrides=overrides, interpolate=False)


def _join_corpora(folders: Folders, split: str) -> Path:
    """A file with the treebanks' and the entity corpora's Docs of a split, shuffled, so that batches mix them."""
    vocab = spacy.blank("en").vocab
    docs = [
        doc
        for corpus in ("syntax", "entities")
        for doc in DocBin().from_disk(folders.corpora / f"{corpus}-{split}.spacy").get_docs(vocab)
    ]
    random.Random(SEED).shuffle(docs)
    path = folders.corpora / f"{split}.spacy"
    DocBin(docs=docs, store_user_data=False).to_disk(path)
    return path


def package(folders: Folders) -> None:
    """Join the parts to one pipeline that loads with spaCy alone, and put it in place of the old one."""
    nlp = spacy.load(folders.build / "trained" / "model-best")
    nlp.config["nlp"]["after_creation"] = None  # the tokenizer has saved its abbreviations
    nlp.config["paths"] = dict.fromkeys(nlp.config["paths"])  # no folder of this machine goes along
    nlp.config["initialize"] = {"vectors": None}
    nlp.config["pretraining"] = {}
    corpora = tomllib.loads(folders.sources.read_text(encoding="utf8"))["corpus"]
    nlp.meta.update(
        name="policyloom",
        version="0.1.0",
        description="English for policy documents: tags, morphology, dependencies, lemmas, entities.",
        author="The policyloom developers",
        license="CC BY-SA 4.0",
        spacy_version=">=3.8.7,<3.9.0",  # the oldest that was tried with the weights
        sources=[
            {"name": corpus["title"], "url": corpus["url"], "license": corpus["licence"]}
            for corpus in corpora
            if any(file["role"] != "test" for file in corpus["file"])
        ],
    )
    nlp.meta["performance"] = {}
    fresh = folders.build / "packaged"
    shutil.rmtree(fresh, ignore_errors=True)
    nlp.to_disk(fresh)
    for name in ("README.md", "LICENSE", "__init__.py"):
        if (folders.output / name).exists():
            shutil.copy(folders.output / name, fresh / name)
    replace_folder(fresh, folders.output)


def replace_folder(fresh: Path, target: Path) -> None:
    """Move `fresh` to `target`; its readers see the old folder or the new one, never half of one."""
    incoming = target.with_name(f".{target.name}.new")
    outgoing = target.with_name(f".{target.name}.old")
    for folder in (incoming, outgoing):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(fresh, incoming)
    if target.exists():
        target.rename(outgoing)
    incoming.rename(target)
    shutil.rmtree(outgoing, ignore_errors=True)


def evaluate(folders: Folders) -> None:
    """Measure the packaged pipeline; all goes to scores.json, the first treebank's to meta.json."""
    scores = score_model(folders.output, folders.corpora, folders.data)
    text = json.dumps(scores, indent=1, ensure_ascii=False) + "\n"
    (folders.output / "scores.json").write_text(text, encoding="utf8")
    path = folders.output / "meta.json"
    meta = json.loads(path.read_text(encoding="utf8"))
    first: dict[str, float] = next((value for key, value in scores.items() if key.startswith("syntax/")), {})
    meta["performance"] = {key: round(value / 100, 4) for key, value in first.items()}
    found = {key: value["ALL"] for key, value in scores.items() if key.startswith("entities/")}
    meta["performance"]["ents_per_corpus"] = {key.partition("/")[2]: value for key, value in found.items()}
    path.write_text(json.dumps(meta, indent=2, ensure_ascii=False) + "\n", encoding="utf8")
    if (folders.output / "README.md").exists():
        card.write_card(folders.output / "README.md", scores, folders.sources)
    print(text)


def main() -> None:
    """Run the steps that the command line names, all by default."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with one folder a corpus")
    parser.add_argument("--build", type=Path, default=HERE / "build", help="what the steps leave in between")
    parser.add_argument("--output", type=Path, default=HERE / "en_policyloom")
    parser.add_argument("--sources", type=Path, default=HERE / "sources.toml")
    parser.add_argument("--max-steps", type=int, help="shorter training than the configs say, for a trial")
    steps: dict[str, Callable[[Folders], None]] = {
        "check": check,
        "prepare": prepare,
        "vectors": make_vectors,
        "pretrain": lambda folders: pretrain_network(folders, max_lines=options.max_steps),
        "train": lambda folders: train(folders, max_steps=options.max_steps),
        "package": package,
        "evaluate": evaluate,
    }
    parser.add_argument("--steps", nargs="+", choices=list(steps), default=list(steps))
    options = parser.parse_args()
    folders = Folders(options.data, options.build, options.output, options.sources)
    folders.build.mkdir(parents=True, exist_ok=True)
    for name in options.steps:
        print(f"== {name}", flush=True)
        steps[name](folders)


if __name__ == "__main__":
    main()
