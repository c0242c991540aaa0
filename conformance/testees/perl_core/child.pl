#!/usr/bin/perl
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# The child adapter: perl -Ilib child.pl sync|async, with the contract's opcodes.
use strict;
use warnings;
use Forkrpc::Child;

my ($form) = @ARGV;
my @held;

# Opcode to function of ($rest, $respond, $event).
my %run = (
   E => sub { $_[1]->($_[0]) },
   V => sub { $_[2]->($_[0]); $_[1]->("") },
   B => sub { $_[2]->($_[0]); $_[1]->($_[0]) },
   L => sub { $_[1]->(pack "N", length $_[0]) },
   Z => sub { my $n = unpack "N", $_[0]; $_[1]->(substr pack("C*", 0 .. 250) x ($n / 251 + 1), 0, $n) },
);
%run = (
   %run,
   A => sub { $_[1]->($_[0]); $_[2]->($_[0]) },
   H => sub { push @held, [@_] },
   R => sub { $held[$_][1]->($held[$_][0]) for unpack "C*", $_[0]; $_[1]->("") },
) if $form eq "async";

sub call {
   my ($request, $respond, $event) = @_;
   return $respond->("") if $request eq "";
   my ($op, $rest) = unpack "a a*", $request;
   ($run{$op} || die "asked to fail by opcode '$op'\n")->($rest, $respond, $event);
}

exit Forkrpc::Child->new($form, \&call)->run;
