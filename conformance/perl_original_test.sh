#!/bin/bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# No version of the Perl original that is installed breaks a MUST; where one does less than
# a SHOULD asks for, the output says so.
# Usage: perl_original_test.sh RUNNER VERSIONS.pl [OPTION...]
runner=$1
versions=$2
shift 2
found=$(perl "$versions" --write "${TEST_TMPDIR:-$(mktemp -d)}") || exit 1
printf '%s\n' "$found"
mapfile -t manifests < <(awk '{ print $NF }' <<<"$found")
output=$("$runner" run "$@" "${manifests[@]}")
status=$?
printf '%s\n' "$output"
# A testee that is not installed breaks nothing: that is no pass.
[[ $status -eq 0 && $output != *"not installed"* ]]
