#!/bin/bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# The bundled testees that need nothing but this repository pass every case.
# Usage: bundled_testees_test.sh RUNNER TESTEE.json...
runner=$1
shift
# Nothing hangs here; on a busy machine it may be slow.
exec "$runner" run --strict --watchdog 30s "$@"
