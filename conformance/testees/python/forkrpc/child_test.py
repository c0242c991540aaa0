# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of child.py: each child is a process, driven with raw octets."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
import unittest

from forkrpc.frame import encode_frame

PATIENCE = 20  # Seconds until a child counts as hanging.
FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# A child whose function does what its request says, in either form.
PROGRAM = """
import os, sys, time
import forkrpc
from forkrpc import child
held = []
def serve(request, respond, event):
  op, rest = request[:1], request[1:]
  if op == b"E": respond(rest)
  elif op == b"B": event(rest); respond(rest)
  elif op == b"P":
    print("stray", flush=True)
    os.system("echo stray")
    respond(rest)
  elif op == b"H": held.append(respond)
  elif op == b"R": held.pop()(rest); respond(b"")
  elif op == b"2": respond(b"once"); respond(b"twice")
  elif op == b"M": respond(b"m" * int(rest))
  elif op == b"Q": respond(b""); sys.exit(3)
  elif op == b"X": raise RuntimeError("failed")
def sync(request, event):
  responses = []
  serve(request, responses.append, event)
  return responses[0]
form, max_frame, max_unsent = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
child.serve_async.__defaults__ = (0, 1, max_frame, max_unsent)
sys.exit(forkrpc.run_child(form, sync if form == "sync" else serve, max_frame))
"""


class Child:
  """A child process with its wire on one socket, or on two pipes."""

  def __init__(self, form, pipes=False, max_frame=1000, max_unsent=1 << 24):
    if pipes:
      theirs_in, self._wfd = os.pipe()
      self._rfd, theirs_out = os.pipe()
    else:
      ours, theirs = socket.socketpair()
      self._rfd = self._wfd = ours.detach()
      theirs_in = theirs_out = theirs.detach()
    self.form = form
    self.process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, form, str(max_frame), str(max_unsent)],
        stdin=theirs_in, stdout=theirs_out, stderr=subprocess.PIPE, cwd=FOLDER)
    for fd in {theirs_in, theirs_out}:
      os.close(fd)

  def request(self, request, frame_id=1):
    return encode_frame(None if self.form == "sync" else frame_id, request)

  def send(self, octets):
    while octets:
      octets = octets[os.write(self._wfd, octets):]

  def half_close(self):
    if self._rfd == self._wfd:
      with socket.socket(fileno=os.dup(self._wfd)) as wire:
        wire.shutdown(socket.SHUT_WR)
    else:
      os.close(self._wfd)

  def readable(self, seconds):
    return bool(select.select([self._rfd], [], [], seconds)[0])

  def receive(self, size):
    """size octets, fewer at the end of the stream."""
    octets = b""
    while len(octets) < size:
      if not self.readable(PATIENCE):
        raise AssertionError(f"nothing behind {octets!r}")
      try:
        chunk = os.read(self._rfd, size - len(octets))
      except ConnectionResetError:  # It ended with input unread.
        chunk = b""
      if not chunk:
        break
      octets += chunk
    return octets

  def close(self):
    os.close(self._rfd)
    if self._wfd != self._rfd:
      os.close(self._wfd)

  def status(self):
    status = self.process.wait(PATIENCE)
    self.stderr = self.process.stderr.read().decode()
    return status

  def stop(self):
    self.process.kill()
    self.process.wait()
    self.process.stderr.close()


