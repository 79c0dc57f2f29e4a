#!/usr/bin/env bash
# How long the gateway takes to start with a policy of so many filings, and what
# it then keeps in memory: with a new ledger, which is given the policy's parts,
# and again with the ledger that has them.
#
#   tests/bench/start.sh [--rows 5000] [--filings 100000] [--text] [--times 3]
#                        [--policy DIR] [--program build/release/tongguan]
#
# Columns: seconds until it listens, seconds of CPU, resident MB two seconds
# later, the most resident at any time. --policy takes a policy made before.
set -euo pipefail
cd "$(dirname "$0")/../.."
rows=5000 filings=100000 times=3 policy= program=build/release/tongguan text=()
while (($#)); do
  case $1 in
    --rows|--filings|--times|--policy|--program)
      declare "${1#--}=$2"; shift 2 ;;
    --text) text=(--text); shift ;;
    *) echo "start.sh: unknown option $1" >&2; exit 2 ;;
  esac
done
work=$(mktemp -d)
server=
stop() {
  [[ -z $server ]] || kill "$server" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap stop EXIT
if [[ -z $policy ]]; then
  policy=$work/policy
  tests/bench/make_policy.sh "$policy" --rows "$rows" --filings "$filings" \
    "${text[@]}"
fi
certs/make-dev-certs.sh "$work/certs" >/dev/null
cat >"$work/gateway.textproto" <<CONFIG
listen: "127.0.0.1:0"
tls {
  certificate: "$work/certs/server.pem"
  private_key: "$work/certs/server.key"
  client_ca: "$work/certs/ca.pem"
}
policy_dir: "$policy"
ledger: "$work/ledger.db"
CONFIG
kilobytes() { sed -n "s/^$1:\s*\([0-9]*\) kB/\1/p" "/proc/$server/status"; }
start() {  # start NAME: a row.
  local started=$EPOCHREALTIME listens ticks
  rm -f "$work/log"
  "$program" serve --config "$work/gateway.textproto" --unsigned-dev-policy \
    >"$work/log" 2>&1 &
  server=$!
  until grep -qs "listening on" "$work/log"; do
    kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
    sleep 0.005
  done
  listens=$EPOCHREALTIME
  ticks=$(awk '{ print $14 + $15 }' "/proc/$server/stat")
  sleep 2
  awk -v name="$1" -v a="$started" -v b="$listens" -v ticks="$ticks" \
    -v hz="$(getconf CLK_TCK)" -v now="$(kilobytes VmRSS)" \
    -v most="$(kilobytes VmHWM)" 'BEGIN {
    printf "%-11s %6.2f s  %6.2f s CPU  %6.0f MB  most %6.0f MB\n",
      name, b - a, ticks / hz, now / 1024, most / 1024 }'
  kill "$server"
  wait "$server" || true
  server=
}
for ((i = 0; i < times; ++i)); do
  rm -f "$work"/ledger.db*
  start "new ledger"
  start "again"
done
