#!/usr/bin/perl
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# The parent adapter: perl -Ilib parent.pl sync|async, with its wire on descriptor 3.
use strict;
use warnings;
use Forkrpc::Parent;

$| = 1;
sub report { print join(" ", @_), "\n" }
sub hex_of { length $_[0] ? unpack "H*", $_[0] : "-" }

sub ended {
   my ($error) = @_;
   return report("closed") unless $error;
   print STDERR "forkrpc-req: $error->{requirement}\n" if $error->{requirement};
   print STDERR "forkrpc: $error->{text}\n";
   report("error", $error->{kind});
}

open my $wire, "+<&=", 3 or die "descriptor 3: $!\n";
my $parent = Forkrpc::Parent->new($ARGV[0], $wire, on_event => sub { report("event", hex_of($_[0])) }, on_end => \&ended);

sub execute {
   my ($command, $tag, $hex) = split / /, $_[0];
   return $parent->drop if $command eq "drop";
   my $done = sub { defined $_[0] ? report("result", $tag, hex_of($_[0])) : report("failed", $tag) };
   eval { $parent->call($hex eq "-" ? "" : pack("H*", $hex), $done); 1 } or $done->();
}

my ($buffer, @lines) = ("");
while (1) {
   execute(shift @lines) while @lines && !$parent->full;
   next unless $parent->turn(*STDIN);
   sysread STDIN, $buffer, 1 << 16, length $buffer or exit 0;
   push @lines, $1 while $buffer =~ s/^(.*)\n//;
   exit 0 if grep { $_ eq "quit" } @lines;
}
