# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

package AnyEvent::Fork::RPC::Sync;
use strict;
use warnings;
use StubRpc;

sub run {
   my ($handle, $function, $init, $serialiser, $done) = @_;
   die "start: not a handle and four arguments\n" unless @_ == 5 && fileno $handle == 0 && $done =~ /::do_exit$/;
   StubRpc::serve("sync", function => $function, serialiser => $serialiser);
}

1;
