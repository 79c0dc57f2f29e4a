#!/bin/bash
# Makes a development PKI with OpenSSL: ECDSA P-256, valid for 30 days. Never
# for production: the CA's key lies beside the certificates.
#
#   make-dev-certs.sh [DIR] [--exporter USCC[:SYSTEM]]... [--force]
#                           [--exporter USCC:person/NAME]...
#
# DIR (certs/dev beside this script by default) gets
#   ca.pem ca.key                 the CA of server and clients
#   server.pem server.key         localhost, 127.0.0.1, ::1
#   exporter.pem exporter.key     the first exporter; each exporter is also
#                                 exporter-<USCC>.pem and .key, or
#                                 exporter-<USCC>-<SYSTEM>.* where one is given,
#                                 exporter-<USCC>-person-<NAME>.* of a person
#   regulator.* auditor.* operator.*
# A complete folder is left as it is; one that exists otherwise is refused
# unless --force, which makes everything anew.
set -euo pipefail
umask 077

readonly DAYS=30
# A demonstration enterprise of policy/registry, and the system that asks.
readonly DEFAULT_EXPORTER=91999999TGDE00014T
readonly DEFAULT_SYSTEM=hr

die() { echo "make-dev-certs: $1" >&2; exit "${2:-1}"; }
usage() { sed -n '2,18s/^# \{0,1\}//p' "$0"; }

dir=
force=
exporters=()
while (($#)); do
  case $1 in
    --exporter)
      [[ -n ${2:-} ]] || die '--exporter needs USCC[:SYSTEM]' 2
      exporters+=("$2"); shift ;;
    --exporter=*) exporters+=("${1#*=}") ;;
    --force) force=1 ;;
    -h|--help) usage; exit 0 ;;
    -*) die "unknown option $1; see --help" 2 ;;
    *) [[ -z $dir ]] || die "one folder only, not also $1" 2
       dir=$1 ;;
  esac
  shift
done
[[ -n $dir ]] || dir=$(cd -- "$(dirname -- "$0")" && pwd)/dev
((${#exporters[@]})) || exporters=("$DEFAULT_EXPORTER")

# The form only; the gateway checks the check character.
for exporter in "${exporters[@]}"; do
  [[ $exporter =~ ^[0-9A-HJ-NPQRTUWXY]{18}(:(person/)?[A-Za-z0-9_.-]{1,64})?$ ]] ||
    die "--exporter $exporter: use an 18-character USCC, then :SYSTEM or :person/NAME if wanted" 2
done
command -v openssl >/dev/null || die 'openssl is missing; apt-get install openssl'

exporter_name() { echo "exporter-${1//[:\/]/-}"; }
exporter_uri() {
  local system=$DEFAULT_SYSTEM
  [[ $1 != *:* ]] || system=${1#*:}
  echo "tongguan:exporter/${1%%:*}/$system"
}

names=(ca server regulator auditor operator exporter)
for exporter in "${exporters[@]}"; do names+=("$(exporter_name "$exporter")"); done

complete=1
for name in "${names[@]}"; do
  [[ -f $dir/$name.pem && -f $dir/$name.key ]] || complete=
done
if [[ -z $force && -n $complete ]]; then
  openssl x509 -in "$dir/ca.pem" -noout -checkend 0 >/dev/null ||
    die "$dir: the certificates have expired; make them anew with --force"
  echo "$dir: complete, left as it is"
  exit 0
fi
if [[ -z $force && -d $dir && -n $(ls -A -- "$dir") ]]; then
  die "$dir: holds something else or less than was asked for; use --force"
fi

mkdir -p -- "$dir"
# Made in a folder of its own and moved at the end: never half a PKI.
work=$(mktemp -d -- "$dir/.making-XXXXXX")
trap 'rm -rf -- "$work"' EXIT

make_key() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
    -pkeyopt ec_param_enc:named_curve -out "$work/$1.key" 2>/dev/null
}

# issue NAME COMMON-NAME EXTENDED-KEY-USAGE SUBJECT-ALT-NAMES
issue() {
  make_key "$1"
  printf '%s\n' 'basicConstraints=critical,CA:FALSE' \
    'keyUsage=critical,digitalSignature' "extendedKeyUsage=$3" \
    'subjectKeyIdentifier=hash' 'authorityKeyIdentifier=keyid' \
    "subjectAltName=$4" >"$work/ext"
  openssl req -new -sha256 -key "$work/$1.key" -subj "/CN=$2" |
    openssl x509 -req -sha256 -days "$DAYS" -CA "$work/ca.pem" \
      -CAkey "$work/ca.key" -set_serial "0x$(openssl rand -hex 15)" \
      -extfile "$work/ext" -out "$work/$1.pem" 2>/dev/null
}

client() {  # NAME URI
  issue "$1" "$1" clientAuth "URI:$2"
}

make_key ca
openssl req -x509 -new -sha256 -days "$DAYS" -key "$work/ca.key" \
  -subj '/CN=Tongguan development CA' -out "$work/ca.pem" \
  -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' \
  -addext 'keyUsage=critical,keyCertSign,cRLSign'
issue server localhost serverAuth 'DNS:localhost,IP:127.0.0.1,IP:::1'
for exporter in "${exporters[@]}"; do
  client "$(exporter_name "$exporter")" "$(exporter_uri "$exporter")"
done
first=$(exporter_name "${exporters[0]}")
cp -- "$work/$first.pem" "$work/exporter.pem"
cp -- "$work/$first.key" "$work/exporter.key"
client regulator tongguan:regulator/demo-authority/officer-1
client auditor tongguan:auditor/demo-auditor
client operator tongguan:operator/operator-1

chmod 600 "$work"/*.key
chmod 644 "$work"/*.pem
# What an earlier CA signed would be refused now.
rm -f -- "$work/ext" "$dir"/exporter-*.{pem,key}
mv -f -- "$work"/*.pem "$work"/*.key "$dir/"
echo "$dir: made ${#names[@]} certificates, valid for $DAYS days"
