#!/usr/bin/env bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
#
# Workers killed at random: every call ends once, with its own response or an
# error. For the long run: pool_chaos WORKER calls=10000. What is busy is only
# shown: others may use the machine.

set -euo pipefail
cd cc/forkrpc/pool

for flags in "load=1" "load=4" "load=4 idempotent=100 every=20"; do
  # shellcheck disable=SC2086
  out=$(./pool_chaos ./test_worker calls=1500 every=30 $flags)
  printf '%s:\n%s\n' "$flags" "$out"
  for zero in lost duplicated misattributed; do
    grep -Eqx "$zero +0" <<<"$out"
  done
  grep -Eqx 'calls +1500' <<<"$out"
  # Not that everything failed.
  (($(sed -n 's/^answered *//p' <<<"$out") > 750))
done
! ./pool_chaos ./test_worker every=0 2>/dev/null
./pool_utilisation ./test_worker 2 2 100
