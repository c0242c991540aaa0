# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# The two sides of the stand-ins, on perl_core's library. A parent has what a version's
# run has but for the start of the child; a child what a version's backends have.
package StubRpc;
use strict;
use warnings;
use Forkrpc::Child;
use Forkrpc::Parent;

my ($parent, %reader);

sub watch { my ($handle, $callback) = @_; $reader{$handle} = [$handle, $callback]; return }

sub loop {
   while (1) {
      my @handles = map { $_->[0] } values %reader;
      $reader{$_}[1]->() for $parent ? $parent->turn(@handles) : IO::Select->new(@handles)->can_read;
   }
}

my %SAID = (eof => "unexpected eof", protocol => "unexpected data from child", io => "connection reset");

# A parent on this handle, which the fork object has handed over.
sub parent {
   my ($form, $handle, $freeze, $thaw, %arg) = @_;
   $parent = Forkrpc::Parent->new(
      $form, $handle,
      on_event => sub { $arg{on_event}->($thaw->($_[0])) },
      on_end   => sub { $_[0] ? $arg{on_error}->($SAID{ $_[0]{kind} }) : $arg{on_destroy}->() },
   );
}

# What run returns: a function that makes calls, and drops when it is destroyed.
package StubRpc::Drop {
   sub DESTROY { $parent->drop if $parent }
}

sub caller {
   my ($freeze, $thaw) = @_;
   my $drop = bless [], "StubRpc::Drop";
   return sub {
      my $done = pop;
      $drop if 0;
      $parent->call($freeze->(@_), sub { $done->($thaw->($_[0])) if defined $_[0] });
   };
}

# Serves until the parent has half-closed; does not return.
sub serve {
   my ($form, %arg) = @_;
   my ($freeze, $thaw) = eval $arg{serialiser};
   no strict "refs";
   exit Forkrpc::Child->new($form, sub {
      my ($request, $respond, $event) = @_;
      no warnings "redefine";
      *AnyEvent::Fork::RPC::event = sub { $event->($freeze->(@_)) };
      return $respond->($freeze->(&{ $arg{function} }($thaw->($request)))) if $form eq "sync";
      &{ $arg{function} }(sub { $respond->($freeze->(@_)) }, $thaw->($request));
   })->run;
}

1;
