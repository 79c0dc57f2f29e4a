#!/usr/bin/env bash
# Tests of the checks themselves: each must find what is planted, name its
# place, and be quiet without it. The last line is "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")" || exit 1
checks=$PWD
passed=0
failed=0
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

# expect NAME CODE TEXT COMMAND...: exit code and a text in the output.
expect() {
  local name=$1 code=$2 text=$3 output got=0
  shift 3
  output=$("$@" 2>&1) || got=$?
  if ((got == code)) && [[ $output == *"$text"* ]]; then
    passed=$((passed + 1))
    return
  fi
  failed=$((failed + 1))
  echo "FAILED $name: exit $got, expected $code and \"$text\"; it said:"
  echo "$output" | head -n 10
}

# A tree of three modules, all well.
plant() {
  rm -rf "$tree" && mkdir -p "$tree"/gateway/{base,policy,engine,ledger}
  cd "$tree" || exit 1
  git init -q .
  echo 'tongguan_module(base DEPS absl::time)' >gateway/base/CMakeLists.txt
  printf 'tongguan_module(policy\n  DEPS tongguan_base\n  tongguan_proto)\n' \
    >gateway/policy/CMakeLists.txt
  echo 'tongguan_module(engine DEPS tongguan_policy)' \
    >gateway/engine/CMakeLists.txt
  echo 'tongguan_module(ledger DEPS tongguan_base TEST_DEPS tongguan_text)' \
    >gateway/ledger/CMakeLists.txt
  printf '#ifndef TONGGUAN_%s_H_\n#define TONGGUAN_%s_H_\n#endif\n' \
    GATEWAY_BASE_CLOCK GATEWAY_BASE_CLOCK >gateway/base/clock.h
  printf '#include "%s"\n' gateway/base/b.h gateway/policy/a.h \
    proto/tongguan/v1/flow.pb.h >gateway/engine/engine.cc
  echo '#include "gateway/text/text.h"' >gateway/ledger/ledger_test.cc
  local folder
  for folder in base policy engine ledger; do
    echo "# $folder" >gateway/$folder/README.md
  done
  echo "# gateway" >gateway/README.md
}

# layering NAME FILE LINE TEXT: what LINE in FILE makes the check say.
layering() {
  plant
  echo "$3" >>"$2"
  expect "layering: $1" 1 "$4" "$checks/check_layering.sh" "$tree"
}

plant
expect "layering: a good tree" 0 "" "$checks/check_layering.sh" "$tree"
layering "upward include" gateway/base/a.cc \
  '#include "gateway/policy/a.h"' \
  'gateway/base/a.cc:1: base must not include gateway/policy/a.h'
layering "sideways include" gateway/engine/engine.cc \
  '#include "gateway/ledger/ledger.h"' 'gateway/engine/engine.cc:4:'
layering "include that DEPS do not name" gateway/policy/a.cc \
  '#include "gateway/text/text.h"' 'tongguan_text is not in its DEPS'
layering "test dependency in a source" gateway/ledger/ledger.cc \
  '#include "gateway/text/text.h"' 'gateway/ledger/ledger.cc:1:'
layering "upward include in a test" gateway/base/a_test.cc \
  '#include "gateway/engine/engine.h"' 'gateway/base/a_test.cc:1:'
layering "upward DEPS" gateway/base/CMakeLists.txt \
  'tongguan_module(base DEPS tongguan_engine)' \
  'base must not depend on engine'
layering "the clock in the engine" gateway/engine/a.cc \
  '#include "gateway/base/clock.h"' 'is closed to engine'
layering "a lock in the engine" gateway/engine/a.cc '#include <mutex>' \
  'gateway/engine/a.cc:1: mutex is closed to engine'
layering "law in the ledger" gateway/ledger/a.cc \
  '#include "proto/tongguan/v1/decision.pb.h"' 'gateway/ledger/a.cc:1:'
layering "include by a relative path" gateway/engine/a.cc \
  '#include "../base/clock.h"' 'gateway/engine/a.cc:1:'
