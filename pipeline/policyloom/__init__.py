"""Find mechanisms, their status and the outcomes they lead to in policies, papers and case reports.

    import policyloom as pl

    framework = pl.read_framework()
    nlp = pl.load_pipeline(framework)
    tagged = pl.tag(pl.read_pdf("policy.pdf"), nlp, pl.load_coder(framework))
    pl.to_frame(tagged, framework)

Names load when they are first used, so that importing costs nothing.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    __version__: str

    from policyloom.check import check, compare
    from policyloom.coders import load_coder
    from policyloom.coders.classifier import write_classifier
    from policyloom.coders.language_model import LanguageModel, language_model_coder
    from policyloom.errors import DocumentError, FrameworkError, LabelsError, PolicyloomError, RunError
    from policyloom.export import to_frame, write_network
    from policyloom.extract import read_document, read_pdf, read_text
    from policyloom.framework import read_framework
    from policyloom.learn.agreement import agreement, compare_coders
    from policyloom.learn.evaluation import evaluate_labels
    from policyloom.learn.labels import read_labels, write_labels
    from policyloom.learn.sampling import choose_sentences
    from policyloom.learn.training import train_classifier
    from policyloom.network import find_links, load_network
    from policyloom.records import from_json, to_json
    from policyloom.run import (
        apply_review,
        check_file,
        compare_files,
        estimate,
        extract_files,
        mark_run,
        plan_requests,
        plan_run,
        pmc_index,
        read_groups,
        read_tagged,
        run,
        tag_file,
        write_estimates,
        write_figure,
        write_label_sheet,
        write_review,
        write_sample_sheet,
        write_sentences,
    )
    from policyloom.run.demo import write_demo_documents
    from policyloom.run.tagging import tag, tag_all
    from policyloom.tag.pipeline import load_pipeline

_HOMES = {
    "agreement": "learn.agreement",
    "apply_review": "run",
    "check": "check",
    "check_file": "run",
    "choose_sentences": "learn.sampling",
    "compare": "check",
    "compare_coders": "learn.agreement",
    "compare_files": "run",
    "DocumentError": "errors",
    "estimate": "run",
    "evaluate_labels": "learn.evaluation",
    "extract_files": "run",
    "find_links": "network",
    "FrameworkError": "errors",
    "from_json": "records",
    "LabelsError": "errors",
    "LanguageModel": "coders.language_model",
    "language_model_coder": "coders.language_model",
    "load_coder": "coders",
    "load_network": "network",
    "load_pipeline": "tag.pipeline",
    "mark_run": "run",
    "plan_requests": "run",
    "plan_run": "run",
    "pmc_index": "run",
    "PolicyloomError": "errors",
    "read_document": "extract",
    "read_framework": "framework",
    "read_groups": "run",
    "read_labels": "learn.labels",
    "read_pdf": "extract",
    "read_tagged": "run",
    "read_text": "extract",
    "run": "run",
    "RunError": "errors",
    "tag": "run.tagging",
    "tag_all": "run.tagging",
    "tag_file": "run",
    "to_frame": "export",
    "to_json": "records",
    "train_classifier": "learn.training",
    "write_classifier": "coders.classifier",
    "write_demo_documents": "run.demo",
    "write_estimates": "run",
    "write_figure": "run",
    "write_label_sheet": "run",
    "write_labels": "learn.labels",
    "write_network": "export",
    "write_review": "run",
    "write_sample_sheet": "run",
    "write_sentences": "run",
}

__all__ = [
    "DocumentError",
    "FrameworkError",
    "LabelsError",
    "LanguageModel",
    "PolicyloomError",
    "RunError",
    "agreement",
    "apply_review",
    "check",
    "check_file",
    "choose_sentences",
    "compare",
    "compare_coders",
    "compare_files",
    "estimate",
    "evaluate_labels",
    "extract_files",
    "find_links",
    "from_json",
    "language_model_coder",
    "load_coder",
    "load_network",
    "load_pipeline",
    "mark_run",
    "plan_requests",
    "plan_run",
    "pmc_index",
    "read_document",
    "read_framework",
    "read_groups",
    "read_labels",
    "read_pdf",
    "read_tagged",
    "read_text",
    "run",
    "tag",
    "tag_all",
    "tag_file",
    "to_frame",
    "to_json",
    "train_classifier",
    "write_classifier",
    "write_demo_documents",
    "write_estimates",
    "write_figure",
    "write_label_sheet",
    "write_labels",
    "write_network",
    "write_review",
    "write_sample_sheet",
    "write_sentences",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("policyloom")
    if name not in _HOMES:
        raise AttributeError(f"module 'policyloom' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"policyloom.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """This package, in which `check`, `run` and `tag` are the functions and not the modules they live in.

    Importing a module sets its name in the package it is in; that would hide the function of that name.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
