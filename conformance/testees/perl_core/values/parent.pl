#!/usr/bin/perl
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# Sends each value of spec/vectors/perl/Values.pm to a worker that returns its arguments,
# and says which come back as others: parent.pl sync|async SERIALISER WORKER [ARG...]
#
# What counts is what Perl makes of the payloads: of the one that it sent, and of the
# worker's. A whole number is the same as integer and as double. The worker has a socket on
# descriptors 0 and 1; after one that has ended, another is started. Standard output: for each difference the
# value's name, what was sent and what came back ("refused": the worker ended without a
# response); last the counts. The exit status is 0 if nothing came back as another.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../../../spec/vectors/perl";
use Back;
use Forkrpc::Parent;
use Forkrpc::Serialiser;
use JSON::PP ();
use Math::BigFloat;
use Math::BigInt;
use Notation;
use POSIX ();
use Scalar::Util ();
use Socket;
use Values;

my ($form, $serialiser, @worker) = @ARGV;
die "usage: parent.pl sync|async SERIALISER WORKER [ARG...]\n" unless @worker;
my ($freeze, $thaw) = Forkrpc::Serialiser::of($serialiser);
my $booleans = eval { require Types::Serialiser };

# The payload of a value, or undef if Perl makes none.
sub payload {
   my ($before, $list) = @_;
   local $SIG{__WARN__} = sub { };
   no warnings "once";
   # With raw that is the value itself, which may be no string.
   local *Values::f = sub { my $octets = &$freeze; defined $octets ? "$octets" : undef };
   my $octets = eval "package Values; no strict; no warnings; $before; f($list)";
   return defined $octets && utf8::downgrade($octets, 1) && $octets !~ /\(0x[0-9a-f]+\)/ ? $octets : undef;
}

# What Perl makes of a payload.
sub reading {
   my ($payload) = @_;
   local ($Notation::SORTED, $Back::WHOLE_IS_INTEGER, $Back::TEXT_ONLY) = (1, 1, $serialiser eq "json");
   local $SIG{__WARN__} = sub { };
   return eval { Notation::line(Back::node([$thaw->($payload)])) } // "no list: $@" =~ s/( at .*|\s+)\z//sr;
}

my ($parent, $process);    # of the worker that runs, if one does

sub start {
   socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die "socketpair: $!\n";
   $process = fork // die "fork: $!\n";
   if (!$process) {
      open STDIN,  "<&", $theirs or POSIX::_exit(126);
      open STDOUT, ">&", $theirs or POSIX::_exit(126);
      open STDERR, ">", "/dev/null";
      exec @worker or POSIX::_exit(127);
   }
   close $theirs;
   $parent = Forkrpc::Parent->new($form, $ours);
}

# Waits for the end of the worker, which is to come.
sub finish {
   waitpid $process, 0;
   undef $parent;
   die "$worker[0]: cannot be started\n" if $? >> 8 == 127;
}

# Makes one call and returns the response; undef if there is none.
sub call {
   my ($request) = @_;
   start() unless $parent;
   my ($response, $done);
   $parent->call($request, sub { $response = $_[0]; $done = 1 });
   $parent->turn until $done;
   finish() unless defined $response;
   return $response;
}

my ($sent, $other, $refused, $unsendable) = (0, 0, 0, 0);
for (@Values::ALL) {
   my ($name, $before, $list) = @$_;
   next if !$booleans && $list =~ /Types::Serialiser/;
   my $request = payload($before, $list);
   if (!defined $request) { $unsendable++; next }
   $sent++;
   my $response = call($request);
   my ($there, $back) = (reading($request), defined $response ? reading($response) : "refused");
   next if $there eq $back;
   $back eq "refused" ? $refused++ : $other++;
   print join("\t", $name, $there, $back), "\n";
}
if ($parent) {
   $parent->drop;
   $parent->turn until $parent->ended;
   finish();
}
print "$serialiser, $form: $sent values sent, $other came back as others, $refused refused; $unsendable cannot be sent\n";
exit !!$other;
