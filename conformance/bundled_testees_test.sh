#!/bin/bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# A bundled testee passes every case. Usage:
#   bundled_testees_test.sh RUNNER [--reasoned] [OPTION...] TESTEE.json
# --reasoned: a case may count as UNSUPPORTED, for a reason in the manifest.
runner=$1
shift
strict=(--strict)
if [[ $1 == --reasoned ]]; then
  strict=()
  shift
fi
# A version manager's shim would cost a start of its own in each of thousands of runs.
if python=$(python3 -c 'import os, sys; print(os.path.dirname(sys.executable))'); then
  PATH=$python:$PATH
fi
# Nothing hangs here; on a busy machine it may be slow.
output=$("$runner" run "${strict[@]}" --watchdog 30s "$@")
status=$?
printf '%s\n' "$output"
# A testee that is not installed breaks nothing: that is no pass.
[[ $status -eq 0 && $output != *"not installed"* ]] &&
  ! grep -qE '^(FAIL|CRASH|HANG) ' <<<"$output"
