#!/bin/sh
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
#
# Becomes the program of its own name for this processor; npm links to it.

self=$(readlink -f -- "$0") || exit 2
program=$self-$(uname -m)
if [ ! -x "$program" ]; then
  echo "$(basename -- "$self"): this package has no program for $(uname -sm)" >&2
  exit 2
fi
exec "$program" "$@"
