# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0

package AnyEvent::Util;
use strict;
use warnings;
use IO::Handle;

sub fh_nonblocking { $_[0]->blocking(!$_[1]) }

1;
