#!/bin/sh
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# Whether this shell and its tools can do what forkrpc.sh asks of them.
set -eu
test $((1 << 32)) -gt 1
. ./forkrpc.sh
# od -N must not read ahead, and printf must write octet 0.
test "$(printf '\000\377x' | { od -N2 >/dev/null && forkrpc_octets; })" = '\170'
test "$(printf '\000\377' | forkrpc_octets)" = '\000\377'
