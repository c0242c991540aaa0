#!/bin/sh
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
# Runs the unit tests named as arguments, such as forkrpc.frame_test.
set -eu
cd "$(dirname "$0")"
exec python3 -B -m unittest "$@"
