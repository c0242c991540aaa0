#!/bin/sh
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
# Runs make.pl, the first argument, with the machine's Perl: are the vectors what the
# installed modules make?
set -eu
script=$1
shift
exec perl "$script" --check "$@"
