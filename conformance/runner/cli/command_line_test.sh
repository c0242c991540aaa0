#!/bin/bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# The program from outside: what it says, on how many lines, and its exit status.
# Usage: command_line_test.sh RUNNER FAKE_CHILD FAKE_PARENT
set -u
runner=$PWD/$1
fake=$PWD/$2
fake_parent=$PWD/$3
sources=$PWD
cd "$TEST_TMPDIR" || exit 1
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# complains STATUS PATTERN ARGUMENTS: exactly one line on standard error.
complains() {
  local status=$1 pattern=$2
  shift 2
  "$runner" "$@" >said 2>complained
  local got=$?
  # A loaded machine may take longer than a sign of life waits for.
  sed -i '/: .*  [0-9]*\/[0-9]*, [0-9]* not passed$/d' complained
  [ $got = "$status" ] || fail "$*: exit status $got, not $status"
  [ "$(wc -l <complained)" = 1 ] || fail "$*: $(wc -l <complained) lines: $(cat complained)"
  grep -q -- "$pattern" complained || fail "$*: '$pattern' is not in: $(cat complained)"
}

# shows STATUS PATTERN ARGUMENTS: the pattern on standard output, no complaint.
shows() {
  local status=$1 pattern=$2
  shift 2
  "$runner" "$@" >said 2>complained
  local got=$?
  # A loaded machine may take longer than a sign of life waits for.
  sed -i '/: .*  [0-9]*\/[0-9]*, [0-9]* not passed$/d' complained
  [ $got = "$status" ] || fail "$*: exit status $got, not $status"
  [ ! -s complained ] || fail "$*: complains: $(cat complained)"
  grep -q -- "$pattern" said || fail "$*: '$pattern' is not in: $(cat said)"
}

manifest() {  # manifest NAME FAULT [KEYS]
  cat >"$1.json" <<END
{"contract": 1, "name": "$1", ${3-}
 "child": {"sync": ["python3", "$fake", "sync", "$2"]}}
END
}

# The versions are those that the sources say.
release=$(sed -n '0,/^    version = "\(.*\)",$/s//\1/p' "$sources/MODULE.bazel")
specification=$(sed -n '0,/^version: "\(.*\)"$/s//\1/p' "$sources/spec/requirements.textproto")
shows 0 "^forkrpc-conformance $release, specification $specification\$" --version

complains 2 'unknown option --bogus; see --help' run --bogus x.json
complains 2 'unknown option -x' -x
complains 2 'option --filter needs a value' run --filter
complains 2 "option --watchdog cannot be 'soon'" run --watchdog soon x.json
complains 2 'say run, matrix, list, explain'
complains 2 "no subcommand 'rum'" rum
complains 2 'run needs a testee.json' run
complains 2 'nowhere.json: cannot be read' run nowhere.json
complains 2 "no requirement or case 'FR-FRM-999'" explain FR-FRM-999
complains 2 'list takes no words' list child

echo '{"contract": 1, ' >broken.json
complains 2 'broken.json: is not a manifest: ' run broken.json
echo '{"contract": 1, "name": "x", "child": {"sync": ["no-such-program"]}}' >missing.json
complains 2 "missing.json: child.sync: program 'no-such-program'" run missing.json
manifest once ends-at-once
complains 4 'once.json: child.sync: the program ended at once (status 1)' run once.json
manifest silent never-answers
complains 4 'silent.json: child.sync: the program gave no answer' run --start_limit 1s silent.json
manifest good none
complains 2 'no case matches --filter parent/nothing' run --filter parent/nothing good.json
complains 2 'the name "good" is another' run good.json good.json
mkdir -p bad/child
echo 'id: 7' >bad/child/x.textproto
complains 2 'bad/child/x.textproto: line 1' run --cases bad good.json
complains 2 'nowhere: ' list --cases nowhere
complains 2 'nowhere: ' judge --cases nowhere x.wire

