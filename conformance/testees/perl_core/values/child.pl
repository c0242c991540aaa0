#!/usr/bin/perl
# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# A Perl worker whose values are Perl's: child.pl sync|async SERIALISER [echo]
#
# With "echo" each call returns its arguments. Else the first argument says what to do:
#
#    echo VALUE...       returns VALUE...
#    event VALUE...      sends an event of VALUE..., returns nothing
#    show VALUE...       returns one string: VALUE... in the notation of spec/vectors/perl,
#                        a string without Perl's text flag as h'..'
#    value NAME          returns what spec/vectors/perl/Values.pm has by that name
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../../../spec/vectors/perl";
use Back;
use Forkrpc::Child;
use Forkrpc::Serialiser;
use JSON::PP ();
use Math::BigFloat;
use Math::BigInt;
use Notation;
use Scalar::Util ();
use Values;

my ($form, $serialiser, $echo) = @ARGV;
my ($freeze, $thaw) = Forkrpc::Serialiser::of($serialiser);
eval { require Types::Serialiser };

my $event;

# The function of a value's name; it returns what the snippet makes.
sub value {
   my ($name) = @_;
   my ($value) = grep { $_->[0] eq $name } @Values::ALL;
   my (undef, $before, $list) = @{ $value || die "no value '$name'\n" };
   return eval "package Values; no strict; no warnings; sub { $before; $list }" || die $@;
}

my %RUN = (
   echo  => sub { @_ },
   event => sub { $event->($freeze->(@_)); () },
   show  => sub { Notation::line(Back::node([@_])) },
   value => sub { value($_[0])->() },
);

sub call {
   return @_ if $echo;
   my $what = shift // "";
   return ($RUN{$what} || die "cannot '$what'\n")->(@_);
}

exit Forkrpc::Child->new($form, sub {
   my ($request, $respond);
   ($request, $respond, $event) = @_;
   $respond->($freeze->(call($thaw->($request))));
})->run;
