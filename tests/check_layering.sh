#!/usr/bin/env bash
# Dependencies point downward only. From the bottom:
#
#   base < people, text, journal < policy < engine, ledger, inspect, archive < service < cli, web
#
# A module includes itself, and what the DEPS of its CMakeLists.txt name
# (TEST_DEPS too for *_test.cc and *_bench.cc), directly or through them; the
# protos only if tongguan_proto is among those. DEPS name lower modules only.
# Some headers are closed to a module whatever its DEPS are: see CLOSED.
# Header guards are checked here too, as one pass reads every file.
#
# usage: check_layering.sh [ROOT]     prints file:line: what is wrong; exit 1
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"

mapfile -t cmake < <(find gateway -mindepth 2 -name CMakeLists.txt | sort)
mapfile -t sources < <(find gateway -name '*.h' -o -name '*.cc' | sort)
if ((${#cmake[@]} == 0 || ${#sources[@]} == 0)); then
  echo "check_layering: no module found" >&2
  exit 1
fi

awk '
BEGIN {
  levels = "base people:text:journal policy engine:ledger:inspect:archive service " \
    "cli:web"
  count = split(levels, row, " ")
  for (i = 1; i <= count; i++) {
    n = split(row[i], names, ":")
    for (j = 1; j <= n; j++) level[names[j]] = i
  }
  # CLOSED: module, then what its own sources (not its tests) never include.
  # The engine is pure: no clock, no I/O, no locks. The ledger knows no law.
  closed["engine"] = "^(gateway/base/clock\\.h|absl/time/clock\\.h|" \
    "absl/synchronization/.*|sqlite3\\.h|mutex|thread|fstream|iostream|" \
    "chrono|random|filesystem|unistd\\.h)$"
  closed["ledger"] = "^(gateway/(policy|engine|text)/.*|proto/.*)$"
}

function fail(line, what) {
  printf "%s:%d: %s\n", FILENAME, line, what
  bad = 1
}

function module_of(path,   parts) {
  split(path, parts, "/")
  return parts[2]
}

# gateway/X/CMakeLists.txt: the words between DEPS and the next capitals.
function read_cmake(line,   words, n, i, name) {
  sub(/#.*/, "", line)
  gsub(/[()]/, " & ", line)
  n = split(line, words, /[ \t]+/)
  for (i = 1; i <= n; i++) {
    if (words[i] == "tongguan_module") { call = 1; kind = ""; continue }
    if (words[i] == ")") { call = 0; continue }
    if (!call) continue
    if (words[i] ~ /^(DEPS|TEST_DEPS)$/) { kind = words[i]; continue }
    if (kind == "" || words[i] !~ /^tongguan_/) continue
    name = substr(words[i], 10)
    if (name in level && level[name] >= level[owner]) {
      fail(FNR, owner " must not depend on " name ", which is not below it")
    }
    deps[owner, kind] = deps[owner, kind] " " name
  }
}

# Everything that `owner` reaches over one kind of DEPS, and DEPS from there.
function close_over(owner, kind, into,   names, n, i, key) {
  n = split(deps[owner, kind], names, " ")
  for (i = 1; i <= n; i++) {
    key = into SUBSEP names[i]
    if (key in reach) continue
    reach[key] = 1
    if (names[i] == "grpc") reach[into, "proto"] = 1
    close_over(names[i], "DEPS", into)
  }
}

FNR == 1 {
  if (FILENAME != first_file && guard != "") end_guard()
  first_file = FILENAME
  owner = module_of(FILENAME)
  if (!(owner in level)) fail(1, "no such module in check_layering.sh")
  is_cmake = FILENAME ~ /CMakeLists\.txt$/
  call = 0
  if (!is_cmake && !closed_over) {
    closed_over = 1
    for (name in level) {
      close_over(name, "DEPS", name)
      close_over(name, "DEPS", name "/test")
      close_over(name, "TEST_DEPS", name "/test")
    }
  }
  is_test = FILENAME ~ /_(test|bench)\.cc$/
  who = is_test ? owner "/test" : owner
  guard = ""
  if (FILENAME ~ /\.h$/) {
    guard = "TONGGUAN_" toupper(FILENAME) "_"
    gsub(/[^A-Z0-9]/, "_", guard)
    guard_lines = 0
    guard_file = FILENAME
  }
}

is_cmake { read_cmake($0); next }

guard != "" && ($0 == "#ifndef " guard || $0 == "#define " guard) {
  guard_lines++
}

/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
  path = $0
  sub(/^[^<"]*[<"]/, "", path)
  sub(/[>"].*/, "", path)
  if (path ~ /(^|\/)\.\.?\//) {
    fail(FNR, "include by the path from the root, not " path)
  } else if (path ~ /^gateway\//) {
    target = module_of(path)
    if (target != owner && !((who, target) in reach)) {
      fail(FNR, owner " must not include " path ": " \
           (target in level && level[target] < level[owner] \
              ? "tongguan_" target " is not in its DEPS" \
              : target " is not below it"))
    }
  } else if (path ~ /^proto\// &&
             !((who, path ~ /\.grpc\.pb\.h$/ ? "grpc" : "proto") in reach)) {
    fail(FNR, owner " must not include " path ": not in its DEPS")
  } else if (path ~ /^(tests|policy|certs|deploy)\//) {
    fail(FNR, "the program must not include " path)
  }
  if (!is_test && owner in closed && path ~ closed[owner]) {
    fail(FNR, path " is closed to " owner)
  }
}

function end_guard() {
  if (guard_lines == 2) return
  printf "%s:1: the header guard must be %s\n", guard_file, guard
  bad = 1
}

END {
  if (guard != "") end_guard()
  exit bad
}' "${cmake[@]}" "${sources[@]}"