shows 0 'child sync   *1/1 ' run --filter child/echo:sync good.json
manifest should silent-truncation
shows 0 'FAIL .*child/truncated-header-status:sync  \[SHOULD\]' run --filter 'child/truncated*' should.json
shows 1 'FR-ERR-005: A receiver SHOULD' run --strict --filter 'child/truncated*' should.json
manifest wrong little-endian
shows 1 'clause   FR-FRM-003 ' run --logs logs --filter child/echo:sync wrong.json
grep -q '= response id 16777216, length 33554432, at octet 0' logs/wrong/child-echo.sync.log ||
  fail "the log lacks the frame: $(cat logs/wrong/*)"
# A failed case says what became of its twin.
shows 0 '  its twin child/echo passed$' run --filter 'child/[et]*' --transport pipes should.json
shows 1 '  its twin child/echo failed too (FAIL)' run --filter 'child/[ef]*' --transport pipes wrong.json
manifest excluded little-endian '"unsupported": [{"req": "FR-FRM-003", "why": "w"}],'
shows 0 'UNSUPPORTED excluded  child/echo:sync' run --filter child/echo:sync excluded.json
manifest absent none '"requires": [{"argv": ["false"], "else": "buy it"}],'
shows 0 'not installed: buy it' matrix absent.json good.json --filter child/echo:sync

shows 1 'report: out/conformance/report.md' matrix --filter 'child/e*' good.json wrong.json -j 3
python3 - <<'END' || fail "report.json is not as expected"
import json
report = json.load(open("out/conformance/report.json"))
good, wrong = [testee["classes"][0]["counts"] for testee in report["testees"]]
assert good["must_passed"] == good["must_total"] > 10, good
# Some frames of zeros look the same in both orders.
assert wrong["must_passed"] * 3 < wrong["must_total"] and wrong["must_total"] == good["must_total"], wrong
assert report["started"].endswith("Z") and len(report["started"]) == 20, report["started"]
assert report["command"] == [
    "forkrpc-conformance", "matrix", "--filter=child/e*", "--j=3", "good.json", "wrong.json"], report["command"]
END
grep -q '^- `good` keeps every MUST and SHOULD that was tried; ' out/conformance/report.md || fail "verdict in report.md"
grep -q '^| wrong | child sync | [0-9]*/' out/conformance/report.md || fail "report.md"
[ -s out/conformance/logs/wrong/child-echo.sync.pipes.every-octet.log ] || fail "logs"

