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
    'forkrpc/pool/worker_pool.h#1': 'hello, Ada\nhello, Grace\n',
    # These are workers: what README's parent prints when it calls them.
    'README.md#1': 'hello, Ada\nhello, Grace\n',
    'forkrpc/server/worker_main.h#1': 'hello, Ada\nhello, Grace\n',
    'forkrpc/server/async_worker_main.h#1': 'Ada\nGrace\n',
}

# parent: the worker that is its ./greeter, where that is not README's.
PARTNERS = {
}
