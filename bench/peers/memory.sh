#!/bin/sh
# Peak memory of the process (RSS) of score, generate, eval, sft and one train step with a real model, beside PyTorch's
# for the same texts, batches and numbers of tokens.
#
#   bench/peers/memory.sh PYTHON MODEL.gguf FOLDER [HEAP]    PYTHON has torch, transformers, gguf and accelerate
#
# HEAP is the largest heap of the JVM (10g), which grows as far as it may. JACKPOT is another command line to measure.
set -eu
python=$1 model=$2 folder=$3 heap=${4:-10g}
here=$(cd "$(dirname "$0")" && pwd)
jackpot=${JACKPOT:-$here/../../bin/jackpot}
mkdir -p "$folder"
"$python" "$here/memory.py" prepare "$model" "$folder"

peak() {
  name=$1
  shift
  rm -rf "$folder/$name"
  JACKPOT_JAVA_OPTS=-Xmx$heap "$python" -c '
import os, sys
pid = os.fork()
if pid == 0: os.execvp(sys.argv[2], sys.argv[2:])
_, status, used = os.wait4(pid, 0)
print("ours", sys.argv[1], "%.0f MB, status %d" % (used.ru_maxrss * 1024 / 1e6, status), file=sys.stderr)
' "$name" "$jackpot" "$@" >"$folder/$name.out" 2>"$folder/$name.err"
  tail -n 1 "$folder/$name.err"
}
responses="--prompt-template chat --max-response-tokens 24"
train="--policy $model --problems $folder/problems.jsonl --held-out $folder/problems.jsonl --eval-problems 16
  --steps 1 --rollout-prompts 4 --samples-per-prompt 4 $responses"
for lines in 50 2000; do
  peak score-$lines score --model "$model" --input "$folder/ids-$lines.jsonl"
done
# shellcheck disable=SC2086
{
  peak generate generate --model "$model" --input "$folder/prompts.jsonl" --samples-per-prompt 4 $responses
  peak eval eval --model "$model" --problems "$folder/problems.jsonl" $responses
  peak sft sft --model "$model" --data "$folder/sft.jsonl" --steps 1 --train-batch 16 --out "$folder/sft"
  peak train train $train --arm on-policy --out "$folder/train"
  peak train-two train $train --actor "$model" --out "$folder/train-two"
}
for command in score-50 score-2000 generate eval sft train train-two; do
  "$python" "$here/memory.py" $command "$model" "$folder"
done
