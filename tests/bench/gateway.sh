# Sourced by the yardsticks: a gateway on loopback with the policy of
# make_policy.sh, in a folder that is removed at the end.
#   start_gateway [OPTION of make_policy.sh...]   sets work, server, server_at
#   load ADDRESS PID [OPTION of tongguan bench...]
#   bench [OPTION...]                             the same, at the gateway
#   stop_gateway
#   field REPORT NAME                             a number of what bench printed
#   set_options NAMES [--NAME VALUE...]           sets these variables
build=build/release
ninja -C "$build" tongguan noop_server >/dev/null
work=$(mktemp -d)
server=
stop_gateway() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  wait 2>/dev/null || true
  server=
}
trap 'stop_gateway; rm -rf "$work"' EXIT

field() { sed -n "s/.*\"$2\":\([0-9.e+-]*\).*/\1/p" <<<"$1"; }

set_options() {
  local names=$1
  shift
  while [ $# -gt 0 ]; do
    case " $names " in
      *" ${1#--} "*) declare -g "${1#--}=$2"; shift 2 ;;
      *) echo "$0: unknown option $1" >&2; exit 2 ;;
    esac
  done
}

address() {  # address LOG PID: waits for the line that says where it listens
  while ! sed -n 's/.*listening on \([0-9.]*:[0-9]*\).*/\1/p' "$1" | grep .; do
    kill -0 "$2" 2>/dev/null || { echo "no server: $(cat "$1")" >&2; return 1; }
    sleep 0.01
  done
}

start_gateway() {
  tests/bench/make_policy.sh "$work/policy" "$@"
  head -n 1000 "$work/policy.exporters" >"$work/exporters"
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
  local started=$EPOCHREALTIME
  "$build/tongguan" serve --config "$work/gateway.textproto" \
    --unsigned-dev-policy >"$work/server.log" 2>&1 &
  server=$!
  server_at=$(address "$work/server.log" "$server")
  awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN {
    printf "start of the gateway: %.2f s\n", b - a }'
}

load() {
  local at=$1 pid=$2
  shift 2
  "$build/tongguan" bench --server "$at" --server-pid "$pid" \
    --ca "$work/certs/ca.pem" --cert "$work/certs/exporter.pem" \
    --key "$work/certs/exporter.key" "$@"
}

bench() { load "$server_at" "$server" "$@"; }
