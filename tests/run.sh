#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test there is. Works from any
# folder and needs no terminal. The last line is "N passed, N failed"; exit 1 on
# a failure, or when nothing ran. Output of each stage: build/logs/.
#
# env: TONGGUAN_CRASH_CYCLES (50)  kill -9 cycles of the crash test
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/stages.sh
source tests/stages.sh

build() {
  cmake --preset release && cmake --build --preset release -j "$(nproc)"
}

need "install what is missing" deploy/install-deps.sh
need "build" build
stage "unit and module tests" ctest --preset release -j "$(nproc)"
for cases in tests/conformance/*.tsv; do
  stage "conformance $(basename "$cases")" \
    tests/conformance/run --cases "$cases"
done
stage "crash" tests/crash/run --cycles "${TONGGUAN_CRASH_CYCLES:-50}"
stage "a log verified by others" tests/journal/run
stage "scripts" tests/scripts_test.sh
finish
