# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

package AnyEvent::Fork::RPC::Async;
use strict;
use warnings;
use StubRpc;

our $VERSION = 2;

sub run {
   my ($handle, @pairs) = @_;
   my $count = pop @pairs;
   die "start: not a handle, pairs and their count\n" unless fileno $handle == 0 && $count == -@pairs && @pairs % 2 == 0;
   StubRpc::serve("async", @pairs);
}

1;
