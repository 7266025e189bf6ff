#!/usr/bin/env bash
# The sentiment task with Pythia-410m on one GPU: low-rank adapters, gradient checkpointing and bfloat16 save memory.
#
#     examples/pythia_410m.sh [FOLDER]
#
# Needs network for the models and the data set, and a GPU. Install: pip install 'formal-envs[datasets,train]'
set -euo pipefail
out=${1:-runs/pythia-410m}

# The settings are those of gpt2_imdb.sh, but for the model, the memory that it takes, and a higher learning rate:
# adapters begin at zero and are few, and the paper's 1.41e-5 is for all weights.
formal-envs train FormalSentiment-v0 --out "$out" --device cuda \
  --model EleutherAI/pythia-410m \
  --set lora_rank=16 --set lora_alpha=32 --set gradient_checkpointing=true --set bf16=true \
  --set dataset=stanfordnlp/imdb --set max_tokens=16 \
  --set reward=classifier --set classifier=lvwerra/distilbert-imdb --set output=logit \
  --set prompts=256 --set completions=1 --steps 100 \
  --set advantage=gae --set epochs=4 --set minibatches=2 \
  --set learning_rate=1e-4 --set schedule=constant --set warmup=0 \
  --set kl_coef=0.2 --set kl_target=6 \
  --set entropy_coef=0 --set entropy_target=-1 --set batch_entropy_coef=0

formal-envs eval "$out" --sampled
