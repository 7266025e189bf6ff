# Each target makes its own virtual environment, installs into it and works: nothing to set up first.
PYTHON ?= python3
VENV ?= .venv
OUT ?= runs/arith
STEPS ?=
BIN := $(VENV)/bin

.PHONY: train test lint clean

train: $(VENV)/installed
	$(BIN)/formal-envs train FormalArith-v0 --out $(OUT) $(if $(STEPS),--steps $(STEPS))

test: $(VENV)/installed
	$(BIN)/python -m pytest

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt torch==2.13.0
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[train,sb3,test,datasets,masks]'
	touch $@

clean:
	rm -rf $(VENV)
