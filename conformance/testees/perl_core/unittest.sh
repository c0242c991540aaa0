#!/bin/sh
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
# Runs a test of the library, such as child_test.pl.
set -eu
cd "$(dirname "$0")"
exec perl -Ilib "$@"
