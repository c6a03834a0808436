"""Hold a document against a framework, and against what a corpus says.

coverage  in how many sentences the document names each element, and how
claims    which links the document claims, and what other documents say of them
rules     the findings: one function a rule, in one list
document  the call that puts them together
"""

from policyloom.check.claims import ClaimCheck, Knowledge, Known, PairKnowledge
from policyloom.check.coverage import cover
from policyloom.check.document import Checked, check

__all__ = ["Checked", "ClaimCheck", "Knowledge", "Known", "PairKnowledge", "check", "cover"]
