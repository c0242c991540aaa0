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

binmode $_ for *STDIN, *STDOUT;
my $module = $form eq "async" ? "AnyEvent::Fork::RPC::Async" : "AnyEvent::Fork::RPC::Sync";
if ($form eq "async") { require EV; require AnyEvent::Fork::RPC::Async }
else                  { require AnyEvent::Fork::RPC::Sync }
# What AnyEvent::Fork calls in a new process: the handle, the arguments of run.
$module->can("run")->(*STDIN, "main::$form", undef, $raw, "$module\::do_exit");
