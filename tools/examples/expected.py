# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""What the examples print, and which of them belong together.

Names are those of blocks.Example: the file and the number of the block in it. A
name that no example has is an error.
"""

# What an example that prints has to print.
OUTPUTS = {
    'README.md#2': 'hello, Ada\nhello, Grace\n',
    'README.md#3': 'hello, Ada\n',
    'forkrpc/client/worker.h#1': 'hello, world\n',
    'forkrpc/connection/deadlines.h#1': '7\n',
    'forkrpc/coro/co_call.h#1': 'hello, Ada\nhello, Grace\n',
    'forkrpc/coro/pending.h#1': 'yes\n',
    'forkrpc/coro/task.h#1': '10\n',
    'forkrpc/pool/worker_pool.h#1': 'hello, Ada\nhello, Grace\n',
    'forkrpc/serialiser/string_pack_reader.h#1': 'hi\n!\n',
    'forkrpc/transport/transport.h#1': 'the end\n',
    'forkrpc/wire/frame_decoder.h#1': '7 hi\n',
    # These are workers: what README's parent prints when it calls them.
    'README.md#1': 'hello, Ada\nhello, Grace\n',
    'forkrpc/server/worker_main.h#1': 'hello, Ada\nhello, Grace\n',
    'forkrpc/server/async_worker_main.h#1': 'Ada\nGrace\n',
}

# parent: the worker that is its ./greeter, where that is not README's.
PARTNERS = {
}
