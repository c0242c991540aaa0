# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Bugs for the Python testee, each a function that puts it in.

They are made inside the implementation, where people make them: a format of
struct, a forgotten branch, a wrong container. The relay's mutants
(../mutation.h) break only what is seen on the wire.
"""

import os
import select
import signal
import struct

from forkrpc import child, descriptor, frame, parent

_MUTATIONS = {"child": {}, "parent": {}}


def of_role(role):
  return _MUTATIONS[role]


def _mutation(*roles):
  def add(function):
    for role in roles:
      _MUTATIONS[role][function.__name__.replace("_", "-")] = function
    return function
  return add


def _encoder(encode):
  """Everybody encodes with encode(frame_id, payload)."""
  for module in (frame, child, parent):
    module.encode_frame = encode


_encode = frame.encode_frame
_next = frame.FrameDecoder.next
_init = frame.FrameDecoder.__init__


def _header(fmt_id, fmt):
  """Headers are read with these formats."""

  def init(self, has_id, *args, **kwargs):
    _init(self, has_id, *args, **kwargs)
    self._header = struct.Struct(fmt_id if has_id else fmt)

  frame.FrameDecoder.__init__ = init


@_mutation("child", "parent")
def packs_native():
  """struct's "@" instead of ">": the machine's order of octets."""
  _encoder(lambda frame_id, payload: (
      struct.pack("=I", len(payload)) if frame_id is None else
      struct.pack("=II", frame_id, len(payload))) + payload)


@_mutation("child", "parent")
def packs_text():
  """The length is that of the payload decoded as UTF-8."""

  def encode(frame_id, payload):
    count = len(payload.decode("utf-8", "ignore"))
    head = b"" if frame_id is None else struct.pack(">I", frame_id)
    return head + struct.pack(">I", count) + payload

  _encoder(encode)


@_mutation("child", "parent")
def unpacks_signed():
  """">i": a length of 2^31 is below every limit, and nothing to wait for."""
  _header(">Ii", ">i")


@_mutation("child", "parent")
def falsy_payload_is_no_frame():
  """"if not payload" where "is None" was meant."""

  def next_frame(self):
    result = _next(self)
    while result is not None and not result[1]:
      result = _next(self)
    return result

  frame.FrameDecoder.next = next_frame


@_mutation("child", "parent")
def strips_payload():
  """A payload is stripped of white space like a line of text."""

  def next_frame(self):
    result = _next(self)
    return result and (result[0], result[1].strip(b"\r\n\t "))

  frame.FrameDecoder.next = next_frame


@_mutation("child", "parent")
def decodes_with_replacement():
  """Payloads pass through str, and what is no UTF-8 is replaced."""

  def next_frame(self):
    result = _next(self)
    return result and (
        result[0], result[1].decode("utf-8", "replace").encode("utf-8"))

  frame.FrameDecoder.next = next_frame


@_mutation("child", "parent")
def buffer_is_replaced():
  """feed() forgets what was left from the last read."""

  def feed(self, octets):
    self._octets = bytearray(octets)

  frame.FrameDecoder.feed = feed


@_mutation("child", "parent")
def one_frame_for_each_read():
  """next() is called once for each read, not until it has nothing."""
  feed = frame.FrameDecoder.feed

  def feed_once(self, octets):
    feed(self, octets)
    self.fresh = True

  def next_frame(self):
    if not getattr(self, "fresh", True):
      return None
    self.fresh = False
    return _next(self)

  frame.FrameDecoder.feed = feed_once
  frame.FrameDecoder.next = next_frame


@_mutation("child", "parent")
def allocates_header_length():
  """A buffer of the payload's length as soon as the header is read."""

  def allocate(self, frame_id, length):
    del frame_id
    # 256 MiB are enough to be seen, and no machine is harmed.
    self.payload = b"\1" * min(length, 1 << 28)

  frame.FrameDecoder._judge = allocate


@_mutation("child", "parent")
def forgets_limit():
  frame.FrameDecoder._judge = lambda self, frame_id, length: None


@_mutation("child", "parent")
def end_is_never_judged():
  """The decoder is not asked at the end whether a frame was cut."""
  frame.FrameDecoder.end = lambda self: None


