#!/bin/sh
# Trains every arm for a few steps on the built-in models, and compares each step with PyTorch (train_step.py).
#
#   bench/peers/train_step.sh FOLDER [PYTHON]     FOLDER gets the runs, which must not exist yet
#
# JACKPOT names another launcher than bin/jackpot.
set -e
peers=$(cd "$(dirname "$0")" && pwd)
out=$1
python=${2:-python3}

train() {
  name=$1
  mini_batches=$2
  shift 2
  "${JACKPOT:-$peers/../../bin/jackpot}" train --out "$out/$name" --device cpu --rollout-prompts 8 --samples-per-prompt 4 \
    --max-response-tokens 40 --steps 4 --mini-batches "$mini_batches" --eval-problems 8 --eval-every 100 --checkpoint-every 100 \
    --token-log all --token-log-responses all "$@" >/dev/null 2>"$out/$name.log" || { cat "$out/$name.log" >&2; exit 1; }
}

mkdir -p "$out"
train jackpot 2 --arm jackpot --top-k 5
train jackpot-exact 2 --arm jackpot --normalizer exact --target ref --lambda 1.2 --distill-direction reverse
train jackpot-empirical 2 --arm jackpot --normalizer empirical --temperature 0.8 --aggregation sequence-mean
train jackpot-acceptance 2 --arm jackpot --acceptance 0.85 --top-k 5 --advantage rloo
train jackpot-rounded 2 --arm jackpot --actor-dtype int8 --kv-dtype fp8 --top-k 5
train jackpot-top-p 2 --arm jackpot --sampling-top-p 0.8 --top-k 3
train jackpot-expected 2 --arm jackpot-expected --top-k 5 --acceptance 0.9
train tis 2 --arm tis --top-k 5
train tis-sequence 2 --arm tis --correction-level sequence --target ref --advantage dr-grpo
train tis-new 2 --arm tis-new --top-k 5 --policy-cap 1.1
train tis-z 2 --arm tis-z --top-k 5
train icepop 2 --arm icepop --top-k 5 --policy-low 0.8 --policy-high 1.3
train icepop-geometric 2 --arm icepop --correction-level geometric --policy-low 0.9 --policy-high 1.1
train identity 2 --arm identity --top-k 5
train identity-rounded 2 --arm identity --actor-dtype int8 --kv-dtype fp8 --weight-decay 0.1
train kl-only 2 --arm kl-only --top-k 5
train none 2 --arm none --top-k 5
train on-policy 1 --arm on-policy
train on-policy-rounded 1 --arm on-policy --policy-correction obrs --target ref --actor-dtype int8 \
  --kv-dtype fp8 --top-k 5
train off-policy 2 --arm off-policy --top-k 5 --learning-rate 0.003
train no-clip 2 --arm no-clip --top-k 5 --learning-rate 0.003
train jackpot-no-clip 2 --arm jackpot-no-clip --top-k 5 --learning-rate 0.003
train jackpot-no-clip-rounded 2 --arm jackpot-no-clip --top-k 5 --actor-dtype bf16 --kv-dtype int8 --c1 1.02 --c2 1.0
"$python" "$peers/train_step.py" "$out"/*/
