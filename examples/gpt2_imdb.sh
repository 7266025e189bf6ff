#!/usr/bin/env bash
# The paper's sentiment runs on GPT-2 fine-tuned on IMDB: DistilBERT's logit as the reward, then VADER's compound score.
#
#     examples/gpt2_imdb.sh [FOLDER]
#
# Needs network for the models and the data set; a GPU makes it fast. Install: pip install 'formal-envs[datasets,train]'
set -euo pipefail
out=${1:-runs/gpt2-imdb}

common=(
  --model lvwerra/gpt2-imdb
  --set dataset=stanfordnlp/imdb
  --set max_tokens=16

  # 256 prompts, a completion of each; with IMDB's 25,000 reviews 100 steps are about one pass
  --set prompts=256 --set completions=1 --steps 100

  # PPO as in TRL 0.9.5
  --set advantage=gae --set epochs=4 --set minibatches=2
  --set learning_rate=1.41e-5 --set schedule=constant --set warmup=0

  # the penalty for leaving the model as it was, held near 6 nats per completion; kl_coef=0 and kl_target=0 do without
  --set kl_coef=0.2 --set kl_target=6

  # b_ENT and b_BENT: none here, and about 0.3 where the paper tries them
  --set entropy_coef=0 --set entropy_target=-1 --set batch_entropy_coef=0
)

formal-envs train FormalSentiment-v0 "${common[@]}" \
  --set reward=classifier --set classifier=lvwerra/distilbert-imdb --set output=logit --out "$out/distilbert"

# The classifier is named here too: it is measured beside the reward, and shows whether the policy pleases VADER alone.
formal-envs train FormalSentiment-v0 "${common[@]}" \
  --set reward=vader --set classifier=lvwerra/distilbert-imdb --out "$out/vader"

formal-envs plot "$out/distilbert" "$out/vader" --out "$out/curves.png"
for run in distilbert vader; do
  formal-envs eval "$out/$run" --sampled
done
