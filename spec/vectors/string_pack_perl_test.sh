#!/bin/sh
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
# Runs a script, the first argument, with the machine's Perl.
set -eu
exec perl "$@"
