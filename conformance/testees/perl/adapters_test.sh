#!/bin/bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# The adapters of the original, on the stand-ins of stub/ with both shapes of start-up:
# each is found as a version of its own, and breaks no MUST in any class.
# Usage: adapters_test.sh RUNNER
set -u
here=$(cd "$(dirname "$0")" && pwd)
runner=$1
work=${TEST_TMPDIR:-$(mktemp -d)}
fail() { printf 'FAILED: %s\n' "$*" && exit 1; }

# Perl's own folders may have the original: its loop must not be mistaken for the stub's.
PERL5LIB=$here/stub/counted:$here/stub/native:$here/stub/positional:$here/stub/common
export PERL5LIB=$PERL5LIB:$here/../perl_core/lib

found=$("$here/versions.pl" --write "$work/found" 2>"$work/errors") || fail "no version is found"
cat "$work/errors"
grep -qx "perl: $here/stub/native: version 0.2: no peer: native byte order" "$work/errors" ||
  fail "version 0.2 is not refused"
grep -q "^1.24 $here/stub/positional $work/found/perl-1.24/testee.json$" <<<"$found" ||
  fail "no row for the positional shape: $found"
grep -q "^2.0 $here/stub/counted $work/found/perl-2.0/testee.json$" <<<"$found" ||
  fail "no row for the counted shape: $found"

output=$("$runner" run --level must --transport socketpair --watchdog 30s \
  "$work"/found/perl-1.24/testee.json "$work"/found/perl-2.0/testee.json)
status=$?
printf '%s\n' "$output"
[[ $status -eq 0 ]] || fail "exit status $status"
for class in "child sync" "child async" "parent sync" "parent async"; do
  for version in 1.24 2.0; do
    row=$(grep "^perl-$version *$class " <<<"$output") || fail "no row of $version, $class"
    read -r _ _ _ musts _ <<<"$row"
    [[ ${musts%/*} -eq ${musts#*/} && ${musts#*/} -gt 100 ]] || fail "$row"
  done
done
