#!/usr/bin/env bash
# clang-tidy (.clang-tidy says which checks) on the sources that changed since
# a commit; a changed header stands for the source and the test of its name. It
# takes seconds a file, so it is bounded: what does not fit is named.
#
# usage: check_tidy.sh BUILD_DIR [BASE]
#   BUILD_DIR  holds compile_commands.json of a finished build
#   BASE       a commit; default: where this branch left origin's, or else the
#              commit before this one
# env: TONGGUAN_TIDY_SECONDS (300)  all of it; TONGGUAN_TIDY_FILES (24)
set -euo pipefail
build=$(realpath "$1")
cd "$(dirname "$0")/.."
seconds=${TONGGUAN_TIDY_SECONDS:-300}
most=${TONGGUAN_TIDY_FILES:-24}

base_of() {
  local head base
  head=$(git rev-parse HEAD)
  base=$(git merge-base HEAD origin/HEAD 2>/dev/null) || base=$head
  if [[ $base == "$head" ]]; then
    base=$(git rev-parse -q --verify HEAD~1) || true
  fi
  # The first commit of all: everything changed since the empty tree.
  echo "${base:-$(git hash-object -t tree /dev/null)}"
}

changed() {
  git diff --name-only --diff-filter=d "$1" -- 'gateway/*.cc' 'gateway/*.h' |
    awk '{ stem = $0 }
         sub(/\.h$/, "", stem) { print stem ".cc"; print stem "_test.cc"; next }
         { print }' |
    while read -r file; do [[ -f $file ]] && echo "$file"; done | sort -u |
    awk '{ print (/_(test|bench)\.cc$/ ? 1 : 0), $0 }' | sort | cut -d' ' -f2
}

mapfile -t files < <(changed "${2:-$(base_of)}")
if ((${#files[@]} > most)); then
  echo "clang-tidy: of ${#files[@]} changed files, tests last, not looked" \
       "at: ${files[*]:most:8} ..."
  files=("${files[@]:0:most}")
fi
if ((${#files[@]} == 0)); then
  echo "clang-tidy: no source changed"
  exit 0
fi
echo "clang-tidy: ${#files[@]} files"
# clang cannot read the headers that g++ precompiled: it parses them itself.
commands=$(mktemp -d)
trap 'rm -rf "$commands"' EXIT
sed 's/ -Winvalid-pch//; s/ -include [^ ]*cmake_pch\.hxx//' \
  "$build/compile_commands.json" >"$commands/compile_commands.json"
code=0
printf '%s\0' "${files[@]}" | timeout "$seconds" \
  xargs -0 -n 1 -P "$(nproc)" clang-tidy -p "$commands" --quiet 2>/dev/null ||
  code=$?
if ((code == 124)); then
  echo "clang-tidy: stopped after $seconds s; the rest was not looked at"
  code=0
fi
exit $code
