"""The spaCy pipeline of policyloom: `import en_policyloom; nlp = en_policyloom.load()`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.util import get_model_meta, load_model_from_path

__all__ = ["load"]

_FOLDER = Path(__file__).parent

__version__: str = get_model_meta(_FOLDER)["version"]


def load(**overrides: Any) -> Language:
    """The pipeline; `overrides` are those of `spacy.load`, such as `exclude=["ner"]`."""
    return load_model_from_path(_FOLDER, **overrides)
