"""The spaCy side: sentences, entities and a framework's mentions as components of an ordinary pipeline.

terms       a framework's terms found in tokens
sentences   boundaries for policy prose
entities    institutions, enterprises, government bodies, places, money, dates, laws
pipeline    `load_pipeline`: an `nlp` with all of them
"""

from policyloom.language.pipeline import MENTIONS, load_pipeline, require_model

__all__ = ["MENTIONS", "load_pipeline", "require_model"]
