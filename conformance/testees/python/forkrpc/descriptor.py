# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Descriptors: read, write and half-close without losing an octet.

EINTR is retried and SIGPIPE ignored by Python itself. Every failure is a
WireError of kind "io".
"""

import collections
import os
import select
import socket

from forkrpc.frame import WireError

_CHUNK = 1 << 16  # Octets asked for by one read, or joined for one write.


def _lost(error):
  return WireError("io", f"connection lost: {error.strerror}")


def wait(masks):
  """Waits for {descriptor: poll mask}; returns what is ready likewise."""
  poller = select.poll()
  for fd, mask in masks.items():
    poller.register(fd, mask)
  return dict(poller.poll())


def read(fd):
  """Octets, b"" at the end of the stream, None if a read would block."""
  try:
    return os.read(fd, _CHUNK)
  except BlockingIOError:
    return None
  except OSError as error:
    raise _lost(error) from error


def _write(fd, octets):
  """Writes what fits; returns its length, which may be 0."""
  try:
    return os.write(fd, octets)
  except BlockingIOError:
    return 0
  except OSError as error:
    raise _lost(error) from error


def write_all(fd, octets):
  #= spec/wire.md#FR-LIM-003
  with memoryview(octets) as view:
    sent = 0
    while sent < len(view):
      count = _write(fd, view[sent:])
      sent += count
      if not count:
        wait({fd: select.POLLOUT})


def end_output(fd):
  """Half-closes a socket; a pipe ends when its descriptor is closed."""
  copy = os.dup(fd)
  try:
    wire = socket.socket(fileno=copy)
  except OSError:  # A pipe.
    os.close(copy)
    return
  with wire:
    try:
      wire.shutdown(socket.SHUT_WR)
    except OSError:
      pass  # The peer has gone.


class Output:
  """Octets to send on a non-blocking descriptor, in order, none lost."""

  def __init__(self, fd):
    self._fd = fd
    self._chunks = collections.deque()
    self.unsent = 0

  def append(self, octets):
    self._chunks.append(memoryview(octets))
    self.unsent += len(octets)

  def write_some(self):
    """Writes until all is sent or a write would block."""
    #= spec/wire.md#FR-LIM-003
    while self._chunks:
      if len(self._chunks) > 1 and len(self._chunks[0]) < _CHUNK:
        self._join()
      sent = _write(self._fd, self._chunks[0])
      if not sent:
        return
      self.unsent -= sent
      self._chunks[0] = self._chunks[0][sent:]
      if not self._chunks[0]:
        self._chunks.popleft()

  def _join(self):
    # One write for many small frames.
    parts, size = [], 0
    while self._chunks and size < _CHUNK:
      parts.append(self._chunks.popleft())
      size += len(parts[-1])
    self._chunks.appendleft(memoryview(b"".join(parts)))
