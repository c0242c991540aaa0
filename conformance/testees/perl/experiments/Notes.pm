# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# Stands in for an AnyEvent::Fork process and notes what a new one would be told to do.
#
#    my $notes = Notes->of("main::work", async => 1);
#    $notes->{code};        # what is to be evaluated first
#    $notes->{function};    # what is to be called then
#    $notes->{args};        # with the wire's handle and these
#    $notes->{connected};   # what the parent wants called with its end of the wire
package Notes;
use strict;
use warnings;

sub require  { push @{ $_[0]{code} }, "require $_[1]"; $_[0] }
sub eval     { push @{ $_[0]{code} }, $_[1]; $_[0] }
sub send_arg { push @{ $_[0]{args} }, splice @_, 1; $_[0] }
sub run      { @{ $_[0] }{qw(function connected)} = @_[1, 2] }

sub of {
   my ($class, $function, %arg) = @_;
   CORE::require AnyEvent::Fork::RPC;
   my $self = bless {}, $class;
   $self->{rpc} = AnyEvent::Fork::RPC::run($self, $function, serialiser => '(sub { $_[0] }, sub { $_[0] })', %arg);
   return $self;
}

# Does in this process what a new one would do, with standard input as the handle.
sub serve {
   my ($self) = @_;
   CORE::eval "$_; 1" or die $@ for @{ $self->{code} };
   no strict "refs";
   $self->{function}->(*STDIN, @{ $self->{args} });
}

1;
