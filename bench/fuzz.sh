#!/bin/sh
# Attacks every reader and prints the table of docs/robustness.md: bench/fuzz.sh [SECONDS] [OUT] [SEED] [TARGET…]
# SECONDS (60) are the time of all targets together, which each get a share. The seed is the date unless it is given.
# Failing inputs are in OUT (bench/target/fuzz), each with what went wrong; the status is then 1.
set -eu
cd "$(dirname "$0")/.."
jdk=$(bin/find-jdk)
if [ ! -d bench/target/lib ]; then
  JAVA_HOME=$jdk mvn --batch-mode --quiet -DskipTests package
fi
seconds=${1:-60}
out=${2:-bench/target/fuzz}
[ $# -lt 2 ] || shift
[ $# -lt 1 ] || shift
exec "$jdk/bin/java" -Xmx128m -cp "bench/target/lib/*" io.jackpot.fuzz.Fuzz "$seconds" "$out" "$@"
