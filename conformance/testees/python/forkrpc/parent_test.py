# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of parent.py: its peer is this test, octet by octet."""

import os
import select
import socket
import threading
import unittest

from forkrpc.frame import WireError, encode_frame
from forkrpc.parent import AsyncParent, SyncParent

FORMS = {"sync": SyncParent, "async": AsyncParent}


class Peer:
  """A parent, the other end of its wire, and a log of what it reported."""

  def __init__(self, form, pipes=False, with_events=True, **kwargs):
    self.log = []
    if pipes:
      theirs, self.wfd = os.pipe()
      self.rfd, theirs_out = os.pipe()
    else:
      ours, other = socket.socketpair()
      theirs, theirs_out = ours.detach(), None
      self.rfd = self.wfd = other.detach()
    os.set_inheritable(theirs, True)
    if with_events:
      kwargs["on_event"] = lambda payload: self.log.append(("event", payload))
    self.parent = FORMS[form](
        theirs, theirs_out,
        on_end=lambda error: self.log.append(("end", error and error.kind)),
        **kwargs)

  def call(self, request=b"", tag=None):
    self.parent.call(
        request, lambda response, error: self.log.append(
            (tag, error.kind if error else response)))

  def step(self):
    """Lets the parent do what it can at once."""
    while True:
      poller = select.poll()
      for fd, mask in self.parent.interest().items():
        poller.register(fd, mask)
      ready = poller.poll(0)
      for fd, events in ready:
        self.parent.handle(fd, events)
      if not ready:
        return

  def send(self, *frames):
    os.write(self.wfd, b"".join(
        frame if isinstance(frame, bytes) else encode_frame(*frame)
        for frame in frames))
    self.step()

  def sent(self):
    """What the parent has sent; ends with None if it half-closed."""
    self.step()
    parts = []
    while select.select([self.rfd], [], [], 0)[0]:
      parts.append(os.read(self.rfd, 1 << 16) or None)
      if parts[-1] is None:
        break
    octets = b"".join(part for part in parts if part)
    return (octets, "closed") if None in parts else (octets, "open")

  def end(self):
    """The child's direction ends, its parent's stays open."""
    if self.rfd == self.wfd:
      with socket.socket(fileno=os.dup(self.wfd)) as wire:
        wire.shutdown(socket.SHUT_WR)
    else:
      os.close(self.wfd)
    self.step()

  def close(self):
    for fd in {self.rfd, self.wfd}:
      os.close(fd)


