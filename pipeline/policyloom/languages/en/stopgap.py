import tomllib
from importlib import resources

from policyloom.framework.terms import inflections

_DONE = frozenset("has have had was were did been".split())
_OPENERS = frozenset("•-–—*()[].,:;▪●")
_ORDINALS = frozenset(
    "first second third firstly secondly thirdly fourthly fifthly finally lastly next also further furthermore".split()
)
_NO_OBJECT = frozenset("of for and from in is are was were to by at with and or , has have can may".split())


class Grammar:
    def __init__(self, cues):
        self.verbs = frozenset(cues["instruction"]["verbs"])
        self.fact = frozenset(cues["infinitive"]["except_after"])
        self.gerunds = frozenset(
            (v[:-1] if v.endswith("e") else v + v[-1] if v in ("set", "cut") else v) + "ing"
            for v in self.verbs
        )

    def first_word(self, forms):
        first = 0
        for i, form in enumerate(forms[:6]):
            following = forms[i + 1] if i + 1 < len(forms) else ""
            if (
                form in _OPENERS
                or form.isdigit()
                or (len(form) <= 3 and following == ")")
                or (form in _ORDINALS and following == ",")
                or following == ":"
                or (following.isdigit() and tuple(forms[i + 2 : i + 3]) == (":",))
            ):
                first = i + 1
            else:
                break
        return first

    def instruction(self, forms, first, *, is_list_item):
        at = first
        if at >= len(forms):
            return None
        form, following = forms[at], forms[at + 1] if at + 1 < len(forms) else ""
        bare = form in self.verbs and following not in _NO_OBJECT
        listed = form in self.gerunds and (
            is_list_item or (not self.is_past(forms) and not self._finite(forms))
        )
        return (at, at + 1) if bare or listed else None

    def purposes(self, forms, first):
        found = []
        for i, form in enumerate(forms[:-1]):
            if form != "to" or (i and forms[i - 1] in self.fact):
                continue
            following = forms[i + 1]
            if (
                i == first
                or following in self.verbs
                or (following.endswith("ly") and forms[i + 2 : i + 3] and forms[i + 2] in self.verbs)
            ):
                found.append((i, i + 2))
        return found

    def is_past(self, forms):
        return any(form in _DONE for form in forms)

    def is_fragment(self, forms, first):
        return not (
            self._finite(forms)
            or any(form in self.verbs and forms[i - 1] != "to" for i, form in enumerate(forms) if i > first)
        )

    def _finite(self, forms):
        return any(
            form in ("is", "are", "can", "may", "will", "should", "must", "helps", "leads", "improves")
            for form in forms
        )


class Pack:
    code = "en"
    name = "English"

    def __init__(self):
        from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

        self.stop_words = frozenset(ENGLISH_STOP_WORDS)
        self.cues = tomllib.loads(
            (resources.files("policyloom") / "languages/en/cues.toml").read_text("utf-8")
        )
        self.grammar = Grammar(self.cues)

    def inflections(self, word):
        return inflections(word)

    def name_entities(self, docs):
        from policyloom.languages.en.aliases import name_entities

        name_entities(docs)
