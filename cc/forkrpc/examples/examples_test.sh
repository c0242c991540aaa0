#!/usr/bin/env bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
#
# Runs an example as its reader would and compares what it prints, whole.
#
# usage: examples_test.sh NAME

set -euo pipefail
cd cc/forkrpc/examples

fail() {
  echo "FAIL: $*" >&2
  exit 1
}

# expect PROGRAM ARGUMENT...: standard output is what standard input has, and
# standard error is empty.
expect() {
  local errors=$TEST_TMPDIR/errors
  diff <("$@" 2>"$errors" || echo "exit status $?") - || fail "$*"
  diff "$errors" /dev/null || fail "$* wrote to standard error"
}

synopsis() {
  expect ./synopsis_parent ./synopsis_worker <<<"the worker returned 3 2 1"
}

# In both forms, what is printed is the same.
removes() {
  local worker=$1 form=$2
  expect ./rmdir_parent "$worker" "$form" no-such-folder <<'TEXT'
no-such-folder/1: No such file or directory
no-such-folder/2: No such file or directory
3 requests handled
no-such-folder/3: No such file or directory
no-such-folder/4: No such file or directory
no-such-folder/5: No such file or directory
6 requests handled
no-such-folder/6: No such file or directory
TEXT
  # Those that are there go.
  local folder=$TEST_TMPDIR/$form
  mkdir -p "$folder"/{1,2,3,4/full,5,6}
  expect ./rmdir_parent "$worker" "$form" "$folder" <<TEXT
3 requests handled
$folder/4: Directory not empty
6 requests handled
TEXT
  [[ $(ls "$folder") == 4 ]] || fail "folders are left: $(ls "$folder")"
}
rmdir() { removes ./rmdir_worker sync; }
rmdir_async() { removes ./rmdir_async_worker async; }

# Timers that are due at the same moment may ring in any order, so: the starts
# come first, each countdown is in order, right behind its last count its job is
# finished, and the jobs finish in reverse order.
countdown() {
  local out=$TEST_TMPDIR/out
  ./countdown_parent ./countdown_worker 100 >"$out"
  cat "$out"
  diff <(head -n 3 "$out") <(printf 'starting to count up to %d\n' 3 2 1)
  diff <(grep finished "$out") <(printf 'job %d finished\n' 1 2 3)
  for job in 1 2 3; do
    diff <(grep "of $job\$" "$out") \
      <(for n in $(seq "$job"); do echo "count $n of $job"; done)
    diff <(grep -A 1 "count $job of $job" "$out") \
      <(printf 'count %d of %d\njob %d finished\n' "$job" "$job" "$job")
  done
  [[ $(wc -l <"$out") -eq 12 ]] || fail "other lines"
}

arithmetic() {
  expect ./arithmetic_parent ./arithmetic_worker <<<$'4\n6'
}

# What is logged before there is a wire goes to standard error.
log() {
  local errors=$TEST_TMPDIR/errors
  diff <(./log_parent ./log_worker 2>"$errors") - <<'TEXT'
INFO ready
WARNING got a request
done
TEXT
  [[ $(cat "$errors") =~ ^\[[0-9]+\ before\ init\]\ starting$ ]] ||
    fail "standard error: $(cat "$errors")"
}

last_words() {
  expect ./last_words_parent ./last_words_worker <<'TEXT'
12 squared is 144
event: exception: 'twelve' is no number
the worker exited with status 3
TEXT
}

pass_fd() {
  local file=$TEST_TMPDIR/secret
  echo "what the file says" >"$file"
  expect ./pass_fd_parent ./pass_fd_worker "$file" <<<"what the file says"
}

# README names each example.
index() {
  local count=0
  for source in *_parent.cc; do
    grep -q "$source" README.md || fail "README does not name $source"
    count=$((count + 1))
  done
  [[ $count -ge 7 ]] || fail "only $count examples were looked for"
}

"$1"