@_mutation("child")
def short_write_is_whole():
  """os.write()'s result is not looked at."""
  write = descriptor._write

  def write_all(fd, octets):
    return len(octets) if write(fd, octets) else 0

  descriptor._write = write_all


@_mutation("child")
def nothing_yet_is_the_end():
  """A read that would block gives what the end of the stream gives."""
  read = descriptor.read
  descriptor.read = lambda fd: read(fd) or b""


@_mutation("child")
def sigpipe_is_default():
  """As programs that want to end quietly in a pipeline do."""
  signal.signal(signal.SIGPIPE, signal.SIG_DFL)


@_mutation("child")
def answers_in_a_set():
  """The ids in flight are answered in any order: the lowest first."""

  def responder(self, frame_id):
    def respond(payload):
      lowest = min(self._in_flight)
      self._output.append(_encode(lowest, payload))
      self._in_flight.discard(lowest)
    del frame_id
    return respond

  child._AsyncChild._responder = responder


@_mutation("child")
def closure_sees_last_id():
  """A closure made in a loop sees the variable's last value."""
  start = child._AsyncChild._responder

  def responder(self, frame_id):
    self.last = frame_id
    own = start(self, frame_id)

    def respond(payload):
      if self.last == frame_id:
        own(payload)
        return
      self._output.append(_encode(self.last, payload))
      self._in_flight.discard(frame_id)

    return respond

  child._AsyncChild._responder = responder


@_mutation("child")
def id_zero_is_not_checked():
  check = child._AsyncChild._check_id
  child._AsyncChild._check_id = (
      lambda self, frame_id: check(self, frame_id) if frame_id else None)


@_mutation("child")
def id_twice_is_not_checked():
  child._AsyncChild._check_id = (
      lambda self, frame_id: None if frame_id else ("FR-ERR-009", "id 0"))
  responder = child._AsyncChild._responder

  def forgiving(self, frame_id):
    respond = responder(self, frame_id)

    def respond_anyway(payload):
      self._in_flight.add(frame_id)
      respond(payload)

    return respond_anyway

  child._AsyncChild._responder = forgiving


@_mutation("child")
def output_is_left_at_the_end():
  """run() ends when nothing is in flight, with output unsent."""

  def run(self):
    self._serve()
    self._decoder.end()

  def serve(self):
    while True:
      self._start_requests()
      if self._ended and not self._in_flight:
        return
      self._output.write_some()
      self._wait_and_read()

  child._AsyncChild.run = run
  child._AsyncChild._serve = serve


@_mutation("child")
def error_throws_output_away():
  """An exception passes run() by before the output is written."""
  start = child._AsyncChild._start_requests

  def start_requests(self):
    try:
      return start(self)
    except Exception:
      self._output = descriptor.Output(self._wfd)
      raise

  child._AsyncChild._start_requests = start_requests


@_mutation("child")
def exceptions_are_logged_only():
  """The function's exception is caught, and its call never answered."""
  run_child = child.run_child

  def run(form, function, *args, **kwargs):
    def logged(*call):
      try:
        return function(*call)
      except Exception as error:  # pylint: disable=broad-except
        os.write(2, repr(error).encode())
        return b""
    return run_child(form, logged, *args, **kwargs)

  child.run_child = run
  import forkrpc  # pylint: disable=import-outside-toplevel
  forkrpc.run_child = run


@_mutation("child")
def prints_to_descriptor_1():
  """print() in a function reaches the wire: descriptor 1 is not kept away."""
  dup2 = os.dup2
  os.dup2 = lambda fd, to, *args: to if to == 1 else dup2(fd, to, *args)
  serve = child._AsyncChild._start_requests
  serve_sync = child.serve_sync

  def start_requests(self):
    os.write(1, b"serving\n")
    child._AsyncChild._start_requests = serve
    return serve(self)

  def talkative(*args, **kwargs):
    os.write(1, b"serving\n")
    return serve_sync(*args, **kwargs)

  child._AsyncChild._start_requests = start_requests
  child.serve_sync = talkative


@_mutation("child")
def events_are_sent_last():
  """Events wait in a list of their own until the call is over."""
  responder = child._AsyncChild._responder

  def respond_then_events(self, frame_id):
    respond = responder(self, frame_id)

    def both(payload):
      respond(payload)
      for event in self.__dict__.pop("events", []):
        self._output.append(_encode(0, event))

    return both

  def event(self, payload):
    self.__dict__.setdefault("events", []).append(payload)

  child._AsyncChild._responder = respond_then_events
  child._AsyncChild._event = event


