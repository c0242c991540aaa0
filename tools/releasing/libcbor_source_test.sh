#!/usr/bin/env bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# libcbor_source: an archive in .local is taken if it is the pinned one, no other. Nothing is
# fetched here: curl is a stand-in.
set -uo pipefail

failed=0
expect() {
  local status=$1 text=$2
  shift 2
  local said got
  said=$("$@" 2>&1)
  got=$?
  [[ $got -eq $status && $said == *"$text"* ]] && return
  echo "FAIL: $*: status $got, not $status, or not '$text' in: $said" >&2
  failed=1
}

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{tools/releasing,tools/bazel,.local,bin,libcbor-9}
cp "$1" "$tree/tools/releasing/libcbor_source"
run="$tree/tools/releasing/libcbor_source"
echo MIT >"$tree/libcbor-9/LICENSE.md"
tar -czf "$tree/good.tar.gz" -C "$tree" libcbor-9
echo '# builds it' >"$tree/tools/bazel/libcbor.BUILD"
cat >"$tree/tools/bazel/pinned_deps.bzl" <<TEXT
    "libuv": dict(
        url = "https://example.org/libuv.tar.gz",
    ),
    "libcbor": dict(
        url = "https://example.org/libcbor.tar.gz",
        sha256 = "$(sha256sum <"$tree/good.tar.gz" | cut -d ' ' -f 1)",
        strip_prefix = "libcbor-9",
    ),
TEXT
cat >"$tree/bin/curl" <<TEXT
#!/bin/sh
for last; do :; done
test "\$last" = https://example.org/libcbor.tar.gz || exit 99
while [ "\$1" != --output ]; do shift; done
test -f "$tree/there" && exec cp "$tree/there" "\$2"
echo 'curl: (6) Could not resolve host' >&2
exit 6
TEXT
chmod +x "$tree/bin/curl"
export PATH=$tree/bin:$PATH

expect 2 "a folder is wanted" "$run"
expect 2 "is there already" "$run" "$tree/bin"
expect 4 "cannot fetch https://example.org/libcbor.tar.gz; put it at" "$run" "$tree/a"
echo other >"$tree/there"
expect 1 "has the sha256" "$run" "$tree/a"
expect 1 "remove it" "$run" "$tree/a"
[[ ! -e $tree/a ]] || { echo "FAIL: another archive was unpacked" >&2; failed=1; }
rm "$tree"/.local/*
cp "$tree/good.tar.gz" "$tree/there"
expect 0 "" "$run" "$tree/a"
rm "$tree/there"
expect 0 "" "$run" "$tree/b"
for folder in a b; do
  [[ $(cat "$tree/$folder"/{LICENSE.md,BUILD.bazel,WORKSPACE}) == $'MIT\n# builds it' ]] ||
    { echo "FAIL: $folder is not the source" >&2; failed=1; }
done
exit $failed
