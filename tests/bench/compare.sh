#!/usr/bin/env bash
# The gateway against a gRPC server that does nothing, interleaved: A B A B ….
# Prints a row a pair and the medians of the ratios. Absolute rates move with
# the machine; only the ratios are quoted.
#
#   tests/bench/compare.sh [--pairs 5] [--seconds 5] [--callers 64] [--batch 0]
#                          [--streams 0] [--rate 0] [--exporters 1000] [--rows 5000]
#                          [--filings 100000] [--dry-run] [--json FILE]
#
# Both answer the same flows of 10 items and the no-op server sends an answer
# of the gateway. --exporters 1: one hot exporter. --json: appends each run as
# the load generator printed it, one object a line.
set -euo pipefail
cd "$(dirname "$0")/../.."
pairs=5 seconds=5 callers=64 batch=0 streams=0 rate=0 exporters=1000 rows=5000
filings=100000 json=/dev/null mode=()
while [ $# -gt 0 ]; do
  case "$1" in
    --pairs|--seconds|--callers|--batch|--streams|--rate|--exporters|--rows|--filings|--json)
      declare "${1#--}=$2"; shift 2 ;;
    --dry-run) mode=(--dry-run); shift ;;
    *) echo "compare.sh: unknown option $1" >&2; exit 2 ;;
  esac
done
shape=(--batch "$batch")
[ "$streams" = 0 ] || shape=(--streams "$streams")
build=build/release
ninja -C "$build" tongguan noop_server >/dev/null
work=$(mktemp -d)
server= noop=
stop() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  [ -z "$noop" ] || kill "$noop" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap stop EXIT
tests/bench/make_policy.sh "$work/policy" --rows "$rows" --filings "$filings"
head -n "$exporters" "$work/policy.exporters" >"$work/exporters"
certs/make-dev-certs.sh "$work/certs" \
  --exporter "$(head -n 1 "$work/exporters"):bench" >/dev/null
cat >"$work/gateway.textproto" <<CONFIG
listen: "127.0.0.1:0"
tls {
  certificate: "$work/certs/server.pem"
  private_key: "$work/certs/server.key"
  client_ca: "$work/certs/ca.pem"
}
policy_dir: "$work/policy"
ledger: "$work/ledger.db"
CONFIG
address() {  # address LOG PID: waits for the line that says where it listens
  while ! sed -n 's/.*listening on \([0-9.]*:[0-9]*\).*/\1/p' "$1" | grep .; do
    kill -0 "$2" 2>/dev/null || { echo "no server: $(cat "$1")" >&2; return 1; }
    sleep 0.01
  done
}
load() {  # load ADDRESS PID [OPTION...]
  local at=$1 pid=$2
  shift 2
  "$build/tongguan" bench --server "$at" --server-pid "$pid" \
    --ca "$work/certs/ca.pem" --cert "$work/certs/exporter.pem" \
    --key "$work/certs/exporter.key" --exporters "$work/exporters" \
    --callers "$callers" --rate "$rate" "${shape[@]}" "${mode[@]}" "$@"
}
started=$EPOCHREALTIME
"$build/tongguan" serve --config "$work/gateway.textproto" \
  --unsigned-dev-policy >"$work/server.log" 2>&1 &
server=$!
server_at=$(address "$work/server.log" "$server")
awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN {
  printf "start of the gateway: %.2f s\n", b - a }'
# Opens the exporters' years; and an answer for the no-op server to repeat.
load "$server_at" "$server" --open --seconds 0.5 --warm-up 0 \
  --save-answer "$work/answer" >/dev/null
"$build/noop_server" --cert "$work/certs/server.pem" \
  --key "$work/certs/server.key" --client-ca "$work/certs/ca.pem" \
  --answer "$work/answer" >"$work/noop.log" 2>&1 &
noop=$!
noop_at=$(address "$work/noop.log" "$noop")
field() { sed -n "s/.*\"$2\":\([0-9.e+-]*\).*/\1/p" <<<"$1"; }
printf '%s\n' "pair  no-op/s  gateway/s  ratio  no-op p99us  gateway p50us p99us max  cpu us no-op gateway ratio  errors  share allowed"
for pair in $(seq "$pairs"); do
  a=$(load "$noop_at" "$noop" --seconds "$seconds")
  b=$(load "$server_at" "$server" --seconds "$seconds")
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
