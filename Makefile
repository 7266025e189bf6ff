# Each target makes its own virtual environment, installs into it and works: nothing to set up first.
PYTHON ?= python3
VENV ?= .venv
OUT ?= runs/arith
STEPS ?=
BIN := $(VENV)/bin

.PHONY: train test lint rllib clean

train: $(VENV)/installed
	$(BIN)/formal-envs train FormalArith-v0 --out $(OUT) $(if $(STEPS),--steps $(STEPS))

test: $(VENV)/installed
	$(BIN)/python -m pytest

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

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
	rm -rf $(VENV)