@_mutation("parent")
def calls_are_a_stack():
  """deque.pop() instead of popleft()."""
  parent.SyncParent._leave = lambda self, _: self._callbacks.pop()


@_mutation("parent")
def only_id_1_is_taken():
  check = parent.SyncParent._check_id
  parent.SyncParent._check_id = (
      lambda self, frame_id: ("FR-SID-006", "id is not 1") if frame_id > 1
      else check(self, frame_id))


@_mutation("parent")
def id_is_count_of_calls():
  """len(callbacks) + 1 is taken for a free id."""

  def enter(self, request, callback):
    frame_id = len(self._callbacks) + 1
    self._callbacks[frame_id] = callback
    return _encode(frame_id, request)

  parent.AsyncParent._enter = enter


@_mutation("parent")
def ids_begin_at_0():
  def enter(self, request, callback):
    frame_id = self._last_id
    self._last_id += 1
    self._callbacks[frame_id] = callback
    return _encode(frame_id, request)

  parent.AsyncParent._enter = enter


@_mutation("parent")
def unknown_ids_are_popped():
  """dict.pop() with a default hides an id that no call has."""
  nobody = lambda response, error: None
  parent.AsyncParent._check_id = lambda self, frame_id: None
  parent.AsyncParent._leave = (
      lambda self, frame_id: self._callbacks.pop(frame_id, nobody))


@_mutation("parent")
def events_only_in_flight():
  """Reads only while a call is in flight."""
  interest = parent.Parent.interest

  def when_calling(self):
    masks = interest(self)
    if not self._count() and not self._dropped and self._rfd in masks:
      masks[self._rfd] &= ~1
      if not masks[self._rfd]:
        del masks[self._rfd]
    return masks

  parent.Parent.interest = when_calling


@_mutation("parent")
def frame_is_read_to_its_end():
  """A loop around read() until the frame that has begun is whole."""
  read_once = parent.Parent._read_once

  def read_on(self):
    more = read_once(self)
    while more and self._decoder._octets and not self._ended:
      descriptor.wait({self._rfd: select.POLLIN})
      more = read_once(self)
    return more

  parent.Parent._read_once = read_on


@_mutation("child")
def request_is_read_to_its_end():
  """A loop around read() until the request that has begun is whole."""
  start = child._AsyncChild._start_requests
  wait_and_read = child._AsyncChild._wait_and_read

  def start_requests(self):
    all_started = start(self)
    while all_started and self._decoder._octets and not self._ended:
      descriptor.wait({self._rfd: select.POLLIN})
      wait_and_read(self)
      all_started = start(self)
    return all_started

  child._AsyncChild._start_requests = start_requests


@_mutation("parent")
def drop_forgets_queue():
  """Half-closes at once; what is queued is dropped."""
  drop = parent.Parent.drop

  def drop_now(self):
    drop(self)
    self._output._chunks.clear()
    self._output.unsent = 0

  parent.Parent.drop = drop_now


@_mutation("parent")
def half_close_overtakes_queue():
  """After drop() the first write that does not take everything is the last."""
  write_some = parent.Parent._write_some

  def write_and_end(self):
    write_some(self)
    if self._dropped and not self._half_closed:
      self._output._chunks.clear()
      self._output.unsent = 0
      write_some(self)

  parent.Parent._write_some = write_and_end


@_mutation("parent")
def drop_stops_reading():
  drop = parent.Parent.drop

  def drop_and_end(self):
    drop(self)
    self._write_some()
    self._finish(None)

  parent.Parent.drop = drop_and_end


@_mutation("parent")
def end_of_stream_is_clean():
  parent.Parent._end_of_stream = lambda self: self._finish(None)


@_mutation("parent")
def callbacks_are_dropped_at_the_end():
  parent.SyncParent._waiting = lambda self: []
  parent.AsyncParent._waiting = lambda self: []


@_mutation("parent")
def writes_all_at_once():
  """call() writes with write_all(), which waits for the child."""

  def write_now(self, octets):
    descriptor.write_all(self._fd, octets)

  descriptor.Output.append = write_now