class ChildTest(unittest.TestCase):

  def child(self, *args, **kwargs):
    child = Child(*args, **kwargs)
    self.addCleanup(child.stop)
    return child

  def converse(self, child, octets):
    """Sends octets, half-closes, and returns all output and the status."""
    child.send(octets)
    child.half_close()
    return child.receive(1 << 20), child.status()

  def test_answers_all_and_ends(self):
    for form in ("sync", "async"):
      for pipes in (False, True):
        with self.subTest(form=form, pipes=pipes):
          child = self.child(form, pipes)
          output, status = self.converse(
              child, child.request(b"E") + child.request(b"Bx", 2) +
              child.request(b"E\0\xff", 3))
          ids = (1, 1, 1) if form == "sync" else (1, 2, 3)
          self.assertEqual(
              output,
              encode_frame(ids[0], b"") + encode_frame(0, b"x") +
              encode_frame(ids[1], b"x") + encode_frame(ids[2], b"\0\xff"))
          self.assertEqual(status, 0)

  def test_nothing_to_answer(self):
    for form in ("sync", "async"):
      self.assertEqual(self.converse(self.child(form), b""), (b"", 0))

  def test_end_inside_a_frame(self):
    for form in ("sync", "async"):
      whole = self.child(form).request(b"Ebc", 2)
      for end in (1, 4, len(whole) - 1):
        with self.subTest(form=form, end=end):
          child = self.child(form)
          output, status = self.converse(
              child, child.request(b"Ea") + whole[:end])
          self.assertEqual((output, status), (encode_frame(1, b"a"), 10))
          self.assertIn("forkrpc-req: FR-ERR-005", child.stderr)

  def test_end_inside_a_frame_answers_what_is_held(self):
    child = self.child("async", max_unsent=0)
    output, status = self.converse(
        child, b"".join(child.request(b"Eab", i) for i in range(1, 500)) +
        b"\0\0")
    self.assertEqual(
        output, b"".join(encode_frame(i, b"ab") for i in range(1, 500)))
    self.assertEqual(status, 10)

  def test_long_length_is_refused_with_the_header(self):
    for form in ("sync", "async"):
      child = self.child(form, max_frame=5)
      child.send(child.request(b"E1234") + child.request(b"E12345", 2)[:-6])
      # The stream stays open: only the header can have ended it.
      self.assertEqual(child.receive(100), encode_frame(1, b"1234"))
      self.assertEqual(child.status(), 10)
      self.assertIn("length 6, limit 5", child.stderr)

  def test_ids_that_no_request_may_have(self):
    for frame_id, requirement in ((0, "FR-ERR-009"), (7, "FR-ERR-010")):
      child = self.child("async")
      child.send(
          child.request(b"H", 7) + child.request(b"Ea", 1) +
          child.request(b"Eb", frame_id) + child.request(b"Ec", 8))
      self.assertEqual(child.receive(100), encode_frame(1, b"a"))
      self.assertEqual(child.status(), 10)
      self.assertIn("forkrpc-req: " + requirement, child.stderr)

  def test_id_may_be_used_again_after_its_response(self):
    child = self.child("async")
    output, status = self.converse(child, child.request(b"Ea", 5) * 3)
    self.assertEqual((output, status), (encode_frame(5, b"a") * 3, 0))

  def test_async_responses_come_when_they_are_made(self):
    child = self.child("async")
    output, status = self.converse(
        child, child.request(b"H", 0xFFFFFFFF) + child.request(b"Ea", 2) +
        child.request(b"Rlate", 3))
    self.assertEqual(
        output,
        encode_frame(2, b"a") + encode_frame(0xFFFFFFFF, b"late") +
        encode_frame(3, b""))
    self.assertEqual(status, 0)

  def test_function_fails(self):
    for form in ("sync", "async"):
      child = self.child(form)
      child.send(
          child.request(b"Ba") + child.request(b"X", 2) +
          child.request(b"Eb", 3))
      # Neither end closes: the child must not leave the parent waiting.
      self.assertEqual(
          child.receive(100), encode_frame(0, b"a") + encode_frame(1, b"a"))
      self.assertEqual(child.status(), 1)
      self.assertIn("RuntimeError: failed", child.stderr)

  def test_exit_in_a_function_keeps_earlier_output(self):
    child = self.child("async")
    child.send(child.request(b"Ea", 1) + child.request(b"Q", 2))
    self.assertEqual(
        child.receive(100), encode_frame(1, b"a") + encode_frame(2, b""))
    self.assertEqual(child.status(), 3)

  def test_second_response_fails(self):
    child = self.child("async")
    child.send(child.request(b"2", 4))
    self.assertEqual(child.receive(100), encode_frame(4, b"once"))
    self.assertEqual(child.status(), 1)
    self.assertIn("second response", child.stderr)

  def test_stray_output_stays_off_the_wire(self):
    for form in ("sync", "async"):
      child = self.child(form)
      output, status = self.converse(child, child.request(b"Pa"))
      self.assertEqual((output, status), (encode_frame(1, b"a"), 0))
      self.assertEqual(child.stderr.count("stray"), 2)

  def test_parent_goes_while_output_is_pending(self):
    for form in ("sync", "async"):
      for pipes in (False, True):
        with self.subTest(form=form, pipes=pipes):
          child = self.child(form, pipes)
          child.send(child.request(b"M4000000"))
          self.assertTrue(child.readable(PATIENCE))
          child.close()
          self.assertEqual(child.status(), 1)

  def test_parent_goes_while_a_call_is_held(self):
    for pipes in (False, True):
      child = self.child("async", pipes)
      child.send(child.request(b"H") + child.request(b"E", 2))
      child.receive(8)
      child.half_close()
      time.sleep(0.3)
      self.assertIsNone(child.process.poll())  # The call may complete yet.
      if pipes:
        os.close(child._rfd)
      else:
        child.close()
      self.assertEqual(child.status(), 1)

  def test_parent_reads_no_more(self):
    child = self.child("async", pipes=True)
    os.close(child._rfd)
    self.assertEqual(child.status(), 1)  # Its input is still open.

  def test_parent_goes_at_once_with_nothing_to_answer(self):
    child = self.child("async", pipes=True)
    child.send(child.request(b"E"))
    child.receive(8)
    child.process.send_signal(signal.SIGSTOP)
    child.close()
    child.process.send_signal(signal.SIGCONT)
    self.assertEqual(child.status(), 0)

  def test_waits_without_spinning(self):
    child = self.child("async")
    child.send(child.request(b"H") + child.request(b"E", 2))
    child.receive(8)
    child.half_close()
    time.sleep(0.2)
    before = self.cpu_time(child)
    time.sleep(0.5)
    self.assertLess(self.cpu_time(child) - before, 0.05)

  def cpu_time(self, child):
    with open(f"/proc/{child.process.pid}/stat") as stat:
      fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

  def test_async_reads_on_while_output_is_pending(self):
    child = self.child("async", max_frame=1 << 22)
    child.send(child.request(b"M8000000"))
    self.assertTrue(child.readable(PATIENCE))
    signal.alarm(PATIENCE)
    child.send(child.request(b"H" + b"q" * 2000000, 2))
    signal.alarm(0)
    child.send(child.request(b"Rdone", 3))
    output = child.receive(8 + 8000000 + 8 + 4 + 8)
    self.assertEqual(output[:8], b"\0\0\0\1" + (8000000).to_bytes(4, "big"))
    self.assertEqual(
        output[8 + 8000000:], encode_frame(2, b"done") + encode_frame(3, b""))

  def test_async_stops_reading_above_max_unsent(self):
    child = self.child("async", max_unsent=1000000)
    requests = b"".join(
        child.request(b"M%0900d" % 100000, i) for i in range(1, 5000))
    os.set_blocking(child._wfd, False)
    sent = 0
    while sent < len(requests) and select.select([], [child._wfd], [], 1)[1]:
      sent += os.write(child._wfd, requests[sent:])
    self.assertLess(sent, len(requests))  # 500 MB of output are not queued.
    self.assertGreater(sent, 50 * len(child.request(b"M%0900d" % 100000)))
    expected = b"".join(encode_frame(i, b"m" * 100000) for i in range(1, 50))
    self.assertEqual(child.receive(len(expected)), expected)

  def test_async_starts_no_requests_above_max_unsent(self):
    child = self.child("async", max_unsent=1000000)
    # One read brings them all; their output would be 400 MB.
    child.send(b"".join(child.request(b"M100000", i) for i in range(1, 4000)))
    self.assertTrue(child.readable(PATIENCE))
    time.sleep(1)
    with open(f"/proc/{child.process.pid}/status") as status:
      peak, = [line for line in status if line.startswith("VmHWM:")]
    self.assertLess(int(peak.split()[1]), 100000)

  def test_every_split_is_the_same_stream(self):
    for form in ("sync", "async"):
      child = self.child(form)
      octets = child.request(b"Ea") + child.request(b"Bb", 2)
      for octet in octets:
        child.send(bytes([octet]))
        time.sleep(0.002)
      expected = (
          encode_frame(1, b"a") + encode_frame(0, b"b") +
          encode_frame(1 if form == "sync" else 2, b"b"))
      self.assertEqual(child.receive(len(expected)), expected)


if __name__ == "__main__":
  unittest.main()
