#!/usr/bin/env bash
# Fails naming every C++ file that `clang-format -i` would change, with the
# first line of each.
#
# usage: check_format.sh [ROOT]     ROOT: a git work tree; default this one
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"

mapfile -t files < <(
  git ls-files --cached --others --exclude-standard -- '*.h' '*.cc' |
    while read -r file; do [[ -f $file ]] && echo "$file"; done | sort -u)
if ((${#files[@]} == 0)); then
  echo "check_format: no C++ file found" >&2
  exit 1
fi
bad=$(printf '%s\0' "${files[@]}" |
  xargs -0 clang-format --dry-run -Werror 2>&1 |
  grep ': error: ' | sort -t: -u -k1,1 |
  sed -E 's/: error:.*/: clang-format -i changes this line/') || true
[[ -z $bad ]] && exit 0
echo "$bad"
exit 1
