#!/bin/bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# What action.yml runs, as GitHub's runner would call it.
# Usage: action_test.sh ACTION RUNNER TESTEE_JSON
set -u
action=$PWD/$1
testee=$PWD/$3
failures=0
mkdir -p "$TEST_TMPDIR/forkrpc-1-linux-any"
cp "$2" "$TEST_TMPDIR/forkrpc-1-linux-any/forkrpc-conformance"
cd "$TEST_TMPDIR" || exit 1
tar czf suite.tar.gz forkrpc-1-linux-any
sum=$(sha256sum suite.tar.gz | cut -d ' ' -f 1)

# gives STATUS PATTERN FILE VARIABLE=VALUE...: the status, and the pattern in the file.
gives() {
  local status=$1 pattern=$2 file=$3 got
  shift 3
  rm -rf temp && mkdir temp && : >summary && : >output
  env RUNNER_TEMP="$PWD/temp" GITHUB_STEP_SUMMARY="$PWD/summary" GITHUB_OUTPUT="$PWD/output" \
    INPUT_ARCHIVE=suite.tar.gz "$@" "$action" >said 2>&1
  got=$?
  if [ $got != "$status" ] || ! grep -q -- "$pattern" "$file"; then
    echo "FAILED: $*: status $got, not $status, or no '$pattern' in $file: $(cat "$file" said)"
    failures=$((failures + 1))
  fi
}

one='--filter child/echo:sync --transport socketpair'
gives 0 '^status=0$' output INPUT_TESTEE="$testee" INPUT_SHA256="$sum" INPUT_ARGUMENTS="$one"
[ -f temp/forkrpc-conformance/report.html ] || { echo 'FAILED: no page'; failures=1; }
[ -f temp/forkrpc-conformance/junit.xml ] || { echo 'FAILED: no JUnit'; failures=1; }
gives 0 'python' summary INPUT_TESTEE="
  $testee
" INPUT_ARGUMENTS="$one"
gives 2 "the sha256 of suite.tar.gz is $sum" said INPUT_TESTEE="$testee" INPUT_SHA256=1234
gives 2 'there is no archive nowhere' said INPUT_TESTEE="$testee" INPUT_ARCHIVE=nowhere
gives 2 'needs its sha256' said INPUT_TESTEE="$testee" INPUT_ARCHIVE=https://example.invalid/x
gives 2 'names no testee.json' said INPUT_TESTEE=' '
echo '{"contract": 1, "name": "bad", "child": {"sync": ["sh", "-c", "sleep 0.1"]}}' >bad.json
gives 4 '^status=4$' output INPUT_TESTEE="$PWD/bad.json" INPUT_ARGUMENTS="$one"
[ $failures = 0 ] && echo "action: all as it must be"
exit $((failures > 0))
