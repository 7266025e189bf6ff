# Each target makes its own virtual environment, installs into it and works: nothing to set up first.
PYTHON ?= python3
VENV ?= .venv
OUT ?= runs/arith
STEPS ?=
BIN := $(VENV)/bin
EXTRAS := train,sb3,test,datasets,masks
# What leans on other packages, for other versions of them than those of constraints.txt.
LEANING := policy models checkpoint ppo sft classifier_reward tokenizers envs sb3 masks rows testing_kit

.PHONY: train test test-latest test-lowest lint docs rllib clean

train: $(VENV)/installed
	$(BIN)/formal-envs train FormalArith-v0 --out $(OUT) $(if $(STEPS),--steps $(STEPS))

test: $(VENV)/installed
	$(BIN)/python -m pytest

# The newest of everything. torch alone is pinned, here and below, to a release with a CPU build: those of the package
# index hold gigabytes of CUDA.
test-latest:
	$(PYTHON) -m venv --clear .venv-latest
	.venv-latest/bin/pip install --quiet torch==2.13.0 --editable '.[$(EXTRAS),trl]'
	$(call check,.venv-latest)

# The lower bounds of pyproject.toml, but for torch's, which is not tested; trl asks for more than they are.
test-lowest:
	$(PYTHON) -m venv --clear .venv-lowest
	.venv-lowest/bin/pip install --quiet uv
	echo torch==2.13.0 >.venv-lowest/torch.txt
	.venv-lowest/bin/uv pip compile --quiet --python .venv-lowest --resolution lowest-direct \
		--constraint .venv-lowest/torch.txt $(foreach extra,$(subst $(comma), ,$(EXTRAS)),--extra $(extra)) \
		--output-file .venv-lowest/bounds.txt pyproject.toml
	.venv-lowest/bin/pip install --quiet --constraint .venv-lowest/bounds.txt torch==2.13.0 --editable '.[$(EXTRAS)]'
	$(call check,.venv-lowest)

comma := ,
define check
	$(1)/bin/python -m pytest $(LEANING:%=tests/test_%.py)
	$(1)/bin/formal-envs train FormalArith-v0 --out $(1)/run --steps 5 --set test_episodes=64
endef

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs:  # into site/; needs no torch
	$(PYTHON) -m venv .venv-docs
	.venv-docs/bin/pip install --quiet --constraint constraints.txt --editable '.[docs]'
	NO_MKDOCS_2_WARNING=1 .venv-docs/bin/mkdocs build --strict

rllib:  # ray pins a gymnasium of its own
	$(PYTHON) -m venv .venv-rllib
	.venv-rllib/bin/pip install --quiet torch==2.13.0 '.[rllib]'
	.venv-rllib/bin/python examples/rllib_ppo.py

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt torch==2.13.0
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[train,sb3,test,datasets,masks,trl]'
	touch $@

clean:
	rm -rf $(VENV) .venv-latest .venv-lowest .venv-docs site
