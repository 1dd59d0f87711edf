#!/bin/sh
# Checks and measures everything on a machine with a GPU, in 8 minutes at most. A part that fails or takes
# too long is reported and the others continue. Ends with status 1 if any part failed.
#
#   bench/gpu-checks.sh [--small] OUT [PYTHON]
#
#   --small  tiny sizes, to try the script itself on a CPU device, which compiles kernels so slowly that each
#            part has six times as long: about 12 minutes on two idle cores
#   OUT      folder for the output of each part
#   PYTHON   a Python with torch, for the same sizes in PyTorch
#
# Needs TORNADOVM_HOME; bench/device-java describes the other variables. To run it on a machine without
# Maven, build here first, and bring jackpot/target/lib, jackpot/target/test-classes, tasks/target/test-lib
# and tasks/target/test-classes.
set -u
small=false
if [ "${1:-}" = --small ]; then
  small=true
  shift
fi
if [ $# -lt 1 ]; then
  sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
mkdir -p "$1" || exit 2
out=$(cd "$1" && pwd)
python=${2:-python3}
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 2
tasks=$root/tasks/target
jackpot=$root/jackpot/target
tests=$tasks/test-classes:$jackpot/test-classes:$tasks/test-lib/*
slower=1
if $small; then
  slower=6
fi
end=$(($(date +%s) + 475 * slower))
failed=false

# part NAME SECONDS COMMAND…: the output goes to OUT/NAME.txt, its last lines are shown.
part() {
  name=$1
  limit=$(($2 * slower))
  shift 2
  left=$((end - $(date +%s)))
  [ "$limit" -le "$left" ] || limit=$left
  printf '\n== %s\n' "$name"
  if [ "$limit" -lt 5 ]; then
    echo "left out: no time" | tee "$out/$name.txt"
    failed=true
    return
  fi
  start=$(date +%s)
  timeout "$limit" "$@" >"$out/$name.txt" 2>&1
  status=$?
  [ "$status" -ne 124 ] || echo "stopped after $limit s" >>"$out/$name.txt"
  tail -n "$shown" "$out/$name.txt"
  echo "($name: status $status, $(($(date +%s) - start)) s)"
  [ "$status" -eq 0 ] || failed=true
}

{
  uname -a
  nvidia-smi || echo "no nvidia-smi"
} >"$out/machine.txt" 2>&1

if $small; then
  matmul=130,256 attention=2x130x64 rounds=3 models=tiny rounded=tiny
  sizes="--batch 2 --length 32 --slots 4 --prompt 8 --response 4 --rounds 2"
else
  matmul=2048,4096 attention=16x2048x128 rounds=5 models="0.1b 0.5b 1.5b" rounded=0.5b
  sizes="--batch 8 --length 512 --slots 32 --prompt 128 --response 64 --rounds 3"
fi

shown=20
part doctor 30 bench/device-java io.jackpot.cli.Main doctor
part tests 200 env EXTRA_CLASS_PATH="$tests" \
  bench/device-java io.jackpot.tasks.RunTests "$tasks/test-classes"
part ladder 80 bench/gpu-ladder.sh --matmul "$matmul" --attention "$attention" --rounds "$rounds"
for model in $models; do
  part "model-$model" 60 bench/device-java io.jackpot.tasks.ladder.ModelBenchmark "$model" $sizes
done
# The products that only the CUDA backend has.
others=
if grep -q CUDA "$out/doctor.txt"; then
  others="java-bf16 vendor-f32 vendor-tf32 vendor-bf16"
fi
for products in $others; do
  part "model-$rounded-$products" 40 bench/device-java io.jackpot.tasks.ladder.ModelBenchmark \
    "$rounded" $sizes --gemm "${products%-*}" --matmul-precision "${products#*-}"
done
part torch 60 "$python" bench/peers/gpu_models.py $models $sizes
# A few steps of the default job as a user runs it. Its times are in the run's metrics.jsonl; obrsSeconds is
# the part of trainSeconds that rejection and the losses take.
rm -rf "$out/run" # of earlier checks
part step 60 bench/device-java io.jackpot.cli.Main train --device tornado --steps 3 --eval-every 100 \
  --eval-problems 1 --rollout-prompts 16 --train-batch 128 --out "$out/run"
if [ -f "$out/run/metrics.jsonl" ]; then
  grep -o '"[a-zA-Z]*Seconds":[^,}]*' "$out/run/metrics.jsonl"
fi

# Whole runs: their metrics beside the CPU's, and the kernels that they launch.
part runs 150 env EXTRA_CLASS_PATH="$tests" bench/device-java io.jackpot.tasks.RunTests \
  io.jackpot.train.TrainOnDeviceTest io.jackpot.cli.LaunchedKernelsTest

printf '\nall output is in %s\n' "$out"
if $failed; then
  exit 1
fi