plant
mkdir gateway/util && echo "int f();" >gateway/util/a.cc
expect "layering: a module that has no place" 1 "gateway/util/a.cc:1:" \
  "$checks/check_layering.sh" "$tree"
plant
printf '#ifndef WRONG_H_\n#define WRONG_H_\n#endif\n' >gateway/base/wrong.h
expect "layering: wrong header guard" 1 TONGGUAN_GATEWAY_BASE_WRONG_H_ \
  "$checks/check_layering.sh" "$tree"
rm -rf gateway/*/*.{h,cc}
expect "layering: nothing to check" 1 "no module found" \
  "$checks/check_layering.sh" "$tree"

plant
expect "tree: a good tree" 0 "" "$checks/check_tree.sh" "$tree"
rm gateway/base/README.md
expect "tree: folder without README" 1 "gateway/base: has no README.md" \
  "$checks/check_tree.sh" "$tree"
plant
echo "see ../sha""red/design.md" >>gateway/README.md
expect "tree: a place outside" 1 "gateway/README.md:2:" \
  "$checks/check_tree.sh" "$tree"
plant
echo "// TO""DO: later" >>gateway/base/a.cc
expect "tree: left open" 1 "gateway/base/a.cc:1:" \
  "$checks/check_tree.sh" "$tree"
plant
printf '# A\n\n## B\n' >README.md
printf '# 甲\n' >README.zh-CN.md
expect "tree: a twin that lacks a heading" 1 "README.zh-CN.md" \
  "$checks/check_tree.sh" "$tree"
printf '\n## 乙\n' >>README.zh-CN.md
expect "tree: twins" 0 "" "$checks/check_tree.sh" "$tree"

plant
expect "format: a good tree" 0 "" "$checks/check_format.sh" "$tree"
echo 'int  f( );' >gateway/base/a.cc
expect "format: a badly formatted line" 1 "gateway/base/a.cc:1:" \
  "$checks/check_format.sh" "$tree"

# counts NAME TEXT COUNTS: what a stage's output is read as.
counts() {
  # shellcheck source=tests/stages.sh
  expect "count: $1" 0 "$3" bash -c \
    'source "$0/stages.sh"; echo "<$(count <(echo "$1"))>"' "$checks" "$2"
}
counts "CTest" "98% tests passed, 2 tests failed out of 130" "<128 2>"
counts "one CTest failure" "50% tests passed, 1 tests failed out of 2" "<1 1>"
counts "plain line" "12 passed, 3 failed" "<12 3>"
counts "plain line with a name" "conformance: 12 passed, 0 failed" "<12 0>"
counts "the last of several" $'1 passed, 0 failed\n4 passed, 1 failed' "<4 1>"
counts "no count" "12 tests passed" "<>"

# ends NAME CODE LAST_LINE SCRIPT: how a run over these stages ends.
ends() {
  expect "run: $1" "$2" "$3" bash -c \
    'cd "$1"; source "$0/stages.sh"; '"$4"'; finish' "$checks" "$tree"
}
ends "good stages" 0 "3 passed, 0 failed" \
  'stage a echo "2 passed, 0 failed"; stage b true'
ends "a failing stage" 1 "1 passed, 1 failed" 'stage a false; stage b true'
ends "a stage that ran nothing" 1 "0 passed, 1 failed" \
  'stage a echo "0 passed, 0 failed"'
ends "a bad end over good tests" 1 "2 passed, 1 failed" \
  'stage a bash -c "echo 2 passed, 0 failed; exit 3"'
ends "no stage at all" 1 "0 passed, 0 failed" ':'
ends "preparing that fails" 1 "0 passed, 1 failed" 'need a false; stage b true'
ends "preparing is no test" 0 "1 passed, 0 failed" 'need a true; stage b true'
ends "only preparing" 1 "0 passed, 0 failed" 'need a true'

echo "$passed passed, $failed failed"
((failed == 0))
