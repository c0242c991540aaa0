#!/bin/sh
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# CBOR::XS 1.86 (Debian 12: libcbor-xs-perl 1.86-1+b2) takes integers below -2^63 for others
# and writes negative Math::BigInt wrong; RFC 8949 section 3.1 says -1-n of 3b, 3.4.3 of tag 3.
#
# Guess: refused, or a Math::BigInt. Seen: another number, without an error.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq libcbor-xs-perl=1.86-1+b2 libcommon-sense-perl=3.75-3 \
  libtypes-serialiser-perl=1.01-1 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
perl -I root/usr/lib/x86_64-linux-gnu/perl5/5.36 -I root/usr/share/perl5 \
  -MCBOR::XS -MMath::BigInt -e '
   print "CBOR::XS $CBOR::XS::VERSION\n";
   my $wrong = 0;
   for (["3b8000000000000000", "-9223372036854775809"], ["3bffffffffffffffff", "-18446744073709551616"],
        ["c34100", "-1"], ["c34105", "-6"]) {
      my ($hex, $right) = @$_;
      my $read = decode_cbor(pack "H*", $hex);
      $wrong += $read ne $right;
      print "reads  $hex as $read, which is $right", ($read eq $right ? "" : ": WRONG"), "\n";
   }
   for (["-2147483649", "3a80000000"], ["-18446744073709551617", "c349010000000000000000"]) {
      my ($number, $right) = @$_;
      my $hex = unpack "H*", encode_cbor(Math::BigInt->new($number));
      $wrong += $hex ne $right;
      print "writes $number as $hex, which is $right", ($hex eq $right ? "" : ": WRONG"), "\n";
   }
   print "$wrong of 6 are wrong\n";
   exit($wrong != 6);' || { echo "that has changed" >&2; exit 1; }
