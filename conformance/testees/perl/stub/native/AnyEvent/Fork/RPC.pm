# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

package AnyEvent::Fork::RPC;

our $VERSION = "0.2";

1;
