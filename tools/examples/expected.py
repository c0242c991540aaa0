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
    'forkrpc/client/blocking_client.h#1': 'hello, world\n',
    'forkrpc/client/call_callback.h#1': 'hello\n',
    'forkrpc/client/pipelined_client.h#1': 'hello, Ada\nhello, Grace\n',
    'forkrpc/client/protobuf_worker.h#1': 'hello, Ada\n',
    'forkrpc/client/typed_worker.h#1': 'done\n',
    'forkrpc/client/worker.h#1': 'hello, world\n',
    'forkrpc/connection/client_event.h#1': '7 hi\n',
    'forkrpc/connection/deadlines.h#1': '7\n',
    'forkrpc/connection/frame_places.h#1': '1\n',
    'forkrpc/connection/half_closing.h#1': '0\n1\n',
    'forkrpc/coro/co_call.h#1': 'hello, Ada\nhello, Grace\n',
    'forkrpc/coro/pending.h#1': 'yes\n',
    'forkrpc/coro/task.h#1': '10\n',
    'forkrpc/event_loop/asio_loop.h#1': 'hello, world\n',
    'forkrpc/event_loop/boost_asio_loop.h#1': 'hello, world\n',
    'forkrpc/event_loop/glib_loop.h#1': 'hello, world\n',
    'forkrpc/event_loop/loop_end.h#1': 'the loop ends\n',
    'forkrpc/pool/call_future.h#1': 'hello',
    'forkrpc/pool/map_calls.h#1': 'hello, Ada\nhello, Grace\n',
    'forkrpc/pool/threaded_pool.h#1': 'hello, Ada\nhello, Grace\n',
    'forkrpc/pool/worker_pool.h#1': 'hello, Ada\nhello, Grace\n',
    'forkrpc/process/exit_status.h#1':
        'worker was killed by signal 9 (SIGKILL)\n',
    'forkrpc/process/stderr_capture.h#1':
        'its stderr ended: no such table\n',
    'forkrpc/process/stderr_lines.h#1': 'one\ntw\n',
    'forkrpc/serialiser/diagnostic_notation.h#1': "[h'61', 5.0]\n",
    'forkrpc/serialiser/json.h#1': '["resize",640]\n',
    'forkrpc/serialiser/string_pack_reader.h#1': 'hi\n!\n',
    'forkrpc/server/handler_serialiser.h#1': 'string-pack\n',
    'forkrpc/server/parent_watch.h#1': 'the parent is gone\n',
    'forkrpc/server/weak_handle.h#1': 'gone\n',
    'forkrpc/transport/transport.h#1': 'the end\n',
    'forkrpc/wire/frame_decoder.h#1': '7 hi\n',
    # These are workers: what README's parent prints when it calls them.
    'README.md#1': 'hello, Ada\nhello, Grace\n',
    'forkrpc/coro/co_handler.h#1': 'hello, Ada\nhello, Grace\n',
    'forkrpc/server/async_server.h#1': 'Ada\nGrace\n',
    'forkrpc/server/async_worker_main.h#1': 'Ada\nGrace\n',
    'forkrpc/server/blocking_server.h#1': 'hello, Ada\nhello, Grace\n',
    'forkrpc/server/reply.h#1': 'hello, Ada\nhello, Grace\n',
    'forkrpc/server/responder.h#1': 'done\ndone\n',
    'forkrpc/server/thread_responder.h#1': 'hello, Ada\nhello, Grace\n',
    'forkrpc/server/typed_handler.h#2': 'hello, Ada\nhello, Grace\n',
    'forkrpc/server/typed_reply.h#1': 'hello, Ada\nhello, Grace\n',
    'forkrpc/server/worker_main.h#1': 'hello, Ada\nhello, Grace\n',
    'forkrpc/transport/stdio_transport.h#1': 'hi\nhi\n',
}

# parent: the worker that is its ./greeter, where that is not README's.
PARTNERS = {
    'forkrpc/client/protobuf_worker.h#1': 'forkrpc/server/protobuf_service.h#1',
    'forkrpc/client/typed_worker.h#1': 'forkrpc/server/typed_handler.h#1',
}
