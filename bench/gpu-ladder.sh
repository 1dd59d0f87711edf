#!/bin/sh
# Runs the kernels of docs/gpu-kernels.md on this machine's device, from the naive ones to the fast ones, and
# prints the speed of each. Needs TORNADOVM_HOME; bench/device-java describes the other variables.
#
#   bench/gpu-ladder.sh [--print] [--matmul 512,1024x768x512] [--attention 4x512x64] [--rounds 5]
#
#   --print      shows the source that TornadoVM generates for each kernel
#   --matmul     rows × columns × steps of the sum, several between commas; 0 for none
#   --attention  heads × tokens × width of a head
set -eu
print=
if [ "${1:-}" = --print ]; then
  print=-Dtornado.printKernel=True
  shift
fi
exec "$(dirname "$0")/device-java" $print io.jackpot.tasks.ladder.KernelLadder "$@"
