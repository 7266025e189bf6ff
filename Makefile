# Each target makes its own virtual environment, installs into it and works: nothing to set up first.
PYTHON ?= python3
VENV ?= .venv
OUT ?= runs/arith
STEPS ?=
BIN := $(VENV)/bin
EXTRAS := train,tensorboard,sb3,pettingzoo,serve,test,datasets,masks
# Tests of what leans on other packages most, in two minutes, for other versions of them than those of constraints.txt.
VERSIONS := agents/test_policy.py agents/test_models.py agents/test_checkpoint.py agents/test_policy_agent.py \
	agents/test_ppo.py::test_real_architectures_learn_with_their_own_tokenizer \
	agents/test_masked_policy.py::test_a_run_under_masks_from_start_to_evaluation \
	tasks/test_classifier_reward.py test_tokenizers.py adapters/test_sb3.py adapters/test_rows.py

PYTEST := -m pytest --numprocesses logical --maxprocesses 8 --dist loadfile
QUICK := not slow and not train and not process

.PHONY: train test test-all coverage test-latest test-lowest sanitize gpu lint docs lab nemo-gym openenv ray rllib trackers verifiers verl clean

train: $(VENV)/installed
	$(BIN)/formal-envs train FormalArith-v0 --out $(OUT) $(if $(STEPS),--steps $(STEPS))

# The quick tests, with few examples of each law, the same each time: some minutes on two cores.
test: $(VENV)/installed
	$(BIN)/python $(PYTEST) -m "$(QUICK)"

# Every test, with as many examples as each law asks for.
test-all: $(VENV)/installed
	$(BIN)/python $(PYTEST) --hypothesis-profile full

# The same, with the share of lines and branches that they run, those that run in other processes included.
coverage: $(VENV)/installed
	$(BIN)/python $(PYTEST) --hypothesis-profile full --cov --cov-report term

# The newest of everything. torch alone is pinned, here and below, to a release with a CPU build: those of the package
# index hold gigabytes of CUDA.
test-latest:
	$(PYTHON) -m venv --clear .venv-latest
	.venv-latest/bin/pip install --quiet torch==2.13.0 --editable '.[$(EXTRAS),trl]'
	$(call check,.venv-latest,adapters/test_trl.py)

# The lower bounds of pyproject.toml, but for torch's, which is that of its Muon. trl asks for more than they are.
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
	$(1)/bin/python -m tests.audits.versions
	$(1)/bin/python -m pytest $(addprefix tests/,$(VERSIONS) $(2))
	$(1)/bin/formal-envs train FormalArith-v0 --out $(1)/ppo --steps 5 --set test_episodes=64
	$(1)/bin/formal-envs sft FormalSentiment-v0 --out $(1)/sft --steps 5 --set test_episodes=64
endef

# The engine with the address and undefined-behaviour sanitizers, and with its asserts: what plays, then texts that do not
# mean well. Its library has a folder of its own. Python itself leaks, on purpose.
PLAYED := numbers hostile_games ludemes engine playouts stacks matches uct
TEXTS ?= 1000
sanitize: $(VENV)/installed
	export CC=gcc CFLAGS="-UNDEBUG -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g" \
		LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libubsan.so)" \
		ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 FORMAL_ENVS_CACHE=$(abspath $(VENV))/sanitized && \
	$(BIN)/python -m pytest --hypothesis-profile full $(PLAYED:%=tests/ludii/test_%.py) \
		tests/playing/test_numbering.py tests/playing/test_planes.py tests/playing/test_play_vector.py && \
	$(BIN)/python -m tests.audits.fuzz_games --texts $(TEXTS)

# Tests, speed, memory and two trainings on a GPU, in 8 minutes and without a network; at small sizes where there is no GPU.
# An environment that is there already serves as well: make gpu VENV= PYTHON=python3
LIMIT ?= 470
gpu: $(if $(VENV),$(VENV)/installed)
	$(if $(VENV),$(BIN)/python,$(PYTHON)) tests/audits/gpu --out runs/gpu --seconds $(LIMIT)

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

ray:  # two raylets on this machine, one of which is killed
	$(PYTHON) -m venv .venv-rllib
	.venv-rllib/bin/pip install --quiet torch==2.13.0 pytest '.[rllib,testing]'
	.venv-rllib/bin/python -m pytest tests/adapters/test_ray.py

lab:  # its page in a browser: Playwright drives the chromium of the system (on Debian: apt-get install chromium)
	$(PYTHON) -m venv .venv-lab
	.venv-lab/bin/pip install --quiet --editable '.[browser,serve,masks,test]'
	.venv-lab/bin/python -m pytest tests/lab/test_try_page.py tests/lab/test_runs_page.py

trackers:  # trackio and wandb, without a network
	$(PYTHON) -m venv .venv-trackers
	.venv-trackers/bin/pip install --quiet --constraint constraints.txt torch==2.13.0
	.venv-trackers/bin/pip install --quiet --constraint constraints.txt --editable '.[train,tensorboard,trackio,wandb,test]'
	.venv-trackers/bin/python -m pytest tests/agents/test_trackers.py

openenv:  # its server, client and validation, and a training run by TRL through them; the package needs many others
	$(PYTHON) -m venv .venv-openenv
	.venv-openenv/bin/pip install --quiet torch==2.13.0 --editable '.[openenv,serve,train,trl,test]'
	.venv-openenv/bin/python -m pytest tests/adapters/test_openenv_*.py tests/serving/test_openenv*.py

verifiers:  # a package that export writes, by its own validation and in a rollout
	$(PYTHON) -m venv .venv-verifiers
	.venv-verifiers/bin/pip install --quiet pytest uv 'verifiers>=0.4' --editable '.[testing]'
	.venv-verifiers/bin/python -m pytest tests/adapters/test_verifiers*.py

nemo-gym:  # a server that export writes, by its own checks: PYTHON=python3.13, of which it asks for 3.13.14 and later
	$(PYTHON) -m venv .venv-nemo-gym
	.venv-nemo-gym/bin/pip install --quiet --ignore-requires-python pytest pytest-asyncio 'nemo-gym>=0.7' \
		--editable '.[testing]'
	.venv-nemo-gym/bin/python -m pytest tests/adapters/test_nemo_gym.py

verl:  # its configuration, data set and reward managers; no GPU
	$(PYTHON) -m venv .venv-verl
	.venv-verl/bin/pip install --quiet torch==2.13.0 pytest 'verl>=0.9' --editable '.[datasets,remote,serve,testing]'
	.venv-verl/bin/python -m pytest tests/adapters/test_verl.py

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt torch==2.13.0
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[$(EXTRAS),trl]'
	touch $@

clean:
	rm -rf $(VENV) .venv-latest .venv-lowest .venv-docs .venv-lab .venv-nemo-gym .venv-openenv .venv-rllib .venv-trackers .venv-verifiers .venv-verl site
