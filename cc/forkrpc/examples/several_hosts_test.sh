#!/usr/bin/env bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
#
# The example with several launchers: two that work, one that is missing, one
# that ends at once.

set -euo pipefail
cd cc/forkrpc/examples

# Runs it; its output is in $output, what it said beside is in $said.
run() {
  local status=0
  output=$(./several_hosts "$@" 2>"$TEST_TMPDIR/said") || status=$?
  said=$(<"$TEST_TMPDIR/said")
  return "$status"
}

fail() {
  printf '%s\noutput: %s\nsaid: %s\n' "$1" "$output" "$said" >&2
  exit 1
}

run './greeter_worker' 'env ./greeter_worker' || fail "two that work"
[[ $output == '100 of 100 calls answered' && -z $said ]] || fail "two that work"

run '/no/such/ssh host ./greeter_worker' './greeter_worker' ||
  fail "one that is missing"
[[ $output == '100 of 100 calls answered' ]] || fail "one that is missing"
[[ $said == *'/no/such/ssh'*'No such file or directory'* ]] ||
  fail "nothing is said of the one that is missing"

run 'sh nothing-here' './greeter_worker' || fail "one that ends at once"
[[ $output == '100 of 100 calls answered' ]] || fail "one that ends at once"

if run '/no/such/ssh host' 'sh nothing-here'; then
  fail "none that works went unnoticed"
fi
