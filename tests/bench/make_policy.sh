#!/usr/bin/env bash
# The policy of the yardsticks: the shipped one, a negative list of so many rows
# and a registry of so many filings, made up from a seed; the same arguments
# give the same bytes. Five filings an enterprise, as enterprises of a big
# registry have them; each delegates to the first, so that one client
# certificate may ask for all.
#
#   make_policy.sh DIR [--rows 5000] [--filings 100000] [--seed 1] [--text]
#
# DIR must not exist. It gets the policy, and DIR.exporters: one code a line,
# the first that of the client. --text keeps the registry as text; otherwise
# protoc makes the binary form of it, which loads faster.
set -euo pipefail
cd "$(dirname "$0")/../.."
rows=5000 filings=100000 seed=1 text=
dir=${1:?make_policy.sh: name the folder to make}
shift
while (($#)); do
  case $1 in
    --rows|--filings|--seed) declare "${1#--}=$2"; shift 2 ;;
    --text) text=1; shift ;;
    *) echo "make_policy.sh: unknown option $1" >&2; exit 2 ;;
  esac
done
[[ ! -e $dir ]] || { echo "make_policy.sh: $dir exists" >&2; exit 1; }
work=$dir.making
trap 'rm -rf "$work"' EXIT
rm -rf "$work"
cp -R policy "$work"

list=$work/lists/bench-negative/2026
mkdir -p "$list"
cat >"$list/list.textproto" <<'HEAD'
id: "bench-negative"
edition: "2026"
kind: LIST_KIND_NEGATIVE
name_zh: "【演示】压测负面清单"
name_en: "[Demonstration] Negative list of the yardsticks"
issuer: "tests/bench/make_policy.sh"
sources: "tests/bench/make_policy.sh"
completeness: COMPLETENESS_PARTIAL
completeness_note: "Made up. It is no law."
demonstration: true
published: "2026-01-01"
effective: "2026-01-01"
areas: "CN-ZJ-FTZ"
filing_rule: LIST_FILING_RULE_NONE
HEAD
# One row in a hundred names by pattern, the others by two names.
awk -v rows="$rows" 'BEGIN {
  print "id,sector,scenario,sector_zh,scenario_zh,data_class,data_subclass," \
    "categories,names,pattern,conditions,condition_text,counter,threshold_op," \
    "threshold_low,threshold_high,mechanism,gloss_en,source,confidence"
  for (i = 0; i < rows; ++i) {
    if (i % 100 == 0) { names = ""; pattern = "^restricted_" i "_" }
    else { names = "listed_" i ";listed_" i "_code"; pattern = "" }
    mechanism = i % 2 ? "assessment" : "contract"
    printf "B-%05d,bench,,【演示】,,【演示】,,,%s,%s,,,,,,,%s,made up,demonstration,demo\n",
      i, names, pattern, mechanism
  }
}' >"$list/items.csv"

# Writes a shard of 1,000 enterprises a file.
awk -v filings="$filings" -v seed="$seed" -v shard="$work/registry/bench-" \
  -v codes="$work.codes" '
function random(n) { seed = (seed * 16807) % 2147483647; return seed % n }
function code(i,   text, sum, weight, k) {
  text = sprintf("91999999TB%07d", i)
  weight = 1; sum = 0
  for (k = 1; k <= 17; ++k) {
    sum += (index(alphabet, substr(text, k, 1)) - 1) * weight
    weight = weight * 3 % 31
  }
  return text substr(alphabet, (31 - sum % 31) % 31 + 1, 1)
}
function some(field, words, count, n,   i, at) {
  at = random(count)
  for (i = 0; i < n; ++i) {
    printf "    %s: \"%s\"\n", field, words[(at + i) % count + 1] >file
  }
}
BEGIN {
  alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
  split("STANDARD_CONTRACT CERTIFICATE SECURITY_ASSESSMENT " \
        "STANDARD_CONTRACT STANDARD_CONTRACT", kinds, " ")
  purposes = split("international_trade cross_border_transport marketing " \
                   "multinational_manufacturing internal_reporting", purpose, " ")
  categories = split("name mobile email gender date_of_birth home_address " \
                     "member_number membership_level transaction_record " \
                     "customer_feedback", category, " ")
  enterprises = int((filings + 4) / 5)
  if (enterprises < 1) enterprises = 1
  first = code(0)
  for (e = 0; e < enterprises; ++e) {
    if (e % 1000 == 0) {
      if (e > 0) close(file)
      file = sprintf("%s%04d.textproto", shard, e / 1000)
    }
    uscc = code(e)
    print uscc >codes
    printf "enterprises {\n  uscc: \"%s\"\n  name: \"【演示】企业%d\"\n", uscc, e >file
    print "  region: \"CN-ZJ-HZ\"\n  zones: \"CN-ZJ-FTZ\"\n  ciio: FACT_NO" >file
    print "  gba_registered: FACT_NO\n  foreign_invested: FACT_NO" >file
    if (e == 0) {
      print "  pseudonym_keys { id: \"bench\" valid_from: \"2026-01-01\"" >file
      print "    algorithm: PSEUDONYM_ALGORITHM_HMAC_SHA256 }" >file
    } else {
      printf "  delegations { delegate: \"%s\" valid_from: \"2026-01-01\"", first >file
      print " valid_to: \"2035-12-31\" }" >file
    }
    print "  credit_class: \"A\"\n  demonstration: true\n}" >file
    for (k = 0; k < 5 && e * 5 + k < filings; ++k) {
      kind = kinds[k + 1]
      printf "filings {\n  id: \"B-%07d-%d\"\n  exporter: \"%s\"\n", e, k, uscc >file
      printf "  kind: FILING_KIND_%s\n  number: \"BENCH-2026-%07d\"\n", kind, e * 5 + k >file
      print "  status: FILING_STATUS_VALID\n  scope {" >file
      for (i = 0; i < 2; ++i) printf "    recipients: \"PARTNER-%d\"\n", random(5000) >file
      some("purposes", purpose, purposes, 2)
      print "    scenarios: \"\"" >file
      some("categories", category, categories, 6)
      print "  }" >file
      day = sprintf("2026-%02d-%02d", 1 + random(9), 1 + random(28))
      if (kind == "STANDARD_CONTRACT") {
        printf "  signed_on: \"%s\"\n  effective: \"%s\"\n  filed: \"%s\"\n", day, day, day >file
      } else {
        printf "  issued: \"%s\"\n", day >file
      }
      if (kind == "CERTIFICATE") printf "  body: \"CCRC\"\n  holder: \"%s\"\n", uscc >file
      if (kind == "SECURITY_ASSESSMENT") printf "  approved_people: %d\n", 500000 + random(500000) >file
      print "  demonstration: true\n}" >file
    }
  }
}'
if [[ -z $text ]]; then
  for shard in "$work"/registry/bench-*.textproto; do
    protoc -I proto --encode=tongguan.v1.RegistryShard \
      proto/tongguan/v1/registry.proto <"$shard" >"${shard%.textproto}.binpb"
    rm "$shard"
  done
fi
mv "$work.codes" "$dir.exporters"
mv "$work" "$dir"
