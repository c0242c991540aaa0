#!/bin/bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# --wait and --gdb from outside. The gdb is a script, so that nobody needs one.
# Usage: debugger_test.sh RUNNER FAKE_CHILD
set -u
runner=$PWD/$1
fake=$PWD/$2
cd "$TEST_TMPDIR" || exit 1
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# until COMMAND: it is tried again for at most 20 s.
until_true() {
  local i
  for i in $(seq 400); do
    eval "$1" && return 0
    sleep 0.05
  done
  fail "never true: $1"
  return 1
}

# complains PATTERN ARGUMENTS: status 2 and exactly one line on standard error.
complains() {
  local pattern=$1
  shift
  "$runner" "$@" >said 2>complained </dev/null
  [ $? = 2 ] || fail "$*: wrong exit status"
  [ "$(wc -l <complained)" = 1 ] || fail "$*: lines: $(cat complained)"
  grep -q -- "$pattern" complained || fail "$*: '$pattern' is not in: $(cat complained)"
}

state() { sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null; }
testee() { sed -n 's/.*the testee is process \([0-9]*\):.*/\1/p' complained; }

for name in good:none slow:never-answers wrong:little-endian; do
  cat >"${name%:*}.json" <<END
{"contract": 1, "name": "${name%:*}",
 "child": {"sync": ["python3", "$fake", "sync", "${name#*:}"],
           "async": ["python3", "$fake", "async", "${name#*:}"]}}
END
done
mkdir bin none
ln -s "$(command -v python3)" none/python3
one=(--filter child/echo:sync)

# Exactly one run.
complains '^forkrpc-conformance: --wait needs exactly one run, but [0-9]* match, such as good child/echo:sync and .*--filter child/echo:sync$' \
  run --wait --filter child/echo good.json
complains '--wait needs exactly one run, but 2 match, such as good child/echo:sync and slow child/echo:sync;' \
  run --wait "${one[@]}" good.json slow.json
complains 'no testee offers what matches' run --wait --filter parent/call:sync good.json
complains '--wait is for `run`, not for `matrix`' matrix --wait "${one[@]}" good.json
complains 'choose one of --wait and --gdb' run --wait --gdb "${one[@]}" good.json
env PATH="$PWD/none" "$runner" run --gdb "${one[@]}" good.json >said 2>complained
[ $? = 2 ] && [ "$(cat complained)" = "forkrpc-conformance: there is no gdb in PATH: install it, or use --wait" ] ||
  fail "without gdb: $(cat complained)"

# --wait: nothing is sent before Enter; the watchdog does not bark meanwhile.
mkfifo enter
"$runner" run --wait --watchdog 50ms --all_logs --logs logs "${one[@]}" good.json >said 2>complained <enter &
run=$!
exec 3>enter
until_true '[ -n "$(testee)" ]'
sleep 1
kill -0 "$run" || fail "it does not wait"
[ "$(cat "/proc/$(testee)/cmdline" | tr '\0' ' ')" = "python3 $fake sync none " ] ||
  fail "not the testee: $(cat "/proc/$(testee)/cmdline" | tr '\0' ' ')"
[ "$(state "$(testee)")" = S ] || fail "the testee does not wait for octets: $(state "$(testee)")"
[ "$(wc -l <complained)" = 1 ] || fail "not one line: $(cat complained)"
grep -q "gdb -p $(testee), or strace -p $(testee); Enter" complained || fail "$(cat complained)"
echo >&3
wait "$run"
[ $? = 0 ] && grep -q '^good .*1/1 ' said || fail "--wait: $(cat said)"
exec 3>&-
# The end of standard input is as good as Enter.
"$runner" run --wait "${one[@]}" good.json >said 2>complained </dev/null || fail "end of input: $(cat said)"

# No watchdog at all: a testee that never answers is waited for until Ctrl-C.
"$runner" run --wait --watchdog 50ms "${one[@]}" slow.json >said 2>complained </dev/null &
run=$!
until_true '[ -n "$(testee)" ]'
sleep 2
kill -0 "$run" || fail "the watchdog barked: $(cat said)"
pid=$(testee)
kill -INT "$run"
wait "$run"
[ $? = 130 ] && grep -q ': interrupted$' complained || fail "interrupted: $(cat complained)"
[ -e "/proc/$pid" ] && fail "a testee is left"