# A failing run can be done again, and judged by its record, from anywhere.
"$runner" run --logs again --filter child/echo:sync wrong.json >said 2>&1
(cd / && "$OLDPWD/again/wrong/child-echo.sync.repro.sh" >"$OLDPWD/said" 2>&1)
[ $? = 1 ] && grep -q '^FAIL .*child/echo:sync ' said || fail "repro.sh: $(cat said)"
manifest twice answers-twice
"$runner" run --logs again --filter child/answers-once:sync twice.json >said 2>&1
shows 1 'FR-ORD-005  A child MUST answer' judge again/twice/child-answers-once.sync.wire
sed 's/^oracle .*/oracle FR-FRM-001/' again/twice/child-answers-once.sync.wire >changed.wire
shows 3 'HARNESS: when it was recorded' judge changed.wire
echo 'forkrpc-wire 2' >other.wire
complains 2 'other.wire: line 1: is not' judge other.wire
complains 2 'nowhere.wire: cannot be read' judge nowhere.wire
# Every record of a suite gives what the oracle said then.
"$runner" run --logs whole --all_logs --filter 'child/[a-e]*' twice.json >said 2>&1
[ "$(ls whole/twice/*.wire | wc -l)" -gt 30 ] || fail "too few records"
"$runner" judge whole/twice/*.wire >said 2>&1
[ $? = 1 ] || fail "judge: $(grep -B2 HARNESS said)"
# Of each case the first run is shown in full, the others are counted.
"$runner" run --filter 'child/echo' wrong.json >said 2>&1
[ "$(grep -c '^clause ' said)" = 1 ] || fail "not one log: $(grep -c '^clause ' said)"
grep -q 'child/echo: [0-9]* more runs not passed' said || fail "the others: $(tail -5 said)"

# Expectations: the skeleton is refused until the reasons are written.
"$runner" matrix --out known --filter 'child/echo' wrong.json >said 2>&1
shows 0 'run: "child/echo"' expectations known/report.json
cp said list.textproto
complains 2 'list.textproto: the entry "child/echo" has no reason' run --expectations list.textproto wrong.json
sed -i 's/reason: ""/reason: "known"/; s/"wrong"/"*"/' list.textproto
shows 0 'runs not passed, as expected' run --expectations list.textproto --filter child/echo wrong.json
shows 1 'UNEXPECTED  good  child/echo:sync: passed' run --expectations list.textproto --filter child/echo good.json
sed 's/child.echo/child.nope/' list.textproto >none.textproto
complains 2 'matches no run of the suite' run --expectations none.textproto wrong.json
sed 's/FAIL/HANG/' list.textproto >other.textproto
shows 1 'clause ' run --expectations other.textproto --filter child/echo:sync wrong.json
sed 's/reason:/expires: "2026-01-01" reason:/' list.textproto >old.textproto
shows 1 'clause ' run --expectations old.textproto --filter child/echo:sync wrong.json

# A flaky run fails nothing, whether it passes or not, but only with what is listed.
sed 's/reason:/flaky: true reason:/' list.textproto >flaky.textproto
shows 0 'listed as flaky: 0 passed, [1-9][0-9]* not passed$' run --expectations flaky.textproto --filter child/echo wrong.json
grep -q 'as expected' said && fail "flaky runs are counted as expected, too: $(cat said)"
shows 0 'listed as flaky: [1-9][0-9]* passed, 0 not passed$' run --expectations flaky.textproto --filter child/echo good.json
sed 's/FAIL/HANG/' flaky.textproto >flaky_other.textproto
shows 1 'clause ' run --expectations flaky_other.textproto --filter child/echo:sync wrong.json
sed '/verdict:/d' flaky.textproto >flaky_any.textproto
shows 0 'listed as flaky: 0 passed, ' run --expectations flaky_any.textproto --filter child/echo wrong.json
sed 's/FAIL/PASS/' flaky.textproto >flaky_pass.textproto
complains 2 'needs a verdict' run --expectations flaky_pass.textproto wrong.json
shows 0 '<skipped message="FAIL .*; expected: flaky: known"' run --expectations flaky.textproto --filter child/echo --junit /dev/stdout wrong.json

# A list of globs: given again, with a comma, from a file; and what is left out.
shows 0 '^child/all-octets ' list --filter child/echo --filter child/all-octets
[ "$(grep -c '^child/' said)" = 2 ] || fail "two filters, $(grep -c '^child/' said) cases"
shows 0 '^child/echo ' list --filter 'child/echo,child/all-octets' --skip child/all-octets
[ "$(grep -c '^child/' said)" = 1 ] || fail "a filter and a skip, $(grep -c '^child/' said) cases"
printf '# two cases\n\n child/echo\nchild/all-octets' >these
shows 0 '^child/all-octets ' list --filter @these
[ "$(grep -c '^child/' said)" = 2 ] || fail "a file of two, $(grep -c '^child/' said) cases"
shows 0 'child sync   *1/1 ' run --filter 'child/echo:*' --skip '*:pipes*' --skip '*:every-octet' --skip '*split*' --transport socketpair good.json
complains 2 'nothere: cannot be read' list --filter @nothere
echo '# none' >none
complains 2 'none: lists nothing' list --skip @none
complains 2 'no case matches --filter child/echo,child/all-octets' run --filter child/echo --filter child/all-octets --skip 'child/*' good.json

# A parent whose wire is on 0 and 1; it is put on 3 for one that wants it there.
cat >stdio.json <<END
{"contract": 1, "name": "stdio", "parent_wire": "stdio", "parent": {"sync": ["sh", "-c",
 "exec 5<&0 0<&3 1>&4 3<&5 4>&- 5<&-; exec python3 \"\$0\" sync none", "$fake_parent"]}}
END
shows 0 'parent sync  *[1-9][0-9]*/[1-9][0-9]* ' run --filter 'parent/call*:sync*' stdio.json
sed 's/"parent_wire": "stdio",//' stdio.json >three.json
complains 4 'three.json: parent.sync: ' run --start_limit 2s --filter 'parent/call*:sync' three.json

