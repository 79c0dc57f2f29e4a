#!/usr/bin/env bash
# House rules that no compiler checks:
#   - a folder of the first two levels that holds files has a README.md, and so
#     has a deeper one that holds code;
#   - no file speaks of the place where it was written (absolute paths of a
#     machine, folders beside the checkout);
#   - no file is left open: notes to be done later go into an issue;
#   - README.md and README.zh-CN.md are twins: as many headings of each level,
#     code blocks and tables' rows in the one as in the other.
#
# usage: check_tree.sh [ROOT]     ROOT: a git work tree; exit 1 on a finding
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"

bad=0
fail() {
  echo "$*"
  bad=1
}

files() {
  git ls-files --cached --others --exclude-standard -- "$@" |
    while read -r file; do [[ -f $file ]] && echo "$file"; done | sort -u
}

readmes() {
  local folder
  while read -r folder; do
    [[ -f $folder/README.md ]] || fail "$folder: has no README.md"
  done < <(files '*' | awk -F/ '
    /^\./ || NF < 2 { next }
    { folder = $0; sub(/\/[^\/]*$/, "", folder) }
    NF <= 3 || /\.(cc|h|sh|ts|vue)$/ { print folder }' | sort -u)
}

# Each word is broken in two, so that this file does not find itself.
words() {
  local here=("\.\./sh""ared" "(^|[^a-z])/wo""rk/" "/tmp/bu""ild-" "/ro""ot/")
  local later=("TO""DO" "FIX""ME" "XX""X")
  local pattern
  pattern=$(IFS='|' && echo "${here[*]}")
  files '*' | tr '\n' '\0' | xargs -0 grep -nIE "$pattern" |
    sed 's/$/   <- names a place outside the project/' && bad=1
  pattern="\\b($(IFS='|' && echo "${later[*]}"))\\b"
  files '*.cc' '*.h' '*.sh' '*.proto' '*.cmake' '*.ts' '*.vue' '*.md' |
    tr '\n' '\0' | xargs -0 -r grep -nIE "$pattern" |
    sed 's/$/   <- left open/' && bad=1
  return 0
}

# The shape of a page, one line a piece.
shape() {
  awk '/^```/ { code = !code; if (code) print "code"; next }
       code { next }
       /^#+ / { print $1 }
       /^\|/ { print "row" }' "$1"
}

twins() {
  [[ -f README.md || -f README.zh-CN.md ]] || return 0
  diff <(shape README.md) <(shape README.zh-CN.md) >/dev/null ||
    fail "README.md, README.zh-CN.md: not the same headings, code and rows"
}

readmes
words
twins
exit $bad
