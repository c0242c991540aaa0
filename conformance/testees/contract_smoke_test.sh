#!/bin/sh
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
# Runs contract_smoke_test.py, which stands beside this file, under Bazel.
set -eu
exec python3 -B "$(dirname "$0")/contract_smoke_test.py" "$@"
