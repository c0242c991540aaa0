# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Drives testees by hand, without the runner: contract_smoke_test.py [NAME...]

A few exchanges for each class of each testee named (all, if none is), only such
as the contract and the MUSTs demand. It shares no code with any testee. A
testee that is not installed or not built is skipped with the reason; a run in
which all were skipped fails.
"""

import glob
import json
import os
import select
import shutil
import socket
import struct
import subprocess
import sys
import unittest

PATIENCE = 20  # Seconds until a testee counts as hanging.
HERE = os.path.dirname(os.path.abspath(__file__))

# Moves the wire to descriptor 3 and becomes the parent.
ON_DESCRIPTOR_3 = """
import os, sys
fd = int(sys.argv[1])
if fd != 3:
  os.dup2(fd, 3)
  os.close(fd)
os.execvp(sys.argv[2], sys.argv[2:])
"""


def pack(*numbers):
  return struct.pack(">%dI" % len(numbers), *numbers)


def frame(frame_id, payload):
  return pack(frame_id, len(payload)) + payload


def read_some(fd, what):
  if not select.select([fd], [], [], PATIENCE)[0]:
    raise AssertionError(f"nothing arrived for {PATIENCE} s: {what}")
  try:
    return os.read(fd, 1 << 16)
  except ConnectionResetError:  # The end, with something left unread.
    return b""


def read_exactly(fd, size):
  octets = b""
  while len(octets) < size:
    more = read_some(fd, f"{len(octets)} of {size} octets")
    if not more:
      raise AssertionError(f"end of the stream behind {octets!r}")
    octets += more
  if len(octets) > size:
    raise AssertionError(f"octets behind {octets[:size]!r}")
  return octets


class Testee:
  """A process of one class of a testee."""

  def __init__(self, test, argv, **kwargs):
    inherited = {name: value for name, value in os.environ.items()
                 if name not in ("FORKRPC_FORM", "FORKRPC_SERIALISER")}
    env = dict(inherited, FORKRPC_CASE="smoke", **test.manifest.get("env", {}))
    self.process = subprocess.Popen(
        argv, cwd=test.folder, env=env, stderr=subprocess.DEVNULL, **kwargs)
    test.addCleanup(self.stop)

  def status(self):
    return self.process.wait(PATIENCE)

  def stop(self):
    if self.process.poll() is None:
      self.process.kill()
    self.process.wait()
    for stream in (self.process.stdin, self.process.stdout):
      if stream:
        stream.close()


class Child(Testee):

  def __init__(self, test, form, pipes):
    self.form = form
    self.label = f"child {form} on {'pipes' if pipes else 'a socket'}"
    if pipes:
      theirs_in, self.wfd = os.pipe()
      self.rfd, theirs_out = os.pipe()
    else:
      ours, theirs = socket.socketpair()
      self.rfd = self.wfd = ours.detach()
      theirs_in = theirs_out = theirs.detach()
    self._open = {self.rfd, self.wfd}
    super().__init__(
        test, test.manifest["child"][form], stdin=theirs_in, stdout=theirs_out)
    for fd in {theirs_in, theirs_out}:
      os.close(fd)

  def send(self, *requests):
    """Requests, with ids 1, 2, 3... in the async form."""
    self.write(b"".join(
        (pack(1 + i) if self.form == "async" else b"") +
        pack(len(request)) + request for i, request in enumerate(requests)))

  def write(self, octets):
    while octets:
      octets = octets[os.write(self.wfd, octets):]

  def half_close(self):
    if self.rfd == self.wfd:
      with socket.socket(fileno=os.dup(self.wfd)) as wire:
        wire.shutdown(socket.SHUT_WR)
    else:
      self._open.remove(self.wfd)
      os.close(self.wfd)

  def rest(self):
    octets = b""
    while True:
      more = read_some(self.rfd, "the end of the stream")
      if not more:
        return octets
      octets += more

  def close(self):
    while self._open:
      os.close(self._open.pop())

  def stop(self):
    self.close()
    super().stop()


class Parent(Testee):

  def __init__(self, test, form):
    self.wire, theirs = socket.socketpair()
    self.wire.settimeout(PATIENCE)
    self._reports = b""
    super().__init__(
        test, [sys.executable, "-c", ON_DESCRIPTOR_3, str(theirs.fileno())] +
        test.manifest["parent"][form], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, pass_fds=[theirs.fileno()])
    theirs.close()

  def command(self, *lines):
    self.process.stdin.write("".join(line + "\n" for line in lines).encode())
    self.process.stdin.flush()

  def report(self):
    while b"\n" not in self._reports:
      more = read_some(self.process.stdout.fileno(), "a report")
      if not more:
        raise AssertionError("the parent has ended")
      self._reports += more
    line, self._reports = self._reports.split(b"\n", 1)
    return line.decode()

  def reports(self, count):
    return [self.report() for _ in range(count)]

  def error(self):
    """The first word of the next report that is not `failed`."""
    while True:
      words = self.report().split(" ")
      if words[0] != "failed":
        return words[0]

  def stop(self):
    self.wire.close()
    super().stop()


class SmokeTest:
  """Mixed into one TestCase for each testee."""

  folder = None
  manifest = None

  def setUp(self):
    name = self.manifest["name"]
    for need in self.manifest.get("requires", []):
      if not shutil.which(need["argv"][0]) or subprocess.call(
          need["argv"], cwd=self.folder, stderr=subprocess.DEVNULL):
        self.skipTest(f"{name} is not installed: {need['else']}")
    role = "child" if "_child_" in self.id() else "parent"
    if role not in self.manifest:
      self.skipTest(f"{name} has no {role}")
    for role in {"child", "parent"} & self.manifest.keys():
      for program, *_ in self.manifest[role].values():
        if not (shutil.which(program) or
                shutil.which(os.path.join(self.folder, program))):
          self.skipTest(f"{name} is not built: there is no {program}")

  def children(self, forms=("sync", "async")):
    for form in forms:
      for pipes in (False, True):
        yield Child(self, form, pipes)

  def parents(self, forms=("sync", "async")):
    for form in forms:
      yield form, Parent(self, form)

  def test_child_opcodes(self):
    pattern = bytes(i % 251 for i in range(300000))
    for child in self.children():
      with self.subTest(child.label):
        child.send(b"E\0\xff", b"Vab", b"Bcd", b"L12345", b"Z" + pack(300000),
                   b"", b"E")
        child.half_close()
        ids = [1] * 7 if child.form == "sync" else range(1, 8)
        self.assertEqual(
            child.rest(),
            frame(ids[0], b"\0\xff") + frame(0, b"ab") + frame(ids[1], b"") +
            frame(0, b"cd") + frame(ids[2], b"cd") + frame(ids[3], pack(5)) +
            frame(ids[4], pattern) + frame(ids[5], b"") + frame(ids[6], b""))
        self.assertEqual(child.status(), 0)

  def test_child_async_opcodes(self):
    for child in self.children(["async"]):
      with self.subTest(child.label):
        child.send(b"Hone", b"Aup", b"Htwo", b"Hthree", b"R\1\0", b"E")
        answers = [frame(2, b"up"), frame(0, b"up"), frame(3, b"two"),
                   frame(1, b"one"), frame(5, b""), frame(6, b"")]
        read = read_exactly(child.rfd, len(b"".join(answers)))
        self.assertEqual(read, b"".join(answers))
        # Call 4 is still held; a child may end if nothing is left that could complete it.
        child.send(b"R\2")
        child.half_close()
        self.assertEqual(child.rest(), frame(4, b"three") + frame(1, b""))
        self.assertEqual(child.status(), 0)

  def test_child_takes_single_octets(self):
    for child in self.children():
      with self.subTest(child.label):
        request = pack(1, 2)[4 if child.form == "sync" else 0:] + b"Ex"
        for octet in request[:-1]:
          child.write(bytes([octet]))
          self.assertFalse(select.select([child.rfd], [], [], 0.01)[0])
        child.write(request[-1:])
        self.assertEqual(read_exactly(child.rfd, 9), frame(1, b"x"))

  def test_child_with_nothing_to_answer(self):
    for child in self.children():
      with self.subTest(child.label):
        child.half_close()
        self.assertEqual((child.rest(), child.status()), (b"", 0))

  def test_child_does_not_execute_half_a_request(self):
    for child in self.children():
      with self.subTest(child.label):
        child.send(b"Ea")
        child.write(pack(2, 3)[4 if child.form == "sync" else 0:] + b"Eb")
        child.half_close()
        self.assertEqual(child.rest(), frame(1, b"a"))
        child.status()

  def test_child_function_fails(self):
    for opcode in (b"X", b"?", b"A"):  # A is unknown in the sync form.
      for child in self.children(["sync"]):
        with self.subTest(child.label):
          child.send(b"Ea", opcode + b"rest")
          self.assertEqual(child.rest(), frame(1, b"a"))
          self.assertNotEqual(child.status(), 0)

  def test_parent_calls(self):
    for form, parent in self.parents():
      with self.subTest(f"parent {form}"):
        parent.command("call a 4568", "call b -", "call c ff00")
        ids = [b""] * 3 if form == "sync" else [pack(i) for i in (1, 2, 3)]
        expected = (ids[0] + pack(2) + b"Eh" + ids[1] + pack(0) + ids[2] +
                    pack(2) + b"\xff\0")
        self.assertEqual(
            read_exactly(parent.wire.fileno(), len(expected)), expected)
        order = (7, 0xFFFFFFFF, 1) if form == "sync" else (3, 1, 2)
        parent.wire.sendall(
            frame(0, b"e") + frame(order[0], b"x") + frame(order[1], b"") +
            frame(0, b"") + frame(order[2], b"\0z"))
        tags = "abc" if form == "sync" else "cab"
        self.assertEqual(parent.reports(5), [
            "event 65", f"result {tags[0]} 78", f"result {tags[1]} -",
            "event -", f"result {tags[2]} 007a"])
        parent.command("quit")
        self.assertEqual(parent.status(), 0)

  def test_parent_drops(self):
    for form, parent in self.parents():
      with self.subTest(f"parent {form}"):
        parent.command("call a 45", "drop")
        size = 5 if form == "sync" else 9
        self.assertEqual(read_exactly(parent.wire.fileno(), size)[-1:], b"E")
        self.assertEqual(parent.wire.recv(1), b"")
        parent.wire.sendall(frame(1, b"x") + frame(0, b"y"))
        self.assertEqual(parent.reports(2), ["result a 78", "event 79"])
        parent.wire.shutdown(socket.SHUT_WR)
        self.assertEqual(parent.report(), "closed")
        parent.process.stdin.close()
        self.assertEqual(parent.status(), 0)

  def test_parent_reports_what_was_not_asked_for(self):
    for form, parent in self.parents():
      with self.subTest(f"parent {form}"):
        parent.command("call a 45")
        parent.wire.recv(100)
        parent.wire.sendall(frame(1, b""))
        self.assertEqual(parent.report(), "result a -")
        parent.wire.sendall(frame(1, b""))
        self.assertEqual(parent.error(), "error")
        self.assertEqual(read_some(parent.wire.fileno(), "its end"), b"")

  def test_parent_reports_an_early_end(self):
    for form, parent in self.parents():
      with self.subTest(f"parent {form}"):
        parent.command("call a 45", "call b 45", "drop")
        parent.wire.recv(5)
        parent.wire.sendall(frame(1, b""))
        self.assertEqual(parent.report(), "result a -")
        parent.wire.shutdown(socket.SHUT_WR)
        self.assertEqual(parent.error(), "error")

  def test_parent_reads_while_it_cannot_write(self):
    for form, parent in self.parents():
      with self.subTest(f"parent {form}"):
        parent.command(*["call a " + "5a" * 400000] * 5)
        parent.wire.sendall(frame(0, b"e" * 400000))
        self.assertEqual(parent.report(), "event " + "65" * 400000)


def load(name):
  folder = os.path.join(HERE, name)
  with open(os.path.join(folder, "testee.json")) as file:
    manifest = json.load(file)
  return type(f"{name.capitalize()}SmokeTest", (SmokeTest, unittest.TestCase),
              {"folder": folder, "manifest": manifest})


def main():
  names = sys.argv[1:] or sorted(
      os.path.basename(os.path.dirname(path))
      for path in glob.glob(os.path.join(HERE, "*", "testee.json")))
  loader = unittest.TestLoader()
  suite = unittest.TestSuite(
      loader.loadTestsFromTestCase(load(name)) for name in names)
  result = unittest.TextTestRunner(verbosity=2).run(suite)
  passed = result.testsRun - len(result.skipped)
  print(f"{passed} run, {len(result.skipped)} skipped, "
        f"{len(result.failures) + len(result.errors)} failed")
  return not result.wasSuccessful() or not passed


if __name__ == "__main__":
  sys.exit(main())
