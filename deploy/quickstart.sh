#!/usr/bin/env bash
# From a fresh clone to real decisions: installs what is missing, builds, makes
# development certificates, starts a gateway on loopback and asks it about the
# flows of deploy/quickstart. All it makes lies in build/. Ends with what to try
# next; exit 1 if anything was not as expected.
#
# usage: quickstart.sh [--lang zh|en] [--keep]
#   --lang   language of the explanations; default: that of the environment
#   --keep   leaves the gateway running, and says how to ask and to stop it
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

language=${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}
keep=
while (($#)); do
  case $1 in
    --lang) language=${2?--lang needs a language} && shift 2 ;;
    --keep) keep=1 && shift ;;
    *) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0" >&2 && exit 2 ;;
  esac
done
[[ $language == zh* ]] && language=zh || language=en

work=$PWD/build/quickstart
tongguan=$PWD/build/release/tongguan
failed=0

# step CHINESE ENGLISH
step() {
  [[ $language == zh ]] && printf '\n== %s\n' "$1" || printf '\n== %s\n' "$2"
}

die() {
  echo "quickstart: $*" >&2
  exit 1
}

# Logs what a command says; shows it only if it fails.
quietly() {
  "$@" >"$work/log" 2>&1 </dev/null && return
  tail -n 40 "$work/log" >&2
  die "failed: $*"
}

# as KEY ARGUMENTS...: runs the program as the exporter of that code.
as() {
  local exporter=$1
  shift
  "$tongguan" --server "$server" --ca "$work/certs/ca.pem" \
    --cert "$work/certs/exporter-$exporter-quickstart.pem" \
    --key "$work/certs/exporter-$exporter-quickstart.key" --lang "$language" "$@"
}

exporter_of() { sed -nE 's/^ *"exporter": "(.*)",$/\1/p' "$1"; }

# ask EXIT_CODE FLOW CHINESE ENGLISH: shows the explanation and checks the verdict.
ask() {
  local want=$1 file=deploy/quickstart/$2.json got=0
  step "$3" "$4"
  echo "\$ tongguan check -f $file"
  as "$(exporter_of "$file")" check -f "$file" || got=$?
  if ((got != want)); then
    echo "quickstart: exit code $got, expected $want" >&2
    failed=1
  fi
}

stop() {
  [[ -n ${gateway-} ]] || return 0
  kill "$gateway" 2>/dev/null && wait "$gateway" 2>/dev/null
}

mkdir -p "$work"
step "安装缺少的软件并构建（首次构建需要几分钟）" \
  "Install what is missing, build (a first build takes some minutes)"
quietly deploy/install-deps.sh
quietly cmake --preset release
quietly cmake --build --preset release -j "$(nproc)" --target tongguan
echo "built in $SECONDS s"

step "证书、配置、网关" "Certificates, configuration, gateway"
rm -rf "$work/certs" "$work"/ledger.db*
mapfile -t exporters < <(for file in deploy/quickstart/*.json; do
  echo "--exporter=$(exporter_of "$file"):quickstart"; done | sort -u)
quietly certs/make-dev-certs.sh "$work/certs" "${exporters[@]}"
cat >"$work/gateway.textproto" <<END
listen: "localhost:0"
tls {
  certificate: "$work/certs/server.pem"
  private_key: "$work/certs/server.key"
  client_ca: "$work/certs/ca.pem"
}
policy_dir: "$PWD/policy"
ledger: "$work/ledger.db"
origin: "quickstart.example/tongguan"
END
"$tongguan" serve --config "$work/gateway.textproto" --unsigned-dev-policy \
  >"$work/gateway.out" 2>"$work/gateway.err" </dev/null &
gateway=$!
trap stop EXIT
for ((i = 0; i < 300; i++)); do
  server=$(sed -n 's/^listening on //p' "$work/gateway.out")
  [[ -n $server ]] && break
  kill -0 "$gateway" 2>/dev/null || break
  sleep 0.1
done
[[ -n $server ]] || { cat "$work/gateway.err" >&2; die "it did not start"; }
echo "the gateway listens on $server"

step "今年在使用通关之前出境的人数：每家企业申报一次" \
  "People exported this year before Tongguan: declared once an exporter"
as 91999999TGDE00049D open --persons 99000 --sensitive 0 || failed=1
as 91999999TGDE000578 open --persons 150000 --sensitive 0 || failed=1
as 91999999TGDE000653 open --persons 20000 --sensitive 0 || failed=1
# The size rules of the list of Shanghai read the total of every exporter there.
as 91999999TGDE00014T open --persons 0 --sensitive 0 || failed=1
as 91999999TGDE00030G open --persons 0 --sensitive 0 || failed=1

ask 0 1-payroll "向境外母公司提供工资数据：免予办理，不论人数" \
  "Payroll to the parent company abroad: free, however many"
ask 0 2-booking "向境外航空公司订票：履行合同所必需，免予办理" \
  "A booking with an airline abroad: free, the contract needs it"
ask 0 3-production "列入自贸区一般数据清单的生产数据：自由流动" \
  "Production data on a general list of the zone: free"
ask 0 4-members "会员 900 人，今年累计 99,900 人：不满 10 万人，免予办理" \
  "900 members, 99,900 this year: below 100,000, free"
ask 10 5-members-crossing "再加 200 人，累计将达 100,100 人：暂缓" \
  "200 more would make 100,100: held"
ask 10 6-expired-contract "已备案的标准合同到期：暂缓" \
  "The contract on file has expired: held"
ask 10 7-undeclared-sensitive "像敏感个人信息而没有申报的字段：暂缓" \
  "A field that looks sensitive, undeclared: held"

step "记录，以及一家企业的现状" "What is on record, and how one exporter stands"
as 91999999TGDE00049D log list || failed=1
as 91999999TGDE00049D standing || failed=1

step "下一步" "Next"
cat <<'END'
  deploy/quickstart.sh --keep      留下运行的网关 / leaves the gateway running
  deploy/quickstart/*.json         这些数据流，改一改再问 / change a flow, ask again
  build/release/tongguan --help    explain, settle, standing, log, ...
  policy/registry/README.md        演示企业 / the demonstration exporters
  README.zh-CN.md, README.md       怎样读一个决定 / how a decision is read
END
if [[ -n $keep ]]; then
  trap - EXIT
  cat <<END

The gateway runs on: $server (stop it: kill $gateway). To ask it as one exporter:
  export TONGGUAN_SERVER=$server TONGGUAN_CA=$work/certs/ca.pem
  export TONGGUAN_CERT=$work/certs/exporter-91999999TGDE00049D-quickstart.pem
  export TONGGUAN_KEY=$work/certs/exporter-91999999TGDE00049D-quickstart.key
  build/release/tongguan check -f deploy/quickstart/4-members.json
END
fi
((failed)) && die "something was not as expected; see above"
printf '\nquickstart: all as expected, %s s\n' "$SECONDS"
