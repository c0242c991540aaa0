#!/usr/bin/perl
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# What the suite does not see of Forkrpc::Child: perl -Ilib child_test.pl
use strict;
use warnings;
use IO::Handle;
use Socket;
use Forkrpc::Child;

my $failures = 0;

sub is {
   my ($got, $expected, $what) = @_;
   return print "ok: $what\n" if $got eq $expected;
   print "FAILED: $what: expected ", unpack("H*", $expected), ", got ", unpack("H*", $got), "\n";
   ++$failures;
}

# Runs a child with this function; returns what it answers to the octets, which come
# before the parent's half-close, and its exit status.
sub session {
   my ($form, $octets, $set_up) = @_;
   socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, 0 or die "socketpair: $!\n";
   my $pid = fork // die "fork: $!\n";
   if (!$pid) {
      close $ours;
      open STDIN,  "<&", $theirs;
      open STDOUT, ">&", $theirs;
      close $theirs;
      open STDERR, ">", "/dev/null";
      exit $set_up->($form)->run;
   }
   close $theirs;
   syswrite $ours, $octets;
   shutdown $ours, 1;
   my $answer = "";
   1 while sysread $ours, $answer, 1 << 16, length $answer;
   waitpid $pid, 0;
   return ($answer, $? >> 8);
}

# A function that waits for a pipe keeps no other call; draining waits for it.
my $requests = pack "NN/a* NN/a*", 1, "slow", 2, "fast";
my ($answer, $status) = session("async", $requests, sub {
   my $child;
   return $child = Forkrpc::Child->new($_[0], sub {
      my ($request, $respond) = @_;
      return $respond->($request) if $request eq "fast";
      open my $pipe, "-|", "echo slept" or die "echo: $!\n";
      $child->watch($pipe, sub {
         my $line = <$pipe>;
         $child->watch($pipe);
         $respond->($line);
      });
   });
});
is($answer, pack("NN/a* NN/a*", 2, "fast", 1, "slept\n"), "calls of the async form overtake");
is($status, 0, "and the drain waits for what is watched");

# A non-blocking descriptor, and more than fits into it: nothing is lost.
($answer, $status) = session("sync", pack("N/a*", "x"), sub {
   STDOUT->blocking(0);
   return Forkrpc::Child->new($_[0], sub { print "stray\n"; $_[2]->("e" x 3e6); $_[1]->("r") });
});
is(length $answer, 3e6 + 17, "a non-blocking descriptor, and print is not on the wire");

for my $form ("sync", "async") {
   my $id = $form eq "async" ? pack "N", 1 : "";
   ($answer, $status) = session($form, $id . pack("N/a*", "x"), sub {
      return Forkrpc::Child->new($_[0], sub { $_[1]->("a"); $_[1]->("b") });
   });
   is($answer, pack("NN/a*", 1, "a"), "$form: a second response is not sent");
   is($status, 1, "$form: and ends the child");
}
($answer, $status) = session("sync", pack("N/a*", "x"), sub { Forkrpc::Child->new($_[0], sub { }) });
is($answer . $status, "1", "a function of the sync form that does not respond has failed");

# What a function has made is on the wire before it goes on, even if it goes on to end the
# process without a word.
#= spec/wire.md#FR-EVT-007
for my $form ("sync", "async") {
   my $request = $form eq "async" ? pack "NN/a*", 1, "x" : pack "N/a*", "x";
   ($answer, $status) = session($form, $request, sub {
      return Forkrpc::Child->new($_[0], sub { $_[2]->("event"); $_[1]->("r") if $form eq "async"; kill KILL => $$ });
   });
   is($answer, pack("NN/a*", 0, "event") . ($form eq "async" ? pack "NN/a*", 1, "r" : ""), "$form: nothing made is kept back");
}

exit($failures > 0);
