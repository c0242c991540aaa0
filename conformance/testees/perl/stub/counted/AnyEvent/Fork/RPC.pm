# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

package AnyEvent::Fork::RPC;
use strict;
use warnings;
use StubRpc;

our $VERSION = "2.0";

sub run {
   my ($fork, $function, %arg) = @_;
   my $form = $arg{async} ? "async" : "sync";
   my $module = $arg{async} ? "AnyEvent::Fork::RPC::Async" : "AnyEvent::Fork::RPC::Sync";
   my ($freeze, $thaw) = eval $arg{serialiser} or die $@;
   my %start = (function => $function, init => $arg{init}, serialiser => $arg{serialiser}, done => "$module\::do_exit", rlen => 496);
   $fork->eval("use $module 2 ()")
        ->send_arg(%start, -2 * keys %start)
        ->run("$module\::run", sub { StubRpc::parent($form, $_[0], $freeze, $thaw, %arg) });
   return StubRpc::caller($freeze, $thaw);
}

1;
