# Two commands do everything: `make demo` runs the main job on corpus/, `make test` runs the tests.
# Each makes .venv from uv.lock when it is not there; nothing needs to be installed by hand but Python 3.11+.

PYTHON ?= python3
RUN = .venv/bin/python -m
SYNC = UV_PROJECT_ENVIRONMENT=.venv .venv/bin/python -m uv sync --locked --inexact --quiet
UV_VERSION = 0.13.9

.PHONY: demo test lint docs clean

demo: .venv/demo
	$(RUN) policyloom run corpus --out outputs/demo

test: .venv/dev
	$(RUN) pytest -q -n auto

lint: .venv/dev
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy

# The marker files stand for the environment with the lock file that it was made from.
.venv/demo: uv.lock pyproject.toml | .venv/uv
	$(SYNC) --no-dev
	@touch .venv/demo

# OCR is tested where its library comes ready-made; elsewhere, and without Tesseract's data, those tests are skipped.
.venv/dev: uv.lock pyproject.toml | .venv/uv
	@$(SYNC) --extra ocr --no-build-package tesserocr 2>/dev/null || $(SYNC)
	@touch .venv/dev .venv/demo

.venv/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "policyloom needs Python 3.11 or newer; name one with: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -m venv .venv || \
	  { echo "Python cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv"; exit 2; }
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch .venv/uv

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache outputs/demo
