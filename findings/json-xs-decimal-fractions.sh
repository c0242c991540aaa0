#!/bin/sh
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# JSON::XS 4.04 (Debian 12: libjson-xs-perl 4.040-1~deb12u1) does not read a decimal fraction
# to the nearest double.
#
# Guess: the same double as Perl's own for the same digits. Seen: another for 48 of the 10,000
# prices from 0.00 to 99.99, 0.3 among the shorter ones.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq libjson-xs-perl=4.040-1~deb12u1 libcommon-sense-perl=3.75-3 \
  libtypes-serialiser-perl=1.01-1 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
perl -I root/usr/lib/x86_64-linux-gnu/perl5/5.36 -I root/usr/share/perl5 -MJSON::XS -e '
   print "JSON::XS $JSON::XS::VERSION\n";
   printf "0.3 is read as %.17g, and Perl makes of it %.17g\n", decode_json("[0.3]")->[0], 0.3;
   my $other = grep { decode_json("[$_]")->[0] != $_ } map { sprintf "%.2f", $_ / 100 } 0 .. 9999;
   print "$other of 10000 prices are read as another double\n";
   exit($other != 48);' || { echo "that has changed" >&2; exit 1; }
