#!/usr/bin/perl
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# Sends each value of spec/vectors/perl/Values.pm to a worker that returns its arguments,
# through the unmodified AnyEvent::Fork::RPC and a serialiser of its own:
# values_parent.pl sync|async SERIALISER WORKER [ARG...]
#
# Standard output and exit status are those of ../perl_core/values/parent.pl.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../../spec/vectors/perl";
use AnyEvent;
use AnyEvent::Fork::RPC;
use AnyEvent::Util;
use Back;
use JSON::PP ();
use Math::BigFloat;
use Math::BigInt;
use Notation;
use POSIX ();
use Scalar::Util ();
use Socket;
use Values;

my %serialiser = (
   cbor          => "CBOR_XS_SERIALISER",
   json          => "JSON_SERIALISER",
   storable      => "STORABLE_SERIALISER",
   nstorable     => "NSTORABLE_SERIALISER",
   "string-pack" => "STRING_SERIALISER",
);
my ($form, $name, @worker) = @ARGV;
die "usage: values_parent.pl sync|async SERIALISER WORKER [ARG...]\n" unless @worker;
my $code = do { no strict "refs"; ${ "AnyEvent::Fork::RPC::" . ($serialiser{$name} // die "no serialiser '$name'\n") } };
defined $code or die "this version has no serialiser '$name'\n";
my ($freeze, $thaw) = eval "no strict 'refs'; $code" or die $@;
my $booleans = eval { require Types::Serialiser };

# Stands in for an AnyEvent::Fork process: hands over one end of a socket pair.
package Wire {
   sub require  { $_[0] }
   sub eval     { $_[0] }
   sub send_arg { $_[0] }
   sub run      { $_[2]->($_[0]{wire}) }
}

package main;

my ($rpc, $process);    # of the worker that runs, if one does
my $turn;               # the call of that worker that is under way

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
   AnyEvent::Util::fh_nonblocking($ours, 1);
   my $this = $turn = [];
   $rpc = AnyEvent::Fork::RPC::run(
      bless({wire => $ours}, "Wire"), "unused",
      async      => $form eq "async",
      serialiser => $code,
      on_error   => sub { $this->[0]->send if $this->[0] },
      on_destroy => sub { $this->[0]->send if $this->[0] },
   );
}

# Waits for the end of the worker, which is to come.
sub finish {
   undef $rpc;
   waitpid $process, 0;
   die "$worker[0]: cannot be started\n" if $? >> 8 == 127;
}

# Values in the notation of the vectors.
sub notation {
   local ($Notation::SORTED, $Back::WHOLE_IS_INTEGER, $Back::TEXT_ONLY) = (1, 1, $name eq "json");
   local $SIG{__WARN__} = sub { };
   return eval { Notation::line(Back::node([@_])) } // "no list: $@" =~ s/( at .*|\s+)\z//sr;
}

# What came back for the arguments; "refused" if the worker ended instead.
sub call {
   start() unless $rpc;
   my $back;
   my $done = $turn->[0] = AE::cv;
   $rpc->(@_, sub { $back = notation(@_); $done->send });
   $done->recv;
   finish() unless defined $back;
   return $back // "refused";
}

my ($sent, $other, $refused, $unsendable) = (0, 0, 0, 0);
for (@Values::ALL) {
   my ($value, $before, $list) = @$_;
   next if !$booleans && $list =~ /Types::Serialiser/;
   my ($there, $back);
   local $SIG{__WARN__} = sub { };
   no warnings "once";
   local *Values::f = sub {
      my $octets = $freeze->(@_);
      return unless defined $octets && utf8::downgrade($octets, 1) && $octets !~ /\(0x[0-9a-f]+\)/;
      $there = eval { notation($thaw->($octets)) } // "no list";
      $back  = call(@_);
   };
   eval "package Values; no strict; no warnings; $before; f($list)";
   if (!defined $back) { $unsendable++; next }
   $sent++;
   next if $there eq $back;
   $back eq "refused" ? $refused++ : $other++;
   print join("\t", $value, $there, $back), "\n";
}
finish() if $rpc;
print "$name, $form: $sent values sent, $other came back as others, $refused refused; $unsendable cannot be sent\n";
exit !!$other;
