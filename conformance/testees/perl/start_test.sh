#!/bin/bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# The programs of spec/perl_start.md do what the page says, with each version of the
# original that is installed: a C++ parent calls a Perl worker, a Perl parent a C++ one.
# Usage: start_test.sh FORKRPC ARITHMETIC_WORKER RMDIR_WORKER
set -u
here=$(cd "$(dirname "$0")" && pwd)
page=$here/../../../spec/perl_start.md
forkrpc=$1
async_worker=$2
sync_worker=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# The page's block of Perl that begins with this remark.
block() { awk -v head="# $1" '/^```/ { on = 0; fence = $0 == "```perl"; next } fence { on = $0 == head; fence = 0 } on' "$page"; }

expect() {
  local what=$1 expected=$2 found
  shift 2
  found=$(timeout 30 "$@" 2>"$work/errors")
  if [[ $found == "$expected" ]]; then
    echo "ok: $what"
  else
    echo "FAILED: $what: not '$expected' but '$found': $(head -c 300 "$work/errors")"
    failures=$((failures + 1))
  fi
}

block parent.pl >"$work/parent.pl"
block worker.pl >"$work/positional.pl"
{ block worker.pl | sed '$d' && block "the last line of worker.pl for 2.0"; } >"$work/counted.pl"
sed 's/, "main::done");$/);/' "$work/positional.pl" >"$work/three.pl"
# An empty block would run, too.
for program in parent positional counted three; do
  [[ $(wc -l <"$work/$program.pl") -ge 10 ]] || { echo "FAILED: no program '$program'" && exit 1; }
done

versions=$("$here/versions.pl") || { echo "FAILED: no version is installed" && exit 1; }
while read -r version folder; do
  export PERL5LIB=$folder${PERL5LIB:+:$PERL5LIB}
  case $version in
    1.1) worker=three ;;
    1.*) worker=positional ;;
    *) worker=counted ;;
  esac
  for form in sync async; do
    expect "$version: C++ parent, Perl worker, $form" 7 \
      "$forkrpc" call "--form=$form" add 3 4 -- perl "$work/$worker.pl" "$form"
  done
  expect "$version: Perl parent, C++ worker, async" 7 \
    perl "$work/parent.pl" async "$async_worker" add 3 4
  mkdir -p "$work/folder"
  expect "$version: Perl parent, C++ worker, sync" 1 \
    perl "$work/parent.pl" sync "$sync_worker" rmdir "$work/folder"
  [[ ! -e $work/folder ]] || { echo "FAILED: $version: it is still there" && failures=$((failures + 1)); }
done <<<"$versions"
exit $((failures > 0))
