#!/usr/bin/perl
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# What the suite does not see of Forkrpc::Parent: perl -Ilib parent_test.pl
use strict;
use warnings;
use IO::Handle;
use Socket;
use Forkrpc::Parent;

my $failures = 0;

sub is {
   my ($got, $expected, $what) = @_;
   return print "ok: $what\n" if $got eq $expected;
   print "FAILED: $what: expected '$expected', got '$got'\n";
   ++$failures;
}

# Who pauses while full() must not do so for ever: what waits is not sent any more.
for my $form ("sync", "async") {
   socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, 0 or die "socketpair: $!\n";
   my @told;
   my $parent = Forkrpc::Parent->new($form, $ours, on_end => sub { push @told, "end" });
   $parent->call("x" x (1 << 20), sub { push @told, defined $_[0] ? "result" : "failed" }) for 1, 2, 3;
   is($parent->full ? 1 : 0, 1, "$form: full");
   close $theirs;
   $parent->turn until $parent->ended;
   is("@told", "end failed failed failed", "$form: the calls are told");
   is($parent->full ? 1 : 0, 0, "$form: not full after the end");
}

exit($failures ? 1 : 0);
