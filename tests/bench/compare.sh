#!/usr/bin/env bash
# The gateway against a gRPC server that does nothing, interleaved: A B A B ….
# Prints a row a pair and the medians of the ratios. Absolute rates move with
# the machine; only the ratios are quoted.
#
#   tests/bench/compare.sh [--pairs 5] [--seconds 5] [--callers 64] [--batch 0]
#                          [--streams 0] [--rate 0] [--connections 1]
#                          [--exporters 1000] [--rows 5000]
#                          [--filings 100000] [--dry-run] [--json FILE]
#
# Both answer the same flows of 10 items and the no-op server sends an answer
# of the gateway. --exporters 1: one hot exporter. --json: appends each run as
# the load generator printed it, one object a line.
set -euo pipefail
cd "$(dirname "$0")/../.."
pairs=5 seconds=5 callers=64 batch=0 streams=0 rate=0 connections=1
exporters=1000 rows=5000 filings=100000 json=/dev/null mode=()
while [ $# -gt 0 ]; do
  case "$1" in
    --pairs|--seconds|--callers|--batch|--streams|--rate|--connections|--exporters|--rows|--filings|--json)
      declare "${1#--}=$2"; shift 2 ;;
    --dry-run) mode=(--dry-run); shift ;;
    *) echo "compare.sh: unknown option $1" >&2; exit 2 ;;
  esac
done
shape=(--batch "$batch")
[ "$streams" = 0 ] || shape=(--streams "$streams")
# shellcheck source=tests/bench/gateway.sh
source tests/bench/gateway.sh
start_gateway --rows "$rows" --filings "$filings"
head -n "$exporters" "$work/policy.exporters" >"$work/exporters"
ask() {  # ask ADDRESS PID [OPTION...]
  load "$@" --exporters "$work/exporters" --callers "$callers" --rate "$rate" \
    --connections "$connections" \
    "${shape[@]}" "${mode[@]}"
}
# Opens the exporters' years; and an answer for the no-op server to repeat.
ask "$server_at" "$server" --open --seconds 0.5 --warm-up 0 \
  --save-answer "$work/answer" >/dev/null
"$build/noop_server" --cert "$work/certs/server.pem" \
  --key "$work/certs/server.key" --client-ca "$work/certs/ca.pem" \
  --answer "$work/answer" >"$work/noop.log" 2>&1 &
noop=$!
trap 'kill "$noop"; stop_gateway; rm -rf "$work"' EXIT
noop_at=$(address "$work/noop.log" "$noop")
printf '%s\n' "pair  no-op/s  gateway/s  ratio  no-op p99us  gateway p50us p99us max  cpu us no-op gateway ratio  errors  share allowed"
for pair in $(seq "$pairs"); do
  a=$(ask "$noop_at" "$noop" --seconds "$seconds")
  b=$(ask "$server_at" "$server" --seconds "$seconds")
  printf '%s\n' "$a" "$b" >>"$json"
  awk -v p="$pair" -v a="$(field "$a" decisions_per_second)" \
    -v b="$(field "$b" decisions_per_second)" -v an="$(field "$a" p99_us)" \
    -v b50="$(field "$b" p50_us)" -v b99="$(field "$b" p99_us)" \
    -v bm="$(field "$b" max_us)" \
    -v ac="$(field "$a" server_cpu_us_per_decision)" \
    -v bc="$(field "$b" server_cpu_us_per_decision)" \
    -v e="$(field "$b" errors)" -v al="$(field "$b" allowed)" \
    -v d="$(field "$b" decisions)" 'BEGIN {
      printf "%d %.0f %.0f %.3f %d %d %d %d %.1f %.1f %.2f %d %.2f\n",
        p, a, b, b / a, an, b50, b99, bm, ac, bc, bc / ac, e, al / d }' |
    tee -a "$work/pairs"
done
median() { sort -g | awk '{v[NR]=$1} END {print NR % 2 ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2}'; }
echo "median ratio of throughput: $(awk '{print $4}' "$work/pairs" | median)"
echo "median ratio of server CPU: $(awk '{print $11}' "$work/pairs" | median)"
echo "resident memory of the gateway: $(awk '/VmRSS/ {print $2, $3}' "/proc/$server/status")"
