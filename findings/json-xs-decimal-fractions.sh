#!/bin/sh
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# JSON::XS 4.04 (Debian 12: libjson-xs-perl 4.040-1~deb12u1) does not read a decimal fraction
# to the nearest double.
#
# Guess: the same double as Perl's own for the same digits. Seen: another for 48 of the 10,000
# prices from 0.00 to 99.99, 0.3 among the shorter ones.
set -eu
perl -MJSON::XS -e '
   print "JSON::XS $JSON::XS::VERSION\n";
   printf "0.3 is read as %.17g, and Perl makes of it %.17g\n", decode_json("[0.3]")->[0], 0.3;
   my $other = grep { decode_json("[$_]")->[0] != $_ } map { sprintf "%.2f", $_ / 100 } 0 .. 9999;
   print "$other of 10000 prices are read as another double\n";'