# Selection.
shows 0 '^[0-9]* cases' list --section frames --level must --role child --form async --transport tcp
shows 0 'child/echo ' list --req FR-FRM-003
# Run ids as they are given to --filter; the default transport has a name, too.
shows 0 '^  child/echo:sync:pipes$' list
for name in child/echo:sync child/echo:sync:socketpair child/echo:sync:whole child/echo:sync:socketpair:whole; do
  shows 0 '^1 cases, 1 runs$' list --filter $name
  grep -qx '  child/echo:sync' said || fail "list --filter $name: $(cat said)"
done
shows 0 '^1 cases, 1 runs$' list --filter child/echo:async:tcp:whole
complains 2 'no case matches --filter child/echo:sync:socket ' run --filter child/echo:sync:socket good.json
shows 0 '^child/echo ' list --noruns
grep -q '^ ' said && fail "list --noruns: $(grep -m 1 '^ ' said)"
complains 2 "option --role cannot be 'uncle'" list --role uncle
complains 2 'no requirement matches --req FR-XXX' list --req FR-XXX
"$runner" list --form sync --role parent | grep -q '^child/' && fail "--role"

shows 0 'cases that cite it' explain FR-ORD-003
shows 0 'random-splits' explain axes
shows 0 'why: ' explain child/echo
shows 0 '^child/echo .*MUST' list
shows 0 'exit status: 0 conformant' --help
# Interrupted, it takes its testees with it.
mark=$$-$RANDOM-$RANDOM
manifest stuck hangs "\"env\": {\"FORKRPC_MARK\": \"$mark\"},"
"$runner" run --watchdog 100s --filter child/echo:sync stuck.json >said 2>complained &
# What grep finds, whatever process ends while it looks.
stuck() { [ -n "$(grep -lsa "FORKRPC_MARK=$mark" /proc/[0-9]*/environ)" ]; }
until stuck >/dev/null; do sleep 0.05; done
kill -INT $!
wait $!
[ $? = 130 ] && grep -q ': interrupted$' complained || fail "interrupted: $(cat complained)"
stuck && fail "a testee is left"

