#!/bin/sh
# Peak memory of the process (RSS) of score, generate, eval, sft and one train step with a real model, beside PyTorch's.
#
#   bench/peers/memory.sh PYTHON MODEL.gguf FOLDER [HEAP]    PYTHON has torch, transformers, gguf and accelerate; HEAP: 10g
set -eu
python=$1 model=$2 folder=$3 heap=${4:-10g}
here=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$folder"
"$python" - "$folder" <<'PY'
import json, random, sys
random.seed(0)
chat = "<|im_start|>user\n%s<|im_end|>\n<|im_start|>assistant\n"
rows = [("Add %d and %d." % (a, b), str(a + b)) for a, b in (random.choices(range(1, 10), k=2) for _ in range(64))]
def write(name, lines):
    with open(sys.argv[1] + "/" + name, "w") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
write("texts.jsonl", [{"text": chat % q + "The answer is " + a} for q, a in rows[:50]])
write("prompts.jsonl", [{"prompt": chat % q} for q, _ in rows[:16]])
write("sft.jsonl", [{"prompt": chat % q, "completion": a} for q, a in rows])
write("problems.jsonl", [{"prompt": q, "answer": a} for q, a in rows])
PY
peak() {
  name=$1
  shift
  JACKPOT_JAVA_OPTS=-Xmx$heap "$python" -c '
import os, sys
pid = os.fork()
if pid == 0: os.execvp(sys.argv[2], sys.argv[2:])
_, status, used = os.wait4(pid, 0)
print("ours", sys.argv[1], "%.0f MB, status %d" % (used.ru_maxrss * 1024 / 1e6, status), flush=True)
' "$name" "$here/bin/jackpot" "$@" >"$folder/$name.out" 2>"$folder/$name.err"
  tail -n 1 "$folder/$name.out"
}
"$here/bin/jackpot" tokenize --tokenizer "$model" --input "$folder/texts.jsonl" >"$folder/ids.jsonl"
train="--policy $model --problems $folder/problems.jsonl --held-out $folder/problems.jsonl --eval-problems 16 --steps 1
  --prompt-template chat --rollout-prompts 4 --samples-per-prompt 4 --max-response-tokens 24"
peak score score --model "$model" --input "$folder/ids.jsonl"
peak generate generate --model "$model" --input "$folder/prompts.jsonl" --samples-per-prompt 4 --max-tokens 24
peak eval eval --model "$model" --problems "$folder/problems.jsonl" --prompt-template chat --max-tokens 24
peak sft sft --model "$model" --data "$folder/sft.jsonl" --steps 1 --train-batch 16 --out "$folder/sft"
# shellcheck disable=SC2086
peak train train $train --arm on-policy --out "$folder/train"
# shellcheck disable=SC2086
peak train-two train $train --actor "$model" --out "$folder/train-two"
for command in score generate sft train; do
  "$python" "$here/bench/peers/memory.py" $command "$model" "$folder"
done
