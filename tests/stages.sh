# Sourced by tests/run.sh and .ci/run: runs stages, adds up what they counted.
#
# A stage's output goes to a log; of a stage that failed the end is shown. What
# a stage counted is read from its output: CTest's closing line, or a line
# "N passed, N failed" (", N skipped" may follow); of several the last. A stage
# that counts nothing counts as one check; one that only prepares, see need, as
# none unless it fails.
# shellcheck shell=bash

passed=0
failed=0
failures=()
logs=build/logs

# count LOG: prints "PASSED FAILED", or nothing.
count() {
  awk '
    /^[0-9]+% tests passed, [0-9]+ tests? failed out of [0-9]+/ {
      counts = ($9 - $4) " " $4
    }
    /^([A-Za-z]+: )?[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/ {
      line = $0
      sub(/^[A-Za-z]+: /, "", line)
      split(line, words, " ")
      counts = words[1] " " words[3]
    }
    END { if (counts != "") print counts }' "$1"
}

# stage NAME COMMAND...: never ends the script; see finish.
stage() {
  local name=$1 log start=$SECONDS code=0 counts good bad
  shift
  log=$logs/${name//[^A-Za-z0-9]/-}.log
  mkdir -p "$logs"
  "$@" >"$log" 2>&1 </dev/null || code=$?
  counts=$(count "$log")
  if [[ -n $counts ]]; then
    read -r good bad <<<"$counts"
    # A runner that ran nothing, or ended badly over good tests, has failed.
    ((good + bad == 0 || (code != 0 && bad == 0))) && bad=1
  else
    good=$((code == 0)) bad=$((code != 0))
  fi
  passed=$((passed + good))
  failed=$((failed + bad))
  printf '%-34s %5d passed %4d failed  %4d s\n' "$name" "$good" "$bad" \
    $((SECONDS - start))
  if ((bad)); then
    failures+=("$name")
    echo "--- the end of $log:"
    tail -n 60 "$log"
    echo "---"
    return 1
  fi
}

# need NAME COMMAND...: a stage that nothing after it can do without.
need() {
  stage "$@" || finish
  passed=$((passed - 1))
}

# Ends the script with the sum as its last line.
finish() {
  ((${#failures[@]})) && echo "failed: ${failures[*]}"
  echo "time: $SECONDS s"
  echo "$passed passed, $failed failed"
  ((failed == 0 && passed > 0)) && exit 0
  exit 1
}