# By any signal that asks for it: what has run is reported, the rest is not
# looked at, and a testee that ignores the end of its wire is ended.
manifest some stays-at-end "\"env\": {\"FORKRPC_MARK\": \"$mark\"},"
for signal in HUP:129 INT:130 QUIT:131 TERM:143; do
  rm -f partial.json partial.xml
  (trap - HUP; exec "$runner" run --watchdog 100s -j 1 --json partial.json --junit partial.xml \
    --filter 'child/close-[ai]*:sync*' some.json) >said 2>complained &
  until stuck >/dev/null; do sleep 0.05; done
  kill -${signal%:*} $!
  wait $!
  got=$?
  [ $got = ${signal#*:} ] || fail "SIG${signal%:*}: exit status $got: $(cat complained)"
  grep -q ': interrupted$' complained || fail "SIG${signal%:*}: $(cat complained)"
  grep -q 'NOT LOOKED AT  some  [0-9]* run.* such as child/close' said || fail "SIG${signal%:*}: $(cat said)"
  grep -q '<skipped message="NOT_LOOKED_AT' partial.xml || fail "SIG${signal%:*}: no JUnit"
  python3 -c 'import json
counts = json.load(open("partial.json"))["testees"][0]["classes"][0]["counts"]
assert counts["not_looked_at"] > 1 and counts["hang"] == 0, counts' || fail "SIG${signal%:*}: report.json"
  stuck && fail "SIG${signal%:*}: a testee is left"
done
# What nohup asked for stays.
(trap '' HUP; exec "$runner" run --watchdog 2s --filter 'child/echo:sync' stuck.json) >said 2>&1 &
until stuck; do sleep 0.05; done
kill -HUP $!
wait $!
[ $? = 1 ] || fail "nohup: $(cat said)"

# Outputs that cannot be written are one line and a status, before any work if
# that can be known.
complains 2 'none/x: cannot be written: ' run --json /proc/none/x --filter child/echo:sync good.json
[ -s said ] && fail "it ran: $(cat said)"
complains 2 '/proc/none/logs/.writable: cannot be written: ' run --logs /proc/none/logs --filter child/echo:sync good.json
complains 2 '^forkrpc-conformance: /dev/full: cannot be written: No space left on device' \
  run --json /dev/full --filter child/echo:sync good.json
for words in 'run --filter child/echo:sync good.json' list 'explain child/echo' 'vectors list' --help; do
  "$runner" $words >/dev/full 2>complained
  [ $? = 2 ] && grep -q 'standard output cannot be written' complained || fail "$words >/dev/full: $(cat complained)"
  "$runner" $words >&- 2>complained
  [ $? = 2 ] && grep -q 'standard output cannot be written' complained || fail "$words >&-: $(cat complained)"
done
"$runner" run --json closed.json --filter child/echo:sync good.json <&- >&- 2>&-
grep -q '"PASS"' closed.json || fail "all three closed"

# A sign of life where there is no terminal.
"$runner" run --progress 1ns --filter child/echo:sync good.json >said 2>complained
grep -qx 'forkrpc-conformance: good child sync  1/1, 0 not passed' complained || fail "--progress: $(cat complained)"

# An ignored SIGCHLD is not handed on by whoever starts us, also for "requires".
manifest needs none '"requires": [{"argv": ["true"], "else": "buy it"}],'
(trap '' CHLD; exec env --ignore-signal=CHLD "$runner" run --filter 'child/close-idle*:sync' needs.json) >said 2>&1 ||
  fail "SIGCHLD ignored: $(cat said)"
grep -q 'child sync .* [1-9]' said || fail "SIGCHLD ignored: $(cat said)"
# Nothing tested is no success.
shows 5 'not installed: buy it' run absent.json

# Time for which the runner itself was stopped is no silence of the testee: it
# waits here eight times for a fifth of a second in which nothing moves.
mkdir -p slow/child
{
  echo 'id: "child/slow" reqs: "FR-FRM-003" level: MUST role: CHILD forms: SYNC'
  echo 'title: "waits" why: "waits"'
  echo 'steps { send { item { request { tag: "a" payload { octets: "Ehi" } } } } }'
  echo 'steps { expect_frames { item { response { to: "a" payload { octets: "hi" } } } } }'
  for _ in 1 2 3 4 5 6 7 8; do
    echo 'steps { stall_reader {} } steps { resume_reader { when_blocked: true } }'
  done
  echo 'steps { clean_end {} }'
} >slow/child/slow.textproto
mark=$$-$RANDOM-$RANDOM
manifest waiting none "\"env\": {\"FORKRPC_MARK\": \"$mark\"},"
"$runner" run --watchdog 1s --cases slow waiting.json >said 2>complained &
until stuck >/dev/null; do sleep 0.05; done
sleep 0.5
kill -STOP $!
sleep 2
kill -CONT $!
wait $! || fail "stopped for a while: $(cat said complained)"

# Paths are the user's under `bazel run`.
mkdir -p elsewhere
(cd elsewhere && BUILD_WORKING_DIRECTORY="$PWD/.." "$runner" run --filter child/echo:sync good.json) >said 2>&1 ||
  fail "BUILD_WORKING_DIRECTORY: $(cat said)"

# Nothing but the result may stand in a pipe: no progress line.
grep -q $'\r' said complained && fail "a progress line in a pipe"

[ $failures = 0 ] && echo "all passed"
exit $((failures > 0))
