#!/usr/bin/perl
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# The child adapter for the unmodified AnyEvent::Fork::RPC: child.pl sync|async.
use strict;
use warnings;

my $raw = '(sub { $_[0] }, sub { $_[0] })';    # freeze, thaw: the octets themselves
my ($form) = @ARGV;
my @held;

sub pattern { substr pack("C*", 0 .. 250) x ($_[0] / 251 + 1), 0, $_[0] }

# Opcode to function of ($rest, $done); $done sends the response.
my %run = (
   E => sub { $_[1]->($_[0]) },
   V => sub { AnyEvent::Fork::RPC::event($_[0]); $_[1]->("") },
   B => sub { AnyEvent::Fork::RPC::event($_[0]); $_[1]->($_[0]) },
   L => sub { $_[1]->(pack "N", length $_[0]) },
   Z => sub { $_[1]->(pattern(unpack "N", $_[0])) },
);
%run = (
   %run,
   A => sub { $_[1]->($_[0]); AnyEvent::Fork::RPC::event($_[0]) },
   H => sub { push @held, [@_] },
   R => sub { $held[$_][1]->($held[$_][0]) for unpack "C*", $_[0]; $_[1]->("") },
) if $form eq "async";

sub call {
   my ($request, $done) = @_;
   return $done->("") if $request eq "";
   my ($op, $rest) = unpack "a a*", $request;
   ($run{$op} || die "asked to fail by opcode '$op'\n")->($rest, $done);
}

sub async { call($_[1], $_[0]) }
sub sync { my $response; call($_[0], sub { $response = $_[0] }); $response }

# Stands in for an AnyEvent::Fork process: notes what its parent would have it do, which
# is what differs from version to version.
package Notes {
   sub require  { push @{ $_[0]{code} }, "require $_[1]"; $_[0] }
   sub eval     { push @{ $_[0]{code} }, $_[1]; $_[0] }
   sub send_arg { push @{ $_[0]{args} }, splice @_, 1; $_[0] }
   sub run      { $_[0]{function} = $_[1] }
}

binmode $_ for *STDIN, *STDOUT;
my $pipe = $SIG{PIPE} // "DEFAULT";
require AnyEvent::Fork::RPC;
# This loads AnyEvent, which ignores SIGPIPE; a child in the sync form does not load it.
$SIG{PIPE} = $pipe if $form eq "sync";
my $notes = bless {}, "Notes";
AnyEvent::Fork::RPC::run($notes, "main::$form", async => $form eq "async", serialiser => $raw);
require EV if $form eq "async";
eval "$_; 1" or die $@ for @{ $notes->{code} };
# As in a new process: the function, with the handle and the arguments noted.
no strict "refs";
$notes->{function}->(*STDIN, @{ $notes->{args} });
