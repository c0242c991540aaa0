#!/bin/sh
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
# Runs the unit tests named as arguments, such as forkrpc/frame_test.js.
set -eu
cd "$(dirname "$0")"
exec node --test "$@"
