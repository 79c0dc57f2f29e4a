#!/usr/bin/env bash
# The gateway against a gRPC server that does nothing, interleaved: A B A B ….
# Prints a row a pair and the medians of the ratios. Absolute rates move with
# the machine; only the ratios are quoted.
#
#   tests/bench/compare.sh [--pairs 5] [--seconds 5] [--callers 64] [--batch 0]
#                          [--rate 0]
set -euo pipefail
cd "$(dirname "$0")/../.."
pairs=5 seconds=5 callers=64 batch=0 rate=0
while [ $# -gt 0 ]; do
  case "$1" in
    --pairs|--seconds|--callers|--batch|--rate)
      declare "${1#--}=$2"; shift 2 ;;
    *) echo "compare.sh: unknown option $1" >&2; exit 2 ;;
  esac
done
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
certs/make-dev-certs.sh "$work/certs" >/dev/null
cat >"$work/gateway.textproto" <<CONFIG
listen: "127.0.0.1:0"
tls {
  certificate: "$work/certs/server.pem"
  private_key: "$work/certs/server.key"
  client_ca: "$work/certs/ca.pem"
}
policy_dir: "policy"
ledger: "$work/ledger.db"
CONFIG
address() {  # address LOG: waits for the line that says where it listens
  for _ in $(seq 200); do
    sed -n 's/.*listening on \([0-9.]*:[0-9]*\).*/\1/p' "$1" | head -1 | grep . && return
    sleep 0.05
  done
  echo "no server: $(cat "$1")" >&2
  return 1
}
"$build/tongguan" serve --config "$work/gateway.textproto" \
  --unsigned-dev-policy >"$work/server.log" 2>&1 &
server=$!
"$build/noop_server" --cert "$work/certs/server.pem" \
  --key "$work/certs/server.key" --client-ca "$work/certs/ca.pem" \
  >"$work/noop.log" 2>&1 &
noop=$!
server_at=$(address "$work/server.log")
noop_at=$(address "$work/noop.log")
load() {  # load ADDRESS PID
  "$build/tongguan" bench --server "$1" --server-pid "$2" \
    --ca "$work/certs/ca.pem" --cert "$work/certs/exporter.pem" \
    --key "$work/certs/exporter.key" --seconds "$seconds" \
    --callers "$callers" --batch "$batch" --rate "$rate" -o json
}
field() { sed -n "s/.*\"$2\":\([0-9.e+-]*\).*/\1/p" <<<"$1"; }
printf '%s\n' "pair  no-op/s  gateway/s  ratio  no-op p99us  gateway p50us p99us max  cpu us no-op gateway ratio"
for pair in $(seq "$pairs"); do
  a=$(load "$noop_at" "$noop")
  b=$(load "$server_at" "$server")
  awk -v p="$pair" -v a="$(field "$a" decisions_per_second)" \
    -v b="$(field "$b" decisions_per_second)" -v an="$(field "$a" p99_us)" \
    -v b50="$(field "$b" p50_us)" -v b99="$(field "$b" p99_us)" \
    -v bm="$(field "$b" max_us)" \
    -v ac="$(field "$a" server_cpu_us_per_decision)" \
    -v bc="$(field "$b" server_cpu_us_per_decision)" \
    -v e="$(field "$b" errors)" 'BEGIN {
      printf "%d %.0f %.0f %.3f %d %d %d %d %.1f %.1f %.2f errors=%d\n",
        p, a, b, b / a, an, b50, b99, bm, ac, bc, bc / ac, e }' |
    tee -a "$work/pairs"
done
median() { sort -g | awk '{v[NR]=$1} END {print NR % 2 ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2}'; }
echo "median ratio of throughput: $(awk '{print $4}' "$work/pairs" | median)"
echo "median ratio of server CPU: $(awk '{print $11}' "$work/pairs" | median)"
echo "resident memory of the gateway: $(awk '/VmRSS/ {print $2, $3}' "/proc/$server/status")"
