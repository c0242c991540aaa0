#!/usr/bin/perl
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# A worker on the unmodified AnyEvent::Fork::RPC that returns its arguments, with a
# serialiser of the module's own: values_child.pl sync|async SERIALISER
use strict;
use warnings;

my %serialiser = (
   cbor          => "CBOR_XS_SERIALISER",
   json          => "JSON_SERIALISER",
   storable      => "STORABLE_SERIALISER",
   nstorable     => "NSTORABLE_SERIALISER",
   "string-pack" => "STRING_SERIALISER",
);
my ($form, $name) = @ARGV;

sub async { my $done = shift; $done->(@_) }
sub sync  { @_ }

# Stands in for an AnyEvent::Fork process, as in child.pl.
package Notes {
   sub require  { push @{ $_[0]{code} }, "require $_[1]"; $_[0] }
   sub eval     { push @{ $_[0]{code} }, $_[1]; $_[0] }
   sub send_arg { push @{ $_[0]{args} }, splice @_, 1; $_[0] }
   sub run      { $_[0]{function} = $_[1] }
}

binmode $_ for *STDIN, *STDOUT;
require AnyEvent::Fork::RPC;
no strict "refs";
my $code = ${"AnyEvent::Fork::RPC::" . ($serialiser{$name} // die "no serialiser '$name'\n")};
defined $code or die "this version has no serialiser '$name'\n";
my $notes = bless {}, "Notes";
AnyEvent::Fork::RPC::run($notes, "main::$form", async => $form eq "async", serialiser => $code);
require EV if $form eq "async";
eval "$_; 1" or die $@ for @{ $notes->{code} };
$notes->{function}->(*STDIN, @{ $notes->{args} });
