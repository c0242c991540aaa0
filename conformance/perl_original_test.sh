#!/bin/bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# The Perl original breaks no MUST; where it does less than a SHOULD asks for,
# the output says so. Usage: perl_original_test.sh RUNNER [OPTION...] TESTEE.json
runner=$1
shift
output=$("$runner" run "$@")
status=$?
printf '%s\n' "$output"
# A testee that is not installed breaks nothing: that is no pass.
[[ $status -eq 0 && $output != *"not installed"* ]]
