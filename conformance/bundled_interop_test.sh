#!/bin/bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# Every parent of these testees can talk to every child of them, in both forms. Usage:
#   bundled_interop_test.sh RUNNER [--perl VERSIONS.pl] TESTEE.json...
# --perl: and those of each version of the Perl original that is installed.
runner=$1
shift
if [[ $1 == --perl ]]; then
  found=$(perl "$2" --write "${TEST_TMPDIR:-$(mktemp -d)}") || exit 1
  shift 2
  mapfile -t versions < <(awk '{ print $NF }' <<<"$found")
  set -- "$@" "${versions[@]}"
fi
# A version manager's shim would cost a start of its own in each pair.
if python=$(python3 -c 'import os, sys; print(os.path.dirname(sys.executable))'); then
  PATH=$python:$PATH
fi
# Nothing hangs here; on a busy machine it may be slow.
output=$("$runner" interop --watchdog 60s "$@")
status=$?
printf '%s\n' "$output"
# What is not installed breaks nothing: that is no pass.
[[ $status -eq 0 && $output != *"not tried"* ]]
