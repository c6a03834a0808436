# Three commands do everything: `make demo` runs the main job on corpus/, `make test` runs the tests, `make docs` builds the site.
# Each makes .venv from uv.lock when it is not there; nothing needs to be installed by hand but Python 3.11+.

PYTHON ?= python3
RUN = .venv/bin/python -m
SYNC = UV_PROJECT_ENVIRONMENT=.venv .venv/bin/python -m uv sync --locked --inexact --quiet
UV = .venv/bin/python -m uv
UV_VERSION = 0.13.9
MUTMUT_VERSION = 3.8.1

.PHONY: demo test docs lint lowest wheels mutants clean

# The main job on the sample documents; open outputs/demo/report.html afterwards.
demo: .venv/demo
	$(RUN) policyloom demo

# Every test, in as many processes as there are processors.
test: .venv/dev
	$(RUN) pytest -q -n auto

# The documentation as a site, with the tutorial run anew; a warning is an error. Open build/docs/index.html afterwards.
docs: .venv/docs
	$(RUN) sphinx -b html -W --keep-going -q docs build/docs

# Style, format and types.
lint: .venv/dev
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy

# The main job with the lowest versions that pyproject.toml allows, in an environment of its own.
lowest: .venv-lowest/ready
	@rm -rf outputs/lowest  # a result of before would be taken over
	.venv-lowest/bin/python -m policyloom run corpus --out outputs/lowest

# The packages as wheels in dist/: policyloom, policyloom-en with the trained pipeline, policyloom-encoder with the encoder.
wheels: .venv/uv
	rm -f dist/policyloom-*.whl dist/policyloom_en-*.whl dist/policyloom_encoder-*.whl
	$(UV) build --quiet --wheel --all-packages --out-dir dist
	@ls -l dist/*.whl

# Small changes to tag/, coders/, network/ and check/, one at a time, and whether a test fails at each; hours for all of them.
# One thread each, since as many run at once as there are processors. `mutmut results` in build/mutation names the survivors.
# A part of it: PYTEST_ADDOPTS='-k test_network' make mutants ONLY='policyloom.network.measures*'
# So many drawn at random from each package, or from each that ONLY names: make mutants SAMPLE=40 SEED=1
mutants: .venv/dev
	@mkdir -p build/mutation
	@for name in $(MUTATION_NEEDS); do ln -sfn "$(CURDIR)/$$name" build/mutation/$$name; done
	@ln -sfn "$(CURDIR)/pipeline" build/mutation/src  # the name that mutmut takes off a module's path
	cd build/mutation && OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
	  $(MUTATION) $(if $(SAMPLE),python $(CURDIR)/benchmarks/mutants.py --seed $(SEED) $(SAMPLE),mutmut run) $(ONLY:%='%')
	@cd build/mutation && $(MUTATION) mutmut export-cicd-stats && cat mutants/mutmut-cicd-stats.json

MUTATION_NEEDS = tests corpus benchmarks models docs pyproject.toml README.md
MUTATION = $(CURDIR)/.venv/bin/python -m uv run --quiet --no-project --python $(CURDIR)/.venv/bin/python --with mutmut==$(MUTMUT_VERSION)
SEED = 0

# The marker files stand for the environment with the lock file that it was made from.
.venv/demo: uv.lock pyproject.toml | .venv/uv
	$(SYNC) --no-dev
	@touch .venv/demo

# OCR is tested where its library comes ready-made; elsewhere, and without Tesseract's data, those tests are skipped.
.venv/dev: uv.lock pyproject.toml | .venv/uv
	@$(SYNC) --extra ocr --no-build-package tesserocr 2>/dev/null || $(SYNC)
	@touch .venv/dev .venv/demo

.venv/docs: uv.lock pyproject.toml | .venv/uv
	$(SYNC) --group docs
	@touch .venv/docs

.venv-lowest/ready: pyproject.toml | .venv/uv
	$(UV) venv --quiet --clear --python .venv/bin/python .venv-lowest
	$(UV) pip install --quiet --python .venv-lowest --resolution lowest-direct --editable .
	@touch .venv-lowest/ready

.venv/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "policyloom needs Python 3.11 or newer; name one with: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -m venv .venv || \
	  { echo "Python cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv"; exit 2; }
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch .venv/uv

# Everything that these commands made.
clean:
	rm -rf .venv .venv-lowest .mypy_cache .pytest_cache .ruff_cache build dist outputs/demo outputs/lowest