class ParentTest(unittest.TestCase):

  def test_requests(self):
    for form, octets in (
        ("sync", b"\0\0\0\2hi" + b"\0\0\0\0"),
        ("async", b"\0\0\0\1\0\0\0\2hi" + b"\0\0\0\2\0\0\0\0")):
      peer = Peer(form)
      peer.call(b"hi")
      peer.call(b"")
      self.assertEqual(peer.sent(), (octets, "open"))

  def test_sync_takes_any_id_for_the_oldest_call(self):
    peer = Peer("sync")
    for tag in "abc":
      peer.call(tag=tag)
    peer.send((1, b"x"), (9, b""), (0xFFFFFFFF, b"z"))
    self.assertEqual(peer.log, [("a", b"x"), ("b", b""), ("c", b"z")])

  def test_async_finds_the_call_by_its_id(self):
    peer = Peer("async")
    for tag in "abc":
      peer.call(tag=tag)
    peer.send((3, b"x"), (1, b""), (2, b"z"))
    self.assertEqual(peer.log, [("c", b"x"), ("a", b""), ("b", b"z")])

  def test_async_ids_wrap_and_leave_out_those_in_flight(self):
    peer = Peer("async")
    peer.call(tag="a")
    peer.sent()
    peer.parent._last_id = 0xFFFFFFFD
    for tag in "bcde":
      peer.call(tag=tag)
    octets, _ = peer.sent()
    self.assertEqual(octets[::8] + octets[3::8], b"\xff\xff\0\0\xfe\xff\2\3")
    peer.send((1, b""))
    peer.call(tag="f")
    self.assertEqual(peer.sent()[0][:4], b"\0\0\0\4")

  def test_events_keep_their_place(self):
    for form in FORMS:
      peer = Peer(form)
      peer.send((0, b"early"))
      peer.call(tag="a")
      peer.send((0, b""), (1, b"x"), (0, b"late"))
      self.assertEqual(peer.log, [("event", b"early"), ("event", b""),
                                  ("a", b"x"), ("event", b"late")])

  def test_nobody_for_events(self):
    peer = Peer("sync", with_events=False)
    peer.call(tag="a")
    peer.send((0, b"lost"), (1, b"x"))
    self.assertEqual(peer.log, [("a", b"x")])

  def test_any_cut(self):
    for form in FORMS:
      peer = Peer(form)
      peer.call(tag="a")
      for octet in encode_frame(0, b"ev") + encode_frame(1, b"abc"):
        peer.send(bytes([octet]))
      self.assertEqual(peer.log, [("event", b"ev"), ("a", b"abc")])

  def test_errors_end_the_connection_once(self):
    big = b"\0\0\0\1\0\0\0\6"  # The header of a frame above the limit.
    for form, frames, expected in (
        ("async", [(2, b"")], [("end", "protocol"), ("a", "protocol")]),
        ("async", [(1, b"x"), (1, b"x")], [("a", b"x"), ("end", "protocol")]),
        ("sync", [(1, b"x"), (1, b"x")], [("a", b"x"), ("end", "protocol")]),
        ("async", [big], [("end", "protocol"), ("a", "protocol")]),
        ("sync", [big], [("end", "protocol"), ("a", "protocol")])):
      with self.subTest(form=form, frames=frames):
        peer = Peer(form, max_frame=5)
        peer.call(tag="a")
        # What is behind the error must not be acted on.
        peer.send(*frames, (0, b"x"), (1, b"x"))
        self.assertEqual(peer.log, expected)
        self.assertEqual(peer.sent()[1], "closed")
        self.assertEqual(peer.parent.interest(), {})
        with self.assertRaises(WireError):
          peer.call()

  def test_response_without_a_call(self):
    for form in FORMS:
      peer = Peer(form)
      peer.send((1, b""))
      self.assertEqual(peer.log, [("end", "protocol")])

  def test_end_with_calls_in_flight(self):
    for form in FORMS:
      for pipes in (False, True):
        peer = Peer(form, pipes)
        peer.call(tag="a")
        peer.call(tag="b")
        peer.call(tag="c")
        peer.send((1, b"x"))
        peer.parent.drop()
        peer.end()
        self.assertEqual(peer.log, [("a", b"x"), ("end", "eof"), ("b", "eof"),
                                    ("c", "eof")])

  def test_end_inside_a_frame(self):
    for end in (1, 8, 9):
      peer = Peer("sync")
      peer.parent.drop()
      peer.step()
      peer.send(encode_frame(0, b"ev")[:end])
      peer.end()
      self.assertEqual(peer.log, [("end", "protocol")])

  def test_end_that_was_not_asked_for(self):
    peer = Peer("sync")
    peer.end()
    self.assertEqual(peer.log, [("end", "eof")])

  def test_clean_end(self):
    for form in FORMS:
      for pipes in (False, True):
        with self.subTest(form=form, pipes=pipes):
          peer = Peer(form, pipes)
          peer.call(b"q", tag="a")
          peer.parent.drop()
          with self.assertRaises(RuntimeError):
            peer.call()
          octets, state = peer.sent()
          self.assertEqual(octets[-1:], b"q")
          self.assertEqual(state, "closed")
          peer.send((0, b"e"), (1, b"x"), (0, b"f"))
          peer.end()
          self.assertEqual(peer.log, [("event", b"e"), ("a", b"x"),
                                      ("event", b"f"), ("end", None)])
          self.assertEqual(peer.parent.interest(), {})

  def test_drop_without_a_call(self):
    for form in FORMS:
      peer = Peer(form)
      peer.parent.drop()
      self.assertEqual(peer.sent(), (b"", "closed"))

  def test_half_close_waits_for_the_last_request(self):
    peer = Peer("sync")
    request = b"q" * 3000000
    peer.call(request, tag="a")
    peer.parent.drop()
    octets, state = b"", "open"
    while state == "open":
      more, state = peer.sent()
      octets += more
    self.assertEqual(octets, encode_frame(None, request))

  def test_reads_while_it_cannot_write(self):
    peer = Peer("async")
    for tag in range(5):
      peer.call(b"q" * 1000000, tag=tag)
    peer.step()
    self.assertGreater(peer.parent.unsent, 0)  # The peer does not read.
    peer.send((0, b"event"))
    self.assertEqual(peer.log, [("event", b"event")])

  def test_answers_that_came_before_the_peer_went(self):
    peer = Peer("async")
    peer.call(tag="a")
    peer.sent()
    os.write(peer.wfd, encode_frame(1, b"x"))
    peer.close()
    peer.call(tag="b")
    # Writing only: the response must be found all the same.
    fd, = peer.parent.interest()
    peer.parent.handle(fd, select.POLLOUT)
    self.assertEqual(peer.log[0], ("a", b"x"))
    self.assertEqual([tag for tag, _ in peer.log], ["a", "end", "b"])

  def test_callbacks_may_use_the_parent(self):
    peer = Peer("sync")

    def again(response, _):
      peer.log.append(response)
      peer.call(b"second", tag="b")
      peer.parent.drop()

    peer.parent.call(b"first", again)
    peer.sent()
    peer.send((1, b"x"))
    self.assertEqual(peer.sent(), (encode_frame(None, b"second"), "closed"))
    peer.send((1, b"y"))
    peer.end()
    self.assertEqual(peer.log, [b"x", ("b", b"y"), ("end", None)])

  def test_run(self):
    peer = Peer("async")
    peer.call(b"Ehi", tag="a")
    peer.parent.drop()

    def child():
      octets = b""
      while True:
        more = os.read(peer.rfd, 100)
        if not more:
          break
        octets += more
      os.write(peer.wfd, octets)
      peer.close()

    thread = threading.Thread(target=child)
    thread.start()
    peer.parent.run()
    thread.join()
    self.assertEqual(peer.log, [("a", b"Ehi"), ("end", None)])

  def test_descriptors_are_not_inherited(self):
    peer = Peer("sync")
    fd, = peer.parent.interest()
    self.assertFalse(os.get_inheritable(fd))


if __name__ == "__main__":
  unittest.main()
