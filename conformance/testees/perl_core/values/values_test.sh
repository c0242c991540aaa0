#!/bin/bash
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# Perl to Perl, each value with each serialiser in both forms: what comes back is what was
# sent, but for what README.md names. A serialiser whose module is not installed is NOT RUN.
# Usage: values_test.sh FOLDER/child.pl
set -u
here=$(cd "$(dirname "$1")" && pwd)
failures=0

fail() { echo "FAILED: $*" && failures=$((failures + 1)); }

# The values that may be other or refused.
declare -A known=(
  [raw]=""
  [string-pack]=""
  [protobuf]=""
  [json]="infinity minus-infinity nan"
  [cbor]="array-in-itself big-integer-negative"
  [storable]="true false not-not-zero not-not-one"
  [nstorable]="true false not-not-zero not-not-one"
)
for serialiser in raw string-pack protobuf json cbor storable nstorable; do
  if ! perl -I"$here/../lib" -MForkrpc::Serialiser -e 'Forkrpc::Serialiser::of(shift)' \
      "$serialiser" 2>/dev/null; then
    echo "NOT RUN: $serialiser: its module is not installed"
    continue
  fi
  for form in sync async; do
    output=$(perl "$here/parent.pl" "$form" "$serialiser" \
      perl "$here/child.pl" "$form" "$serialiser" echo)
    printf '%s\n' "$output"
    sent=$(sed -n 's/^.*: \([0-9]*\) values sent, .*/\1/p' <<<"$output")
    [[ ${sent:-0} -ge 85 ]] || fail "$serialiser, $form: ${sent:-0} values sent"
    while read -r name _; do
      [[ " ${known[$serialiser]} " == *" $name "* ]] || fail "$serialiser, $form: $name"
    done < <(grep -P '\t' <<<"$output")
  done
done

# What the original makes of a payload that is no list: spec/serialisers.md's table.
while read -r serialiser hex expected; do
  found=$(perl -I"$here/../lib" -MForkrpc::Serialiser -we '
    my ($freeze, $thaw) = eval { Forkrpc::Serialiser::of($ARGV[0]) } or print "not installed" and exit;
    my @list = eval { no warnings; $thaw->(pack "H*", $ARGV[1]) };
    print $@ ? "an error" : @list . " values"' "$serialiser" "$hex" 2>/dev/null)
  [[ $found == "$expected" || $found == "not installed" ]] || fail "$serialiser $hex: $found"
done <<'TOPS'
json 6e756c6c 0 values
json 35 0 values
json 7b7d an error
json 74727565 an error
json 5b5d5b5d an error
cbor f6 0 values
cbor 05 0 values
cbor a0 an error
cbor f5 an error
cbor f7 an error
cbor d90102820102 2 values
cbor 8080 an error
storable 040b083132333435363738040808080201000000 0 values
nstorable 050b0200000001 0 values
nstorable 050b02000000010885ff 1 values
nstorable 050b030000000108810000000161 an error
TOPS

# What is asked of a child by name.
line=$(printf '\0\0\0\0' | perl "$here/child.pl" sync string-pack 2>/dev/null)
[[ -z $line ]] || fail "a call without arguments has a response"
shown=$(perl -e 'print pack "N/a*", pack "(w/a*)*", "show", "a", "\xff"' |
  perl "$here/child.pl" sync string-pack | tail -c +10)
[[ $shown == "[h'61', h'ff']" ]] || fail "show: $shown"
value=$(perl -e 'print pack "N/a*", pack "(w/a*)*", "value", "two-variables"' |
  perl "$here/child.pl" sync string-pack | od -An -tx1 | tr -d ' \n')
[[ $value == 000000010000000401610162 ]] || fail "value: $value"
exit $((failures > 0))
