"""Hold a document against a framework, and against what a corpus says.

coverage  in how many sentences the document names each element, and at what level
promises  what it promises, one by one, with who, with what, how much, by when, how watched
plan_tables  the rows of tables in which a plan stands
challenges  which challenges it names, and what it sets against them
commitment  whether a planned sentence commits somebody
cases     which of the framework's cases it resembles
claims    which links the document claims, and what other documents say of them
nearest   the passages nearest to what was not found
pmc       the PMC index: which variables of a list it has
case      what a rule looks at
rules     the findings: one function a rule, in one list
document  the call that puts them together
alignment, statements, differences, versions   a document against an earlier version of itself
"""

from policyloom.check.case import Case
from policyloom.check.cases import CaseLikeness, compare_cases
from policyloom.check.claims import ClaimCheck, ClaimState, Knowledge, PairKnowledge
from policyloom.check.coverage import cover
from policyloom.check.document import Checked, check
from policyloom.check.promises import find_promises
from policyloom.check.rules import Rule
from policyloom.check.versions import Comparison, compare

__all__ = [
    "Case",
    "CaseLikeness",
    "Checked",
    "ClaimCheck",
    "ClaimState",
    "Comparison",
    "Knowledge",
    "PairKnowledge",
    "Rule",
    "check",
    "compare",
    "compare_cases",
    "cover",
    "find_promises",
]
