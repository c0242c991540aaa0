#!/bin/sh
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# Replays inputs on a target that aborts on an input that starts with "abort"
# and prints the size of any other.
#
# usage: replay_main_test.sh TARGET

set -u

target=$PWD/$1
cd "$TEST_TMPDIR" || exit 1
mkdir -p inputs/below
printf 'abc' >inputs/b
: >inputs/a
printf 'not replayed' >inputs/below/c
printf '12345' >single
printf 'abort' >bad

failed=0

# expect STATUS OUTPUT ARGUMENTS...: what the target prints and exits with.
expect() {
  want_status=$1
  want=$2
  shift 2
  got=$("$target" "$@" 2>stderr)
  status=$?
  if [ "$status" != "$want_status" ] || [ "$got" != "$want" ]; then
    echo "FAIL: $*: got status $status and '$got'," \
      "want $want_status and '$want'" >&2
    cat stderr >&2
    failed=1
  fi
}

expect 0 'size 5
replayed 1 inputs' single
expect 0 'size 0
size 3
size 5
replayed 3 inputs' inputs single
expect 2 ''
expect 2 '' no_such_file
expect 2 '' inputs/below/none inputs
mkdir -p empty
expect 2 '' empty
expect 134 '' bad
grep -q '^bad$' stderr || {
  echo "FAIL: the input that aborts is not named" >&2
  failed=1
}

exit "$failed"
