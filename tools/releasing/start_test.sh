#!/bin/bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# The npm package's launcher: found through npm's link, it becomes the program.
# Usage: start_test.sh START
set -u
mkdir -p "$TEST_TMPDIR/package/bin" "$TEST_TMPDIR/node_modules/.bin"
cp "$1" "$TEST_TMPDIR/package/bin/tool"
cd "$TEST_TMPDIR" || exit 1
chmod 755 package/bin/tool
ln -sf ../../package/bin/tool node_modules/.bin/tool

fail() {
  echo "FAILED: $*"
  exit 1
}

said=$(node_modules/.bin/tool 2>&1)
[ $? = 2 ] || fail "no program for this processor: the status is not 2"
[[ $said == "tool: this package has no program for "* ]] || fail "it says: $said"
printf '#!/bin/sh\necho "$$ $#" "$@"\nexit 7\n' >"package/bin/tool-$(uname -m)"
chmod 755 package/bin/tool-*
node_modules/.bin/tool 'a b' '' >said &
process=$!
wait $process
[ $? = 7 ] || fail "the program's status is lost"
[ "$(cat said)" = "$process 2 a b " ] || fail "not one process, or other words: $(cat said)"