# --gdb: the testee stands still before its program, and ends after gdb.
cat >bin/gdb <<'END'
#!/bin/bash
printf '%s\n' "$@" >arguments
while [ "$1" != -p ]; do shift; done
sed 's/.*) //; s/ .*//' "/proc/$2/stat" >state
readlink "/proc/$2/exe" >image
trap 'echo int >>signals' INT
kill -CONT "$2"
echo "$2" >running.part && mv running.part running
read -r line
echo "$line" >heard
if [ -e "/proc/$2" ] && ! grep -q '^State:.Z' "/proc/$2/status"; then echo alive; fi >last
exit 1
END
chmod +x bin/gdb
PATH=$PWD/bin:$PATH
with_gdb=(run --gdb --watchdog 50ms)
mkfifo terminal
"$runner" "${with_gdb[@]}" "${one[@]}" wrong.json >said 2>complained <terminal &
run=$!
exec 3>terminal
until_true 'grep -q "step 2 is not passed: .*; quit gdb to end the run" complained'
kill -0 "$run" || fail "it does not wait for gdb"
[ -s said ] && fail "something is said while gdb has the terminal: $(cat said)"
pid=$(cat running)
grep -A1 -x -e -p arguments | grep -qx "$pid" || fail "arguments: $(cat arguments)"
grep -q '^tcatch exec$' arguments || fail "arguments: $(cat arguments)"
[ "$(cat state)" = T ] || fail "the testee does not stand still: $(cat state)"
[ "$(cat image)" = "$(readlink -f "$runner")" ] || fail "it is behind its exec: $(cat image)"
grep -q "^python3.$fake.sync" <(tr '\0' ' ' <"/proc/$pid/cmdline") || fail "not the testee"
echo quit >&3
wait "$run"
[ $? = 1 ] && grep -q '^FAIL .*wrong  child/echo:sync ' said || fail "--gdb: $(cat said)"
[ "$(cat heard)" = quit ] || fail "gdb has not got standard input: $(cat heard)"
[ "$(cat last)" = alive ] || fail "the testee was ended before gdb"
exec 3>&-

# A gdb that fails leaves a run like any other.
printf '#!/bin/sh\nexit 1\n' >bin/gdb
"$runner" "${with_gdb[@]}" "${one[@]}" good.json >said 2>complained </dev/null
[ $? = 0 ] && grep -q '^good .*1/1 ' said || fail "gdb that fails: $(cat said complained)"
[ -s complained ] && fail "complains: $(cat complained)"
# SIGINT is gdb's while it lives, and the runner's again after that.
cat >bin/gdb <<'END'
#!/bin/bash
trap 'touch got_int' INT
echo $$ >up.part && mv up.part up
while [ ! -e got_int ]; do sleep 0.05; done
END
"$runner" "${with_gdb[@]}" "${one[@]}" slow.json >said 2>complained </dev/null &
run=$!
until_true '[ -e up ]'
kill -INT "$run"
sleep 0.5
kill -0 "$run" 2>/dev/null || fail "SIGINT ended the run under gdb"
kill -INT "$(cat up)"
until_true '[ -e got_int ]'
sleep 0.5
kill -INT "$run"
wait "$run"
[ $? = 130 ] && grep -q ': interrupted$' complained || fail "SIGINT after gdb: $(cat complained)"
# Ended from outside, the runner takes gdb along.
rm up got_int
"$runner" "${with_gdb[@]}" "${one[@]}" slow.json >said 2>complained </dev/null &
run=$!
until_true '[ -e up ]'
gdb=$(cat up)
kill -TERM "$run"
wait "$run"
[ $? = 143 ] || fail "SIGTERM: $(cat complained)"
[ -e "/proc/$gdb" ] && fail "gdb is left"

[ $failures = 0 ] && echo "all passed"
exit $((failures > 0))
