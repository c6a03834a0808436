"""A folder of documents to a folder of results.

    settings       limits, and what decides a document's result
    coder          who decides what a sentence names, in a form that reaches a worker
    conversation   what a language model is asked, and its answers
    copies         one text in two layouts or formats, which counts once
    corpus         a run from beginning to end, and what it would do or ask
    plan           the files, their names, and the keys of their results
    preview        what a run would do, and why
    metadata       a user's table of the documents
    keys           what makes a result another one
    reading        the documents whose result is not there yet
    progress       how far it is
    results        the result of each document, as it is kept
    workers        each document read and tagged in a process that may die
    cluster        the same on the workers of a Dask cluster
    outputs        the run folder's tables, network and report
    manifest       run.json, and what is read back from a run folder
    folder         no file of a person's is replaced or removed
    lock           one process writes a folder at a time
    demo           the sample documents, to try it on
    compare        two versions of a file compared
    coders_compared  people, finished runs and machines compared as coders
    exchange       a finished run as exports take it
    figures        figures of a run, for papers
    marks          the PDFs of a run with their mentions marked
    things         what of a sentence has a share
    samples        a sample of sentences to be coded by people
    estimates      shares corrected with it, differences and trends; estimate_table, these as a table
    sentences      a row a sentence, for R and the like
    tagging        a document or text tagged, in a notebook
    decisions      what people decided about mentions, kept with a run
    recount        a run's outputs written anew with decisions
    review         the page on which people decide, and its decisions brought back
    pmc            the PMC index of policies
    single         one file, or a few, without a run: check, tag, extract; a framework tried; sentences to label

A document's result is kept under its key, so that a run that was interrupted goes on where it stopped, and a run over
a changed folder does only what changed. Names load when they are first used: most of what stands here needs pandas or scipy, and a
run that finds nothing changed needs neither.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from policyloom.run.coders_compared import compare_sources, write_compared_coders
    from policyloom.run.compare import compare_files
    from policyloom.run.corpus import Run, plan_requests, plan_run, run
    from policyloom.run.estimate_table import write_estimates
    from policyloom.run.estimates import estimate
    from policyloom.run.exchange import FinishedRun, read_finished_run
    from policyloom.run.figures import FigureName, write_figure
    from policyloom.run.manifest import read_groups, read_run_framework, read_tagged
    from policyloom.run.marks import MarkedRun, mark_run
    from policyloom.run.metadata import read_metadata
    from policyloom.run.plan import find_files, find_skipped, name_documents
    from policyloom.run.pmc import PmcRun, pmc_index
    from policyloom.run.preview import Preview
    from policyloom.run.progress import Progress
    from policyloom.run.review import Applied, ReviewPage, apply_review, write_review
    from policyloom.run.samples import write_sample_sheet
    from policyloom.run.sentences import write_sentences
    from policyloom.run.settings import Limits
    from policyloom.run.single import (
        check_file,
        extract_files,
        refuse_other_file,
        tag_file,
        validate_framework,
        write_label_sheet,
    )

_HOMES = {
    "Applied": "review",
    "FigureName": "figures",
    "FinishedRun": "exchange",
    "Limits": "settings",
    "MarkedRun": "marks",
    "PmcRun": "pmc",
    "Preview": "preview",
    "Progress": "progress",
    "ReviewPage": "review",
    "Run": "corpus",
    "apply_review": "review",
    "check_file": "single",
    "compare_files": "compare",
    "compare_sources": "coders_compared",
    "estimate": "estimates",
    "extract_files": "single",
    "find_files": "plan",
    "find_skipped": "plan",
    "mark_run": "marks",
    "name_documents": "plan",
    "plan_requests": "corpus",
    "plan_run": "corpus",
    "pmc_index": "pmc",
    "read_finished_run": "exchange",
    "read_groups": "manifest",
    "read_metadata": "metadata",
    "read_run_framework": "manifest",
    "read_tagged": "manifest",
    "refuse_other_file": "single",
    "run": "corpus",
    "tag_file": "single",
    "validate_framework": "single",
    "write_compared_coders": "coders_compared",
    "write_estimates": "estimate_table",
    "write_figure": "figures",
    "write_label_sheet": "single",
    "write_review": "review",
    "write_sample_sheet": "samples",
    "write_sentences": "sentences",
}

__all__ = [
    "Applied",
    "FigureName",
    "FinishedRun",
    "Limits",
    "MarkedRun",
    "PmcRun",
    "Preview",
    "Progress",
    "ReviewPage",
    "Run",
    "apply_review",
    "check_file",
    "compare_files",
    "compare_sources",
    "estimate",
    "extract_files",
    "find_files",
    "find_skipped",
    "mark_run",
    "name_documents",
    "plan_requests",
    "plan_run",
    "pmc_index",
    "read_finished_run",
    "read_groups",
    "read_metadata",
    "read_run_framework",
    "read_tagged",
    "refuse_other_file",
    "run",
    "tag_file",
    "validate_framework",
    "write_compared_coders",
    "write_estimates",
    "write_figure",
    "write_label_sheet",
    "write_review",
    "write_sample_sheet",
    "write_sentences",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
