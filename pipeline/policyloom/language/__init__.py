"""The spaCy side: sentences, entities and a framework's mentions as components of an ordinary pipeline.

terms       a framework's terms found in tokens
sentences   boundaries for policy prose
names       names found by their head word
entities    institutions, places, people, amounts, dates, laws, plans: rules and a model
aliases     one name for one thing
pipeline    `load_pipeline`: an `nlp` with all of them
"""

from policyloom.language.aliases import name_entities, normal_name
from policyloom.language.pipeline import MENTIONS, find_model, load_pipeline

__all__ = ["MENTIONS", "find_model", "load_pipeline", "name_entities", "normal_name"]
