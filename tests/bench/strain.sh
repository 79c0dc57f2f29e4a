#!/usr/bin/env bash
# The gateway under strain: the peak of a closed loop, then half of that for a
# long time (the worst stall, and whether memory stays flat), then twice of it
# (whether what is answered stays near the peak and the rest is refused). Before
# and after the long time, what the disk alone does with as many writes.
#
#   tests/bench/strain.sh [--seconds 300] [--overload 20]
#
# The load generator is one thread and runs beside the gateway: what it could
# not send is said as unsent.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/bench/gateway.sh
source tests/bench/gateway.sh
seconds=300 overload=20
set_options "seconds overload" "$@"
start_gateway --rows 5000 --filings 100000
ask() { bench --exporters "$work/exporters" "$@"; }
codes() { sed -n 's/.*"errors_by_code":\({[^}]*}\).*/\1/p' <<<"$1"; }
resident() { awk '/VmRSS/ {printf "%.0f MB", $2 / 1000}' "/proc/$server/status"; }
ask --open --seconds 0.5 --warm-up 0 >/dev/null

peak=$(field "$(ask --seconds 10)" decisions_per_second)
printf 'peak, 64 callers: %.0f/s, resident %s\n' "$peak" "$(resident)"

ninja -C "$build" disk_probe >/dev/null
"$build/disk_probe" "$work/probe"
half=$(awk -v p="$peak" 'BEGIN {printf "%.0f", p / 2}')
ask --rate "$half" --callers 1000 --connections 10 --seconds "$seconds" \
  >"$work/half" &
load=$!
for part in 1 2 3 4; do
  sleep "$(awk -v s="$seconds" 'BEGIN {print s / 5}')"
  echo "half load, part $part of 5: resident $(resident)"
done
wait "$load"
half_report=$(cat "$work/half")
printf 'half load, %s/s for %s s: p50 %s us, p99 %s us, p99.9 %s us, worst %s us, errors %s, unsent %s, resident %s\n' \
  "$half" "$seconds" "$(field "$half_report" p50_us)" \
  "$(field "$half_report" p99_us)" "$(field "$half_report" p999_us)" \
  "$(field "$half_report" max_us)" "$(codes "$half_report")" \
  "$(field "$half_report" unsent)" "$(resident)"
"$build/disk_probe" "$work/probe"

twice=$(awk -v p="$peak" 'BEGIN {printf "%.0f", p * 2}')
over=$(ask --rate "$twice" --callers 4000 --connections 60 --seconds "$overload")
awk -v p="$peak" -v r="$(field "$over" decisions_per_second)" \
  -v codes="$(codes "$over")" -v u="$(field "$over" unsent)" -v t="$twice" \
  -v m="$(resident)" 'BEGIN {
    printf "overload, %s/s asked: answered %.0f/s, %.2f of the peak; errors %s (8: RESOURCE_EXHAUSTED), unsent %s, resident %s\n",
      t, r, r / p, codes, u, m }'
