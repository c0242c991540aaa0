#!/bin/sh
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# tools/fuzz where it builds nothing: its help and its refusals.
#
# usage: fuzz_command_test.sh tools/fuzz

set -u

fuzz=$1
failed=0

# refuses WHAT ARGUMENTS...: status 2 and one line with WHAT.
refuses() {
  what=$1
  shift
  got=$("$fuzz" "$@" 2>&1)
  status=$?
  case $got in
    *"$what"*) ;;
    *) status=text ;;
  esac
  if [ "$status" != 2 ] || [ "$(printf '%s\n' "$got" | wc -l)" != 1 ]; then
    echo "FAIL: $*: got $status and '$got'" >&2
    failed=1
  fi
}

refuses "unknown option '--no'" --no
refuses '--seconds=0' --seconds=0
refuses '--seconds=x' --seconds=x
refuses '--jobs=' --jobs=
refuses '--mode=slow' --mode=slow
refuses '--out=' --out=
refuses '--record=' --record=

help=$("$fuzz" --help) || failed=1
for option in $(sed -n 's/^    \(--[a-z]*\).*)$/\1/p; s/^    \(--[a-z]*\)[=*]*.*) .*;;$/\1/p' "$fuzz"); do
  case $help in
    *"$option"*) ;;
    *)
      echo "FAIL: --help says nothing of $option" >&2
      failed=1
      ;;
  esac
done
exit "$failed"
