# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

# As much of AnyEvent as the adapters use: readers of handles, on StubRpc's loop.
package AnyEvent;
use strict;
use warnings;
use StubRpc;

package AE {
   sub io { StubRpc::watch($_[0], $_[2]) unless $_[1] }
}

1;
