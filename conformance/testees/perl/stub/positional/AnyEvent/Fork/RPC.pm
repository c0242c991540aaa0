# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

package AnyEvent::Fork::RPC;
use strict;
use warnings;
use StubRpc;

our $VERSION = "1.24";

sub run {
   my ($fork, $function, %arg) = @_;
   my $form = $arg{async} ? "async" : "sync";
   my $module = $arg{async} ? "AnyEvent::Fork::RPC::Async" : "AnyEvent::Fork::RPC::Sync";
   my ($freeze, $thaw) = eval $arg{serialiser} or die $@;
   $fork->require($module)
        ->send_arg($function, $arg{init}, $arg{serialiser}, "$module\::do_exit")
        ->run("$module\::run", sub { StubRpc::parent($form, $_[0], $freeze, $thaw, %arg) });
   return StubRpc::caller($freeze, $thaw);
}

1;
