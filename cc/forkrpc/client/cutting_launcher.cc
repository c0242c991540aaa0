// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A launcher for tests that takes a half-close for the end of both directions,
// as many programs do that stand between a parent and its worker.
//
// Starts its arguments as a program and hands octets on both ways. At the end
// of its input it ends with status 0, and what the worker says later is lost.

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>

namespace {

// Hands on what there is to read; false at the end.
bool HandOn(int from, int to) {
  char octets[size_t{64} << 10];
  const ssize_t got = read(from, octets, sizeof(octets));
  if (got <= 0) return false;
  for (ssize_t done = 0; done < got;) {
    const ssize_t put = write(to, octets + done, got - done);
    if (put < 0) return false;
    done += put;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  int wire[2];
  if (argc < 2 || socketpair(AF_UNIX, SOCK_STREAM, 0, wire) != 0) return 2;
  if (fork() == 0) {
    dup2(wire[1], STDIN_FILENO);
    dup2(wire[1], STDOUT_FILENO);
    close(wire[0]);
    close(wire[1]);
    execvp(argv[1], argv + 1);
    std::perror(argv[1]);
    _exit(127);
  }
  close(wire[1]);
  while (true) {
    pollfd ready[] = {{STDIN_FILENO, POLLIN, 0}, {wire[0], POLLIN, 0}};
    if (poll(ready, 2, -1) < 0) return 2;
    if (ready[1].revents != 0 && !HandOn(wire[0], STDOUT_FILENO)) return 0;
    if (ready[0].revents != 0 && !HandOn(STDIN_FILENO, wire[0])) return 0;
  }
}
