# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Children: answer requests in the sync or the async form."""

import os
import select
import sys
import traceback

from forkrpc import descriptor
from forkrpc.frame import MAX_FRAME, FrameDecoder, WireError, encode_frame

# Octets of output above which an async child stops reading.
MAX_UNSENT = 16 << 20
EXIT_CLEAN, EXIT_FAILED, EXIT_PROTOCOL = 0, 1, 10


def serve_sync(function, rfd=0, wfd=1, max_frame=MAX_FRAME):
  """Answers requests with function(request, event) until the stream ends.

  Blocks in a write while the parent reads slowly, so at most one response is
  held. Raises WireError, or what the function raised.
  """
  decoder = FrameDecoder(False, max_frame)

  def event(payload):
    #= spec/wire.md#FR-EVT-001
    #= spec/wire.md#FR-EVT-004
    descriptor.write_all(wfd, encode_frame(0, payload))

  while True:
    octets = descriptor.read(rfd)
    if octets is None:
      descriptor.wait({rfd: select.POLLIN})
      continue
    decoder.feed(octets)
    for _, request in iter(decoder.next, None):
      #= spec/wire.md#FR-ORD-001
      #= spec/wire.md#FR-SID-004
      descriptor.write_all(wfd, encode_frame(1, function(request, event)))
    if not octets:
      #= spec/wire.md#FR-ERR-004
      decoder.end()
      return


def serve_async(function, rfd=0, wfd=1, max_frame=MAX_FRAME,
                max_unsent=MAX_UNSENT):
  """Starts function(request, respond, event) for each request as it arrives.

  respond(payload) is called once per request, at any later time; a second time
  raises RuntimeError. Reads on while output is pending, up to max_unsent
  octets of it. The descriptors are non-blocking meanwhile. Raises WireError, or
  what the function raised, when all responses and events made are sent.
  """
  blocking = [(fd, os.get_blocking(fd)) for fd in (rfd, wfd)]
  for fd in (rfd, wfd):
    os.set_blocking(fd, False)
  try:
    _AsyncChild(function, rfd, wfd, max_frame, max_unsent).run()
  finally:
    for fd, value in blocking:
      os.set_blocking(fd, value)


class _AsyncChild:
  """1. _in_flight holds the ids of requests read whole and not yet answered.

  2. Once the stream has ended nothing more is read, and run() goes on until
     _in_flight and the output are empty.
  3. A request is started only while the output is not above max_unsent, and
     nothing is read while one that has arrived whole is not started.
  """

  def __init__(self, function, rfd, wfd, max_frame, max_unsent):
    self._function = function
    self._rfd, self._wfd = rfd, wfd
    self._decoder = FrameDecoder(True, max_frame, self._check_id)
    self._output = descriptor.Output(wfd)
    self._max_unsent = max_unsent
    self._in_flight = set()
    self._ended = False

  def run(self):
    error = None
    try:
      self._serve()
    except WireError as caught:
      if caught.kind == "io":
        raise
      error = caught
    except (Exception, SystemExit) as caught:  # Of the function.
      error = caught
    #= spec/wire.md#FR-CLS-004
    try:
      while self._output.unsent:
        descriptor.wait({self._wfd: select.POLLOUT})
        self._output.write_some()
    except WireError:
      pass  # The parent has gone; the first error counts.
    if error:
      raise error
    self._decoder.end()

  def _serve(self):
    while True:
      all_started = self._start_requests()
      self._output.write_some()
      if not all_started and self._output.unsent <= self._max_unsent:
        continue
      #= spec/wire.md#FR-CLS-003
      if self._ended and not self._in_flight:
        return
      self._wait_and_read()

  def _check_id(self, frame_id):
    if frame_id == 0:
      return "FR-ERR-009", "request with id 0"
    if frame_id in self._in_flight:
      return "FR-ERR-010", f"request with id {frame_id}, which is in flight"
    return None

  def _start_requests(self):
    """Returns whether all requests that have arrived whole are started."""
    #= spec/wire.md#FR-ORD-006
    while self._output.unsent <= self._max_unsent:
      frame = self._decoder.next()
      if frame is None:
        return True
      frame_id, request = frame
      self._in_flight.add(frame_id)
      self._function(request, self._responder(frame_id), self._event)
    return False

  def _responder(self, frame_id):
    answered = False

    def respond(payload):
      #= spec/wire.md#FR-ORD-005
      #= spec/wire.md#FR-SID-003
      nonlocal answered
      if answered:
        raise RuntimeError(f"second response to the call with id {frame_id}")
      self._output.append(encode_frame(frame_id, payload))
      answered = True
      self._in_flight.remove(frame_id)

    return respond

  def _event(self, payload):
    #= spec/wire.md#FR-ORD-003
    self._output.append(encode_frame(0, payload))

  def _wait_and_read(self):
    reading = not self._ended and self._output.unsent <= self._max_unsent
    masks = {self._wfd: select.POLLOUT if self._output.unsent else 0}
    if reading:
      masks[self._rfd] = masks.get(self._rfd, 0) | select.POLLIN
    ready = descriptor.wait(masks)
    if reading and ready.get(self._rfd, 0) & ~select.POLLOUT:
      octets = descriptor.read(self._rfd)
      if octets is not None:
        self._decoder.feed(octets)
        self._ended = not octets
    #= spec/wire.md#FR-CLS-008
    gone = ready.get(self._wfd, 0)
    gone &= select.POLLERR if reading else select.POLLERR | select.POLLHUP
    if gone and not (self._ended and not self._in_flight and
                     not self._output.unsent):
      raise WireError("io", "connection lost: the parent has gone")


def run_child(form, function, max_frame=MAX_FRAME):
  """Serves descriptors 0 and 1 in this form; returns the exit status.

  The wire moves to descriptors that nobody else has, so that print() in a
  function goes to standard error and a grandchild cannot hold the wire open.
  """
  #= spec/wire.md#FR-PRC-001
  #= spec/wire.md#FR-FRM-008
  rfd, wfd = os.dup(0), os.dup(1)
  null = os.open(os.devnull, os.O_RDONLY)
  os.dup2(null, 0)
  os.close(null)
  os.dup2(2, 1)
  return serve_child(form, function, rfd, wfd, max_frame)


def serve_child(form, function, rfd, wfd, max_frame=MAX_FRAME):
  """Serves this wire and closes it; returns what the exit status is to be.

  rfd and wfd may be one descriptor.
  """
  serve = {"sync": serve_sync, "async": serve_async}[form]
  try:
    serve(function, rfd, wfd, max_frame)
    return EXIT_CLEAN
  except WireError as error:
    if error.requirement:
      print("forkrpc-req:", error.requirement, file=sys.stderr)
    print("forkrpc:", error, file=sys.stderr)
    return EXIT_PROTOCOL if error.kind == "protocol" else EXIT_FAILED
  except Exception:
    #= spec/wire.md#FR-ERR-008
    traceback.print_exc()
    return EXIT_FAILED
  finally:
    #= spec/wire.md#FR-CLS-005
    descriptor.end_output(wfd)
    for fd in {rfd, wfd}:
      os.close(fd)
