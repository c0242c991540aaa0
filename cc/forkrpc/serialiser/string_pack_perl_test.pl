# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# Does with pack and unpack what string_pack_perl_test.cc asks on stdin.
#
# Strings go in and out as an N length and the octets: not as string-pack,
# which is what is being tested.
#
#   "P" N count, strings    -> the packed string
#   "U" string              -> "A" N count, strings, or "E" error message

use strict;
use warnings;

binmode STDIN;
binmode STDOUT;

sub take {
   my ($n) = @_;
   my $octets = "";
   while ($n > length $octets) {
      read STDIN, $octets, $n - length $octets, length $octets
         or die "input ends too early";
   }
   $octets
}

sub take_string { take unpack "N", take 4 }
sub put_string { print pack "N/a*", $_[0] }

while (read STDIN, my $op, 1) {
   if ($op eq "P") {
      my @list = map take_string, 1 .. unpack "N", take 4;
      put_string pack "(w/a*)*", @list;
   } elsif ($op eq "U") {
      my $payload = take_string;
      if (defined(my $list = eval { [unpack "(w/a*)*", $payload] })) {
         print "A", pack "N", scalar @$list;
         put_string $_ for @$list;
      } else {
         print "E";
         put_string $@;
      }
   } else {
      die "unknown operation";
   }
}
