# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""An echo worker of the async form with delays that are known exactly.

  delay_worker.py LOG DELAYS [STALL_MS EACH_MS]

DELAYS, of each request by itself: "exponential:MEAN_MS", "bimodal:A_MS:B_MS"
(B three times out of ten), or "none". With a stall it also stops, once each
EACH_MS, for STALL_MS: reads nothing, answers nothing. At its end it writes a
line for each request to LOG: when it was received, when its answer was about to
be written, and the delay that was drawn, in nanoseconds of the monotonic clock.
"""

import heapq
import os
import random
import select
import struct
import sys
import time

MILLISECOND = 1000000


def drawer(words):
  kind, *numbers = words.split(':')
  numbers = [float(number) * MILLISECOND for number in numbers]
  draw = random.Random(7)
  if kind == 'exponential':
    return lambda: int(draw.expovariate(1 / numbers[0]))
  if kind == 'bimodal':
    return lambda: int(numbers[draw.random() < 0.3])
  return lambda: 0


class Worker:

  def __init__(self, delays, stall, each):
    self.draw = drawer(delays)
    self.stall = stall
    self.each = each
    self.octets = b''
    self.ended = False
    self.received = []  # when, and the delay, of each request
    self.answered = {}  # when, by the request's number
    self.waiting = []  # a heap of what is to be answered: when, number, frame

  def run(self):
    next_stall = None
    while self.waiting or not self.ended:
      now = time.monotonic_ns()
      # The first stall is one period behind the first request.
      if self.each and self.received:
        next_stall = next_stall or self.received[0][0] + self.each
        if now >= next_stall:
          time.sleep(self.stall / 1e9)
          next_stall += self.each
          continue
      due = [w[0] for w in self.waiting[:1]] + ([next_stall] if next_stall
                                                 else [])
      timeout = max(0, (min(due) - now) / 1e9) if due else None
      streams = [] if self.ended else [0]
      if select.select(streams, [], [], timeout)[0]:
        self.read()
      self.answer()

  def read(self):
    octets = os.read(0, 65536)
    now = time.monotonic_ns()
    self.ended = not octets
    self.octets += octets
    while len(self.octets) >= 8:
      size = 8 + struct.unpack('>I', self.octets[4:8])[0]
      if len(self.octets) < size:
        return
      number, delay = len(self.received), self.draw()
      self.received.append((now, delay))
      heapq.heappush(self.waiting, (now + delay, number, self.octets[:size]))
      self.octets = self.octets[size:]

  def answer(self):
    while self.waiting and self.waiting[0][0] <= time.monotonic_ns():
      _, number, frame = heapq.heappop(self.waiting)
      self.answered[number] = time.monotonic_ns()
      while frame:
        frame = frame[os.write(1, frame):]


def main():
  log, delays, *stall = sys.argv[1:]
  stall = [int(float(word) * MILLISECOND) for word in stall] or [0, 0]
  worker = Worker(delays, *stall)
  worker.run()
  with open(log, 'w', encoding='ascii') as file:
    for number, (received, delay) in enumerate(worker.received):
      print(received, worker.answered[number], delay, file=file)


main()
