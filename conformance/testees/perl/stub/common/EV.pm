# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

package EV;
use strict;
use warnings;
use StubRpc;

sub run { StubRpc::loop() }

1;
