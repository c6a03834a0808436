"""The records in which every stage meets: documents, sentences and their codings, mentions, claims and findings.

All are frozen dataclasses, checked when made, and turn into JSON and back with `to_json` and `from_json`.
Offsets are Python characters into `Document.text`, as `[start, end)`, or tokens of a sentence where that is said; pages
count from 1; boxes are in PDF points with the origin at the top left of the page.

document   documents, blocks, lines and boxes
coding     a sentence on its way, what a coder says of it, and what a coder is
tagged     sentences, mentions and claims of a tagged document
findings   what a check says; files that could not be read
serial     records as JSON
spool      lists too long for memory
"""

from policyloom.records.coding import (
    MIN_MEASURED,
    STATED,
    Accuracy,
    Candidate,
    ClaimDraft,
    ClaimKind,
    Coder,
    Coding,
    Measured,
    MentionKind,
    Passage,
    Polarity,
    SentenceDraft,
    Status,
    TokenSpan,
)
from policyloom.records.document import (
    Block,
    BlockKind,
    Box,
    Cell,
    Document,
    Line,
    Metadata,
    OcrUse,
    Span,
    UnreadPart,
    UnreadReason,
)
from policyloom.records.findings import (
    Change,
    ChangedPart,
    ChangeKind,
    Coverage,
    CoverageLevel,
    Failure,
    Finding,
    Promise,
    Severity,
)
from policyloom.records.serial import from_json, to_json
from policyloom.records.tagged import (
    N_NEAR,
    Claim,
    Evidence,
    Facet,
    FacetKind,
    Mention,
    NearMiss,
    Sentence,
    Tagged,
)

__all__ = [
    "MIN_MEASURED",
    "N_NEAR",
    "STATED",
    "Accuracy",
    "Block",
    "BlockKind",
    "Box",
    "Candidate",
    "Cell",
    "Change",
    "ChangeKind",
    "ChangedPart",
    "Claim",
    "ClaimDraft",
    "ClaimKind",
    "Coder",
    "Coding",
    "Coverage",
    "CoverageLevel",
    "Document",
    "Evidence",
    "Facet",
    "FacetKind",
    "Failure",
    "Finding",
    "Line",
    "Measured",
    "Mention",
    "MentionKind",
    "Metadata",
    "NearMiss",
    "OcrUse",
    "Passage",
    "Polarity",
    "Promise",
    "Sentence",
    "SentenceDraft",
    "Severity",
    "Span",
    "Status",
    "Tagged",
    "TokenSpan",
    "UnreadPart",
    "UnreadReason",
    "from_json",
    "to_json",
]
