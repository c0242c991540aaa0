#!/bin/sh
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
#
# The fuzzer finds nothing in the C++ testee, and known bugs within a number of
# plans that is the same each time, each shrunk to at most 5 operations. What it
# writes of a finding can be played again; --json has what it prints.
#
#   fuzz_test.sh PROGRAM TESTEE.json REGISTRY
set -u
program=$1
testee=$2
registry=$3
out=$TEST_TMPDIR/out

"$program" fuzz --strict --seed 3 --plans 300 --out "$out" "$testee" ||
  { echo "the C++ testee is not found clean"; exit 1; }

for mutant in cc/child/sends-length-8-bit cc/child/answers-first-in-first-out \
  cc/child/takes-short-payload cc/parent/matches-16-bits \
  cc/parent/loses-split-header cc/parent/forgets-calls-at-the-end; do
  "$program" fuzz --mutants --registry "$registry" --filter "$mutant" \
    --seed 3 --plans 1500 --write "$TEST_TMPDIR/table" ||
    { echo "$mutant is not found"; exit 1; }
  awk -F '\t' -v mutant="$mutant" '
    /^#/ { next }
    $3 != "found" || $6 > 5 { print "not shrunk: " $0; bad = 1 }
    { lines++ }
    END { exit bad || lines == 0 }' "$TEST_TMPDIR/table" || exit 1
done

folder=$(dirname "$registry")
FORKRPC_MUTANT=answers-twice "$program" fuzz --classes child-sync --seed 3 \
  --plans 50 --watchdog 1s --out "$out" --json "$out/fuzz.json" "$folder/cc.json"
[ $? -eq 1 ] || { echo "a finding does not fail the run"; exit 1; }
python3 - "$out/fuzz.json" <<'END' || { echo "--json is not as it should be"; exit 1; }
import json
import os
import sys

report = json.load(open(sys.argv[1]))
assert report["suite_version"] and report["spec_version"], report
(testee,) = report["testees"]
(fuzzed,) = testee["classes"]
assert (fuzzed["role"], fuzzed["form"]) == ("CHILD", "SYNC"), fuzzed
assert 0 < fuzzed["plans"] <= 50 and fuzzed["seed"] == "3", fuzzed
for finding in fuzzed["findings"]:
  assert os.path.exists(os.path.join(finding["folder"], "repro.sh")), finding
  assert finding["clause"] and finding["plan"] > 0, finding
  assert finding["operations_left"] <= 5, finding
assert "MUST" in [finding["level"] for finding in fuzzed["findings"]], report
END
# Interrupted, it reports what it has tried.
"$program" fuzz --classes child-sync --seed 3 --plans 100000000 \
  --json "$out/part.json" "$testee" >"$out/said" 2>"$out/complained" &
fuzzer=$!
until ls /proc/$fuzzer/task/*/children >/dev/null 2>&1 &&
  [ -n "$(cat /proc/$fuzzer/task/*/children)" ]; do sleep 0.05; done
sleep 1
kill -TERM $fuzzer
wait $fuzzer
[ $? -eq 143 ] || { echo "interrupted: the status"; cat "$out/complained"; exit 1; }
grep -q 'given up: interrupted' "$out/said" || { echo "interrupted:"; cat "$out/said"; exit 1; }
python3 - "$out/part.json" <<'END' || { echo "interrupted: no report"; exit 1; }
import json
import sys

(fuzzed,) = json.load(open(sys.argv[1]))["testees"][0]["classes"]
assert fuzzed["given_up"] == "interrupted" and fuzzed["plans"] > 0, fuzzed
END
"$program" fuzz --diff --classes child-sync --plans 10 --json "$out/diff.json" \
  "$testee" "$testee" || { echo "a testee differs from itself"; exit 1; }
grep -q '"compared": 10' "$out/diff.json" || { echo "--diff has no JSON"; exit 1; }
found=$(find "$out/fuzz" -name repro.sh | head -1)
[ -n "$found" ] || { echo "nothing was written of the finding"; exit 1; }
FORKRPC_MUTANT=answers-twice "$found" >"$TEST_TMPDIR/log"
[ $? -eq 1 ] || { echo "repro.sh does not show it"; exit 1; }
"$found" >"$TEST_TMPDIR/log" ||
  { echo "repro.sh shows it without the bug"; exit 1; }
FORKRPC_MUTANT=answers-twice "$program" run --cases "$(dirname "$found")" \
  --watchdog 1s "$folder/cc.json" >"$TEST_TMPDIR/log"
[ $? -eq 1 ] || { echo "the case does not show it"; exit 1; }
[ -s "$(dirname "$found")/wire.hex" ] || { echo "no wire.hex"; exit 1; }
