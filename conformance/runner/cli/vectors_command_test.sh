#!/bin/bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# `vectors`: what is written equals spec/vectors, and nothing is overwritten.
# Usage: vectors_command_test.sh RUNNER
set -u
runner=$PWD/$1
vectors=$PWD/spec/vectors
cd "$TEST_TMPDIR" || exit 1
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# gives STATUS PATTERN ARGUMENTS: exit status, and one line on either output.
gives() {
  local status=$1 pattern=$2
  shift 2
  "$runner" "$@" >said 2>&1
  local got=$?
  [ $got = "$status" ] || fail "$*: exit status $got, not $status"
  [ "$(wc -l <said)" = 1 ] || fail "$*: $(wc -l <said) lines: $(head -3 said)"
  grep -q -- "$pattern" said || fail "$*: '$pattern' is not in: $(head -3 said)"
}

# Bazel's runfiles are links to exactly the files that are meant.
same() { diff -r "$vectors" "$1" || fail "$1 differs from spec/vectors"; }

count=$(find -L "$vectors" -type f | wc -l)
[ "$count" -gt 300 ] || fail "only $count files to compare with"
gives 0 "^$count files in new/deep\$" vectors export new/deep
same new/deep
# The names that the test itself knows: the comparison is of something.
for name in schema.json frames.tsv bin/event-all-octets.bin; do
  [ -s "new/deep/$name" ] || fail "$name is missing"
done
[ "$(wc -c <new/deep/bin/raw-empty.bin)" = 0 ] || fail "raw-empty.bin"

# The same again changes nothing; what is missing is written.
touch -d 2001-01-01 new/deep/frames.json
gives 0 "^$count files" vectors export new/deep
[ -z "$(find new/deep/frames.json -newermt 2002-01-01)" ] || fail "written again"
rm -r new/deep/bin
gives 0 "^$count files" vectors export new/deep
same new/deep
mkdir empty
gives 0 "^$count files" vectors export empty/
same empty

# Whatever else is there is refused, and nothing is written.
echo >>new/deep/raw.tsv
rm new/deep/raw.json
gives 2 'new/deep/raw.tsv: differs from the vectors' vectors export new/deep
[ -e new/deep/raw.json ] && fail "written in spite of a difference"
mkdir -p mine/bin
echo text >mine/bin/notes
gives 2 'mine/bin/notes: is no file of the vectors' vectors export mine
[ -e mine/frames.json ] && fail "written beside other files"
echo text >file
gives 2 'file: is no folder' vectors export file
gives 2 'cannot be written' vectors export /proc/none
gives 2 'say vectors list, or vectors export DIR' vectors export
gives 2 'say vectors list, or vectors export DIR' vectors import x
(mkdir there && cd there && BUILD_WORKING_DIRECTORY=$PWD/.. "$runner" vectors export user) >said
[ -e user/frames.json ] || fail "BUILD_WORKING_DIRECTORY"

# The list has a line for each vector that a .tsv has.
"$runner" vectors list >said
lines=$(cat "$vectors"/*.tsv | grep -vc '^#')
[ "$(wc -l <said)" = "$lines" ] && [ "$lines" -gt 250 ] || fail "$(wc -l <said) of $lines listed"
grep -q '^frames       empty-response   *A response without payload' said || fail "$(head -3 said)"

[ $failures = 0 ] && echo "all passed"
exit $((failures > 0))
