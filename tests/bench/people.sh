#!/usr/bin/env bash
# What exact people cost: an exporter's people, 10,000 new ones a request and
# five requests a second, until a million are counted, while others ask about
# their flows at a fixed rate.
# Prints the latency of the large requests, the others' with and without them,
# and what the people take on disk. Needs Debian's sqlite3.
#
#   tests/bench/people.sh [--people 1000000] [--rate 1000]
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/bench/gateway.sh
source tests/bench/gateway.sh
people=1000000 rate=1000
set_options "people rate" "$@"
seconds=$((people / 50000))
start_gateway --filings 5000
bench --exporters "$work/exporters" --open --seconds 0.1 --warm-up 0 >/dev/null
others() { bench --exporters "$work/others" --rate "$rate" --callers 256 "$@"; }
tail -n +2 "$work/exporters" >"$work/others"
size() { du -cb "$work"/ledger.db | awk 'END {print $1}'; }

alone=$(others --seconds "$seconds")
before=$(size)
others --seconds "$seconds" >"$work/beside" &
beside=$!
large=$(bench --rate 5 --callers 16 --people 10000 --people-key bench \
  --warm-up 0 --seconds "$seconds")
wait "$beside"
echo "10,000 new people a request, $(field "$large" requests) requests, allowed $(field "$large" allowed):" \
  "p50 $(field "$large" p50_us) us, p99 $(field "$large" p99_us) us, slowest $(field "$large" max_us) us"
echo "others at $rate/s: p99 $(field "$alone" p99_us) us alone," \
  "$(field "$(cat "$work/beside")" p99_us) us beside them"
# Sets are merged behind the commits: a few more commits, then the file is
# closed and all of it is in one place.
others --seconds 2 >/dev/null
stop_gateway
people_bytes=$(sqlite3 "$work/ledger.db" \
  "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'people%'")
echo "people on disk: $((people_bytes / 1000)) kB for $people people;" \
  "the whole ledger grew by $((($(size) - before) / 1000)) kB"
