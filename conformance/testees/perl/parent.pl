#!/usr/bin/perl
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# The parent adapter for the unmodified AnyEvent::Fork::RPC: parent.pl sync|async.
use strict;
use warnings;
use EV;
use AnyEvent;
use AnyEvent::Util;
use AnyEvent::Fork::RPC;

# Stands in for an AnyEvent::Fork process: hands descriptor 3 over, non-blocking
# as AnyEvent::Fork does it.
package Wire {
   sub require  { $_[0] }
   sub eval     { $_[0] }
   sub send_arg { $_[0] }

   sub run {
      open my $wire, "+<&=", 3 or die "descriptor 3: $!\n";
      AnyEvent::Util::fh_nonblocking($wire, 1);
      $_[2]->($wire);
   }
}

$| = 1;
sub report { print join(" ", @_), "\n" }
sub hex_of { length $_[0] ? unpack "H*", $_[0] : "-" }

my %kind = ("unexpected eof" => "eof", "unexpected data from child" => "protocol");
my $rpc;
$rpc = AnyEvent::Fork::RPC::run(
   bless({}, "Wire"), "unused",
   async      => $ARGV[0] eq "async",
   serialiser => '(sub { $_[0] }, sub { $_[0] })',
   on_event   => sub { report("event", hex_of($_[0])) },
   on_destroy => sub { report("closed") },
   # The original leaves its socket open until $rpc is destroyed.
   on_error => sub { warn "on_error: $_[0]\n"; report("error", $kind{ $_[0] } || "io"); undef $rpc },
);

my $buffer = "";
my $commands = AE::io *STDIN, 0, sub {
   sysread STDIN, $buffer, 1 << 16, length $buffer or exit 0;
   while ((my $end = index $buffer, "\n") >= 0) {
      my ($command, $tag, $hex) = split / /, substr $buffer, 0, $end;
      substr $buffer, 0, $end + 1, "";
      if    ($command eq "quit") { exit 0 }
      elsif ($command eq "drop") { undef $rpc }
      elsif ($rpc) { $rpc->($hex eq "-" ? "" : pack("H*", $hex), sub { report("result", $tag, hex_of($_[0])) }) }
      else         { report("failed", $tag) }
   }
};
EV::run();
