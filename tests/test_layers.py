"""Who may import whom: the stages meet in the records, and only `run` puts them together."""

from __future__ import annotations

import ast
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

import policyloom
from tests.conftest import ROOT

PACKAGE = Path(policyloom.__file__).parent

LAYERS = (
    ("files", "frameworks", "packages"),
    ("records", "errors"),
    ("languages", "refi"),
    ("framework",),
    ("extract",),
    ("tag", "coders"),
    ("learn", "network"),
    ("check",),
    ("export", "report"),
    ("run",),
    ("cli",),
)
"""Lowest first, as DESIGN draws them. A module imports from lower layers only, and from none beside it."""

STAGES = ("extract", "tag", "coders", "network")
"""What a document goes through. Stages meet in the records; `run` alone puts them together. What comes after (checks,
exports, reports) may ask the network what counts."""

ONLY_IMPORTERS = {
    "pydantic": {"framework"},
    "pdfplumber": {"extract"},
    "pypdfium2": {"extract"},
    "pypdf": {"export"},
    "matplotlib": {"export"},
    "tesserocr": {"extract"},
    "symspellpy": {"languages"},
    "spacy": {"languages", "tag", "learn", "export"},
    "distributed": {"run"},
    "onnxruntime": {"coders"},
    "openai": {"coders"},
    "sklearn": {"coders", "learn"},
    "tokenizers": {"coders"},
    "networkx": {"export", "network"},
    "scipy": {"coders", "learn", "network"},
    "jinja2": {"report"},
    "click": {"cli"},
    "rich": {"cli"},
    "msgspec": {"records"},
    "pyarrow": {"export"},
    "xlsxwriter": {"export"},
}
"""`tag` takes spaCy's types, and hands none on."""

LAYER_OF = {module: number for number, layer in enumerate(LAYERS) for module in layer}


def _imports() -> list[tuple[str, str, str]]:
    """(file, its module, what it imports) for every import in the package, type checking's left out."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE)
        module = relative.parts[0].removesuffix(".py")
        if module in ("__init__", "__main__"):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        typing_only = {
            id(inner)
            for node in ast.walk(tree)
            if isinstance(node, ast.If)
            and isinstance(node.test, ast.Name)
            and node.test.id == "TYPE_CHECKING"
            for inner in ast.walk(node)
        }
        for node in ast.walk(tree):
            if id(node) in typing_only:
                continue
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            found += [(relative.as_posix(), module, name) for name in names]
    return found


def _imported_by(importer: str) -> dict[str, str]:
    """The modules of the package that one of them imports, each with the file and the import that shows it."""
    found = {}
    for file, module, name in _imports():
        parts = name.split(".")
        if module == importer and parts[0] == "policyloom" and len(parts) > 1 and parts[1] != importer:
            found[parts[1]] = f"{file} imports {name}"
    return found


def test_every_module_has_a_layer() -> None:
    files = (path.relative_to(PACKAGE).parts[0] for path in PACKAGE.rglob("*.py"))
    assert {file.removesuffix(".py") for file in files} - {"__init__", "__main__"} == set(LAYER_OF)


@pytest.mark.parametrize("module", LAYER_OF)
def test_a_module_imports_from_lower_layers_only(module: str) -> None:
    upwards = [shown for other, shown in _imported_by(module).items() if LAYER_OF[other] >= LAYER_OF[module]]
    assert not upwards


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_knows_no_other_stage(stage: str) -> None:
    others = [shown for other, shown in _imported_by(stage).items() if other in STAGES]
    assert not others


def test_the_tagger_knows_no_labels() -> None:
    assert not {"learn", "coders"} & _imported_by("tag").keys()


def test_the_command_line_calls_the_library_and_no_single_stage() -> None:
    assert not {"tag", "network", "check", "report", "files"} & _imported_by("cli").keys()


@pytest.mark.parametrize("library", ONLY_IMPORTERS)
def test_a_library_has_one_importer(library: str) -> None:
    importers = {module for _, module, name in _imports() if name.split(".")[0] == library}
    assert importers <= ONLY_IMPORTERS[library]


HEAVY = (
    "spacy",
    "sklearn",
    "pandas",
    "scipy",
    "numpy",
    "pydantic",
    "pdfplumber",
    "rich",
    "xlsxwriter",
    "pyarrow",
    "importlib.metadata",
)


@pytest.mark.parametrize("module", ["policyloom", "policyloom.cli"])
def test_importing_the_package_loads_no_heavy_library(module: str) -> None:
    # click itself loads importlib.metadata where it shows a version, and not before.
    code = f"import sys, {module}; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys, policyloom.cli as cli; cli.main(['--help'], standalone_mode=False); "
        f"print([m for m in {HEAVY} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_version_is_read_when_asked_for() -> None:
    code = "import policyloom; print(policyloom.__version__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == importlib.metadata.version("policyloom")


def test_functions_are_not_hidden_by_the_modules_of_their_name() -> None:
    code = "import policyloom as pl, policyloom.check, policyloom.tag, policyloom.run; print(all(map(callable, (pl.check, pl.tag, pl.run))))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


def test_a_worker_that_only_reads_loads_no_library_of_later_stages() -> None:
    heavy = ("spacy", "sklearn", "pandas", "scipy.stats", "jinja2", "rich")
    code = (
        "import sys; from policyloom.run.settings import Job, Settings; from policyloom.run.workers import process; "
        "process(Job('README.md', 'a', 'a'), Settings('')); "
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def processor_time(*words: str) -> float:
    """Seconds of processor time of a Python process, at best of three."""
    code = "import resource, subprocess, sys; subprocess.run([sys.executable, *sys.argv[1:]], stdout=-3, check=True); print(sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]))"
    times = [
        float(
            subprocess.run(
                [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
            ).stdout
        )
        for _ in range(3)
    ]
    return min(times)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows counts no processor time of children")
def test_help_and_import_cost_less_than_a_third_of_a_second_more_than_click() -> None:
    click = processor_time("-c", "import click")
    assert processor_time("-m", "policyloom", "--help") - click < 0.3
    assert processor_time("-c", "import policyloom") - click < 0.3
