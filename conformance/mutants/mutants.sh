#!/bin/bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# All mutants against the suite, and the kill matrix written to where it is kept:
#   bazel run //conformance/mutants [-- OPTION...]
# Outside `bazel run` the matrix is not written.
folder=conformance/mutants
set -- --registry "$PWD/$folder/registry.textproto" "$@"
if [ -n "$BUILD_WORKSPACE_DIRECTORY" ]; then
  set -- --write "$BUILD_WORKSPACE_DIRECTORY/$folder/kill_matrix.tsv" "$@"
fi
exec conformance/runner/forkrpc-conformance mutants "$@"
