# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""The forkrpc wire in Python: children and parents, sync and async form.

Threads: none are started; use each object from one thread only. Allocation:
memory follows the octets that have arrived, never a length field. Lifetime: a
Parent owns its descriptors; the serve functions only borrow theirs. Errors:
WireError, with what was found, where, and the limit.

    def greet(request, event):              # a child: worker.py
        event(b"working")
        return b"hello " + request
    sys.exit(forkrpc.run_child("sync", greet))

    ours, theirs = socket.socketpair()      # its parent
    subprocess.Popen(["python3", "worker.py"], stdin=theirs, stdout=theirs)
    theirs.close()
    parent = forkrpc.SyncParent(ours.detach())
    parent.call(b"world", lambda response, error: print(response or error))
    parent.drop()
    parent.run()
"""

from forkrpc.child import (MAX_UNSENT, run_child, serve_async, serve_child,
                           serve_sync)
from forkrpc.frame import MAX_FRAME, FrameDecoder, WireError, encode_frame
from forkrpc.parent import AsyncParent, Parent, SyncParent

__all__ = [
    "AsyncParent", "FrameDecoder", "MAX_FRAME", "MAX_UNSENT", "Parent",
    "SyncParent", "WireError", "encode_frame", "run_child", "serve_async",
    "serve_child", "serve_sync"
]
