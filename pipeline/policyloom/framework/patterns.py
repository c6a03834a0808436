"""Whether spaCy patterns of a framework can be searched for, and in reasonable time, whatever the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["explain_fault"]

MAX_TOKENS = 50
"""Tokens of a pattern."""

MAX_REPEATED = 2
"""Tokens of a pattern that may be repeated; with each, the time to search a text grows by a power."""

MAX_TIMES = 20
"""Times that a token may be repeated where a pattern counts them."""

MAX_NODES = 10
"""Tokens of a dependency pattern; with each, the ways to fill it multiply."""

MAX_REGEX = 500
"""Characters of a regular expression."""

_REPEATED_GROUP = re.compile(r"(?<!\\)\)\s*(?:[*+]|\{\d*,?\d*\})")
_TIMES = re.compile(r"\{(\d*)(,?)(\d*)\}")


def explain_fault(pattern: Sequence[Mapping[str, Any]]) -> str:
    """Why a token or dependency pattern could take for ever or stop a search, and what to write; "" where it is sound."""
    if any("_" in attributes for token in pattern for attributes in (token, token.get("RIGHT_ATTRS") or {})):
        return "the key '_' asks for an extension of spaCy's, and none is made here"
    is_relation = any("RIGHT_ID" in token or "RIGHT_ATTRS" in token for token in pattern)
    most = MAX_NODES if is_relation else MAX_TOKENS
    if len(pattern) > most:
        return f"it has {len(pattern)} tokens, and the most is {most}"
    operators = [str(token.get("OP", "1")) for token in pattern]
    repeated = [operator for operator in operators if operator in ("*", "+") or operator.startswith("{")]
    if len(repeated) > MAX_REPEATED:
        return f"it repeats {len(repeated)} tokens, and the most is {MAX_REPEATED}; write further patterns"
    for operator in repeated:
        times = _TIMES.fullmatch(operator)
        if times and max(int(n) for n in (times[1] or "0", times[3] or "0")) > MAX_TIMES:
            return f"OP {operator!r} repeats a token more than {MAX_TIMES} times"
    for regex in _find_regexes(list(pattern)):
        if len(regex) > MAX_REGEX:
            return f"a REGEX has {len(regex)} characters, and the most is {MAX_REGEX}"
        if _REPEATED_GROUP.search(regex):
            return f"REGEX {regex!r} repeats a group, which can take for ever; repeat single characters or sets of them"
        try:
            re.compile(regex)
        except re.error as error:
            return f"REGEX {regex!r} is no regular expression ({error})"
    return ""


def _find_regexes(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "REGEX" and isinstance(inner, str):
                yield inner
            else:
                yield from _find_regexes(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from _find_regexes(inner)
