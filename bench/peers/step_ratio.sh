#!/bin/sh
# Times one joint step of the default job, ours and PyTorch's in turns, and prints the medians and
# their ratio: the same models, batch, lengths and threads. Needs `mvn -DskipTests package` before.
#
#   bench/peers/step_ratio.sh PYTHON CHECKPOINT [ROUNDS] [THREADS]
#
# PYTHON has torch and safetensors; CHECKPOINT is one of a run, with the folders policy and actor.
set -eu
cd "$(dirname "$0")/../.."
python=$1
checkpoint=$2
rounds=${3:-5}
threads=${4:-2}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
round=0
while [ $round -lt "$rounds" ]; do
  "$(bin/find-jdk)/bin/java" --add-modules jdk.incubator.vector -Xmx2g -XX:+UseParallelGC \
    -cp 'bench/target/lib/*' io.jackpot.train.StepBenchmark \
    "$checkpoint/policy" "$checkpoint/actor" "$work/lengths.json" 30 "$threads" \
    2>/dev/null >>"$work/ours"
  "$python" bench/peers/step_time.py --policy "$checkpoint/policy" --actor "$checkpoint/actor" \
    --lengths "$work/lengths.json" --steps 15 --threads "$threads" >>"$work/torch"
  round=$((round + 1))
done
"$python" - "$work/ours" "$work/torch" <<'END'
import json, statistics, sys

ours, torch = ([json.loads(line) for line in open(file)] for file in sys.argv[1:])
for key in ("rolloutSeconds", "trainSeconds", "stepSeconds"):
    a, b = (statistics.median(run[key] for run in runs) for runs in (ours, torch))
    print(f"{key:15} ours {a:.3f}  PyTorch {b:.3f}  ratio {a / b:.2f}")
END
