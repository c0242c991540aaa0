// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A worker for tests that does what no worker should; its argument says what.
// Knows nothing of the library. Ends by itself once its wire is closed, or
// after two minutes.

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

std::string Event(const std::string& payload) {
  std::string frame(8, '\0');
  frame[7] = static_cast<char>(payload.size());
  return frame + payload;
}

void Write(int fd, const std::string& octets) {
  size_t done = 0;
  while (done < octets.size()) {
    const ssize_t n = write(fd, octets.data() + done, octets.size() - done);
    if (n <= 0) _exit(0);
    done += static_cast<size_t>(n);
  }
}

// Until the other end of the wire is closed.
void Hold() {
  char buffer[4096];
  while (read(0, buffer, sizeof(buffer)) > 0) {
  }
  pollfd wire = {1, 0, 0};
  poll(&wire, 1, -1);
  _exit(0);
}

[[noreturn]] void Flood(int fd) {
  std::string block;
  while (block.size() < 60000) {
    block += fd == 1 ? Event("e") : std::string("a line of it\n");
  }
  for (;;) Write(fd, block);
}

void ReadRequest() {
  char octet;
  if (read(0, &octet, 1) != 1) _exit(4);
}

}  // namespace

int main(int argc, char** argv) {
  alarm(120);
  const std::string what = argc > 1 ? argv[1] : "";
  const int number = argc > 2 ? std::atoi(argv[2]) : 0;
  if (what == "floods") Flood(1);
  if (what == "floods-stderr") Flood(2);
  if (what == "silent") Hold();
  if (what == "deaf") {
    for (;;) pause();
  }
  // Closes the wire and lives on.
  if (what == "lingers") {
    close(0);
    close(1);
    for (;;) pause();
  }
  // These die at the first octet of a request, `number` milliseconds later; a
  // process that they have started lives on and holds the wire, or floods it.
  if (what == "leaves-holder" || what == "leaves-flooder") {
    ReadRequest();
    if (number > 0) usleep(static_cast<unsigned>(number) * 1000);
    Write(1, Event("last words"));
    if (fork() == 0) {
      if (what == "leaves-flooder") Flood(1);
      Hold();
    }
    _exit(3);
  }
  return 99;
}
