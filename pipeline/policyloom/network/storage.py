"""A network on disk, as a check or a notebook loads it again; `policyloom.export` writes the files for people."""

from __future__ import annotations

from pathlib import Path

from policyloom.errors import RunError
from policyloom.files import open_atomic, write_bytes
from policyloom.framework import Framework
from policyloom.network.counts import Counts
from policyloom.network.evidence import SentenceEvidence
from policyloom.network.links import LinkOptions
from policyloom.network.network import Network
from policyloom.records import from_json, to_json

__all__ = ["load_network", "save_network"]

COUNTS_FILE, OPTIONS_FILE, EVIDENCE_FILE = "counts.json", "options.json", "evidence.jsonl"


def save_network(network: Network, folder: str | Path) -> None:
    """Writes `counts.json`, `options.json` and `evidence.jsonl` for `load_network`, and makes the folder if need be."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_bytes(network.counts.to_json(), folder / COUNTS_FILE)
    write_bytes(to_json(network.options), folder / OPTIONS_FILE)
    with open_atomic(folder / EVIDENCE_FILE) as file:
        file.writelines(to_json(sentence) + b"\n" for sentence in network.sentences)


def load_network(folder: str | Path, framework: Framework) -> Network:
    """The network that `save_network` wrote, evidence included.

    Raises:
        RunError: a file is missing or damaged, or the network was made with another framework.
    """
    folder = Path(folder)
    data = {}
    for name in (COUNTS_FILE, OPTIONS_FILE, EVIDENCE_FILE):
        try:
            data[name] = (folder / name).read_bytes()
        except OSError as error:
            raise RunError(
                f"{folder / name}: cannot be read ({error.strerror or error}); give a folder that a run wrote"
            ) from error
    name = COUNTS_FILE
    try:
        counts = Counts.from_json(data[name])
        name = OPTIONS_FILE
        options = from_json(LinkOptions, data[name])
        name = EVIDENCE_FILE
        sentences = [from_json(SentenceEvidence, line) for line in data[name].splitlines()]
    except ValueError as error:
        raise RunError(
            f"{folder / name}: {error}; if an earlier version wrote it, run over the documents again"
        ) from error
    try:
        return Network(counts, framework, options, sentences)
    except ValueError as error:
        raise RunError(f"{folder / COUNTS_FILE}: {error}") from error
