# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Parents: call functions in a child, in the sync or the async form."""

import collections
import os
import select

from forkrpc import descriptor
from forkrpc.frame import MAX_FRAME, FrameDecoder, WireError, encode_frame


class Parent:
  """Calls functions in a child; use SyncParent or AsyncParent.

  1. A call is in flight from call() until its callback is run, exactly once,
     by handle(): callback(response, None) or callback(None, error).
  2. on_end(error) is run exactly once, before the callbacks that get the same
     error; error is None for the clean end. The descriptors are closed then.
  3. After the end nothing is read, written or delivered.
  Requests not yet sent are kept in memory without a limit: see `unsent`. A
  callback may use the parent; what it raises passes through handle(), and the
  frames behind it wait for the next read.
  """

  def __init__(self, rfd, wfd=None, on_event=None, on_end=None,
               max_frame=MAX_FRAME):
    """rfd and wfd are a pipe each, or rfd alone is a socket."""
    self._rfd = rfd
    self._wfd = rfd if wfd is None else wfd
    for fd in {self._rfd, self._wfd}:
      os.set_blocking(fd, False)
      #= spec/wire.md#FR-PRC-003
      os.set_inheritable(fd, False)
    #= spec/wire.md#FR-EVT-005
    self._on_event = on_event or (lambda payload: None)
    self._on_end = on_end or (lambda error: None)
    self._decoder = FrameDecoder(True, max_frame, self._check_id)
    self._output = descriptor.Output(self._wfd)
    self._dropped = self._half_closed = self._ended = False
    self._error = None

  @property
  def unsent(self):
    """Octets of requests that are not sent yet."""
    return self._output.unsent

  def call(self, request, callback):
    """Queues a call; raises the connection's WireError if it has ended."""
    if self._error:
      raise self._error
    if self._dropped or self._ended:
      raise RuntimeError("call after drop")
    self._output.append(self._enter(request, callback))

  def drop(self):
    """No more calls: half-closes once all requests are sent, then reads on."""
    self._dropped = True

  def abandon(self):
    """Ends the connection as it is; no callback is run any more."""
    for fd in self.interest():
      os.close(fd)
    self._ended = True

  def interest(self):
    """{descriptor: poll mask}; empty after the end."""
    if self._ended:
      return {}
    #= spec/wire.md#FR-LIM-004
    #= spec/wire.md#FR-LIM-010
    mask = {self._rfd: select.POLLIN}
    if self._output.unsent or (self._dropped and not self._half_closed):
      mask[self._wfd] = mask.get(self._wfd, 0) | select.POLLOUT
    return mask

  def handle(self, fd, events):
    """Reads and writes what poll() reported; runs callbacks."""
    try:
      if fd == self._rfd and events & ~select.POLLOUT and not self._ended:
        self._read_once()
      if fd == self._wfd and events & ~select.POLLIN and not self._ended:
        self._write_some()
    except WireError as error:
      self._finish(error)

  def run(self):
    """Handles everything until the end."""
    while not self._ended:
      for fd, events in descriptor.wait(self.interest()).items():
        self.handle(fd, events)

  def _read_once(self):
    octets = descriptor.read(self._rfd)
    if octets is None:
      return False
    self._decoder.feed(octets)
    #= spec/wire.md#FR-CLS-002
    #= spec/wire.md#FR-ORD-004
    for frame_id, payload in iter(self._decoder.next, None):
      #= spec/wire.md#FR-EVT-002
      #= spec/wire.md#FR-EVT-003
      if frame_id == 0:
        self._on_event(payload)
      else:
        self._leave(frame_id)(payload, None)
    if not octets:
      self._end_of_stream()
    return bool(octets)

  def _end_of_stream(self):
    self._decoder.end()
    count = self._count()
    if count:
      #= spec/wire.md#FR-ERR-003
      raise WireError("eof", f"end of the stream, {count} calls in flight",
                      "FR-ERR-003")
    if not self._dropped:
      raise WireError("eof", "the child ended without being asked to")
    #= spec/wire.md#FR-CLS-007
    self._finish(None)

  def _write_some(self):
    try:
      self._output.write_some()
    except WireError as error:
      # The child may have answered before it went.
      while self._read_once():
        pass
      raise error
    #= spec/wire.md#FR-CLS-001
    if self._dropped and not self._output.unsent and not self._half_closed:
      self._half_closed = True
      descriptor.end_output(self._wfd)
      if self._wfd != self._rfd:
        os.close(self._wfd)

  def _finish(self, error):
    if self._ended:
      return
    self._ended = True
    self._error = error
    os.close(self._rfd)
    if self._wfd != self._rfd and not self._half_closed:
      os.close(self._wfd)
    self._on_end(error)
    for callback in self._waiting():
      callback(None, error)


class SyncParent(Parent):
  """The sync form: responses come in the order of the requests."""

  def __init__(self, *args, **kwargs):
    super().__init__(*args, **kwargs)
    self._callbacks = collections.deque()

  def _enter(self, request, callback):
    #= spec/wire.md#FR-FRM-001
    frame = encode_frame(None, request)
    self._callbacks.append(callback)
    return frame

  def _check_id(self, frame_id):
    #= spec/wire.md#FR-SID-006
    #= spec/wire.md#FR-ERR-002
    if frame_id and not self._callbacks:
      return "FR-ERR-002", f"response with id {frame_id}, no call in flight"
    return None

  def _leave(self, _):
    #= spec/wire.md#FR-ORD-002
    return self._callbacks.popleft()

  def _waiting(self):
    return self._callbacks

  def _count(self):
    return len(self._callbacks)


class AsyncParent(Parent):
  """The async form: responses come in any order, found by their id."""

  def __init__(self, *args, **kwargs):
    super().__init__(*args, **kwargs)
    self._callbacks = {}
    self._last_id = 0

  def _enter(self, request, callback):
    #= spec/wire.md#FR-FRM-002
    #= spec/wire.md#FR-SID-001
    #= spec/wire.md#FR-SID-002
    #= spec/wire.md#FR-SID-009
    frame_id = self._last_id % 0xFFFFFFFF + 1
    while frame_id in self._callbacks:
      frame_id = frame_id % 0xFFFFFFFF + 1
    frame = encode_frame(frame_id, request)
    self._last_id = frame_id
    self._callbacks[frame_id] = callback
    return frame

  def _check_id(self, frame_id):
    #= spec/wire.md#FR-ERR-001
    if frame_id and frame_id not in self._callbacks:
      requirement = "FR-ERR-001" if self._callbacks else "FR-ERR-002"
      return requirement, f"response with id {frame_id}, which is not in flight"
    return None

  def _leave(self, frame_id):
    #= spec/wire.md#FR-SID-007
    return self._callbacks.pop(frame_id)

  def _waiting(self):
    return self._callbacks.values()

  def _count(self):
    return len(self._callbacks)
