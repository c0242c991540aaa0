// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What the tap costs beside a relay that only reads and writes, in its place.
//
//   bazel run --config=opt //conformance/tap:tap_benchmark [-- ROUNDS [LOAD]]
//
// Both stand between the same parent and child, a round of the one behind a
// round of the other, so that a busy machine is busy for both. For each load a
// line: the rate by either, how much longer the tap takes by the clock, and how
// much more of a processor it uses than the relay does, both without the child;
// medians of the rounds. Exit status 1 if with logs off it uses a quarter more
// with large payloads, or call by call: on a machine that does other things
// besides, the clock tells less.

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr size_t kBuffer = size_t{256} << 10;
constexpr double kMostMore = 1.25;

using Clock = std::chrono::steady_clock;

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::exit(2);
}

// Writes all of it; false if nobody reads.
bool WriteAll(int fd, const char* data, size_t size) {
  while (size > 0) {
    const ssize_t count = write(fd, data, size);
    if (count <= 0) return false;
    data += count;
    size -= static_cast<size_t>(count);
  }
  return true;
}

// The child: says as many events as it is told, or answers with what it reads,
// which in the async form is a response.
int Serve(const std::string& what, uint64_t total, uint32_t payload) {
  std::vector<char> buffer(kBuffer);
  if (what == "echo") {
    ssize_t count;
    while ((count = read(0, buffer.data(), buffer.size())) > 0) {
      if (!WriteAll(1, buffer.data(), static_cast<size_t>(count))) return 1;
    }
    return 0;
  }
  std::string frame(8 + payload, '\0');
  for (int i = 0; i < 4; ++i) {
    frame[4 + i] = static_cast<char>(payload >> (24 - 8 * i));
  }
  std::string many;
  while (many.size() < kBuffer) many += frame;
  for (uint64_t sent = 0; sent < total; sent += many.size()) {
    if (!WriteAll(1, many.data(), many.size())) return 1;
  }
  while (read(0, buffer.data(), buffer.size()) > 0) {
  }
  return 0;
}

double Processor(int who) {
  rusage used = {};
  getrusage(who, &used);
  return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) /
             1e6;
}

// The child; it says to `report` how much of a processor it has used.
int BeChild(char** argv) {
  const int status =
      Serve(argv[0], std::strtoull(argv[1], nullptr, 10),
            static_cast<uint32_t>(std::strtoul(argv[2], nullptr, 10)));
  const double used = Processor(RUSAGE_SELF);
  return WriteAll(std::atoi(argv[3]), reinterpret_cast<const char*>(&used),
                  sizeof used)
             ? status
             : 1;
}

// The bare relay: its 0 and 1 are one socket, the child's likewise.
int BeRelay(char** argv) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    Die("socketpair");
  }
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(pair[1], 0);
    dup2(pair[1], 1);
    execv(argv[0], argv);
    Die(argv[0]);
  }
  close(pair[1]);
  std::vector<char> buffer(kBuffer);
  pollfd fds[] = {{0, POLLIN, 0}, {pair[0], POLLIN, 0}};
  int open = 2;
  while (open > 0) {
    poll(fds, 2, -1);
    for (int i = 0; i < 2; ++i) {
      if (fds[i].fd < 0 || fds[i].revents == 0) continue;
      const ssize_t count =
          recv(fds[i].fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
      const int to = i == 0 ? pair[0] : 0;
      if (count > 0) {
        WriteAll(to, buffer.data(), static_cast<size_t>(count));
      } else if (count == 0) {
        shutdown(to, SHUT_WR);
        fds[i].fd = -1;
        --open;
      }
    }
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WEXITSTATUS(status);
}

struct Load {
  const char* name;
  bool events;  // else calls
  uint32_t payload;
  uint32_t in_flight;  // calls
  uint64_t total;      // octets of events, or calls
};

struct Cost {
  double seconds;
  double processor;  // of the relay or the tap, without the child
};

std::string Request(uint32_t id, uint32_t payload) {
  std::string frame(8 + payload, 'x');
  for (int i = 0; i < 4; ++i) {
    frame[i] = static_cast<char>(id >> (24 - 8 * i));
    frame[4 + i] = static_cast<char>(payload >> (24 - 8 * i));
  }
  return frame;
}

// The parent's part; returns when the load has gone over the wire.
void BeParent(const Load& load, int fd) {
  std::vector<char> buffer(kBuffer);
  uint64_t got = 0;
  if (load.events) {
    while (got < load.total) {
      const ssize_t count = read(fd, buffer.data(), buffer.size());
      if (count <= 0) Die("read");
      got += static_cast<size_t>(count);
    }
    return;
  }
  const size_t frame = 8 + load.payload;
  for (uint64_t done = 0; done < load.total; done += load.in_flight) {
    std::string batch;
    for (uint32_t i = 0; i < load.in_flight; ++i) {
      batch += Request(static_cast<uint32_t>(done + i + 1), load.payload);
    }
    WriteAll(fd, batch.data(), batch.size());
    for (size_t left = frame * load.in_flight; left > 0;) {
      const ssize_t count = read(fd, buffer.data(), buffer.size());
      if (count <= 0) Die("read");
      left -= static_cast<size_t>(count);
    }
  }
}

Cost Run(const Load& load, const std::vector<std::string>& through,
         const std::string& self) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    Die("socketpair");
  }
  int report[2];
  if (pipe(report) != 0) Die("pipe");
  fcntl(report[0], F_SETFD, FD_CLOEXEC);
  std::vector<std::string> words = through;
  words.insert(words.end(),
               {self, "--child", load.events ? "events" : "echo",
                std::to_string(load.total), std::to_string(load.payload),
                std::to_string(report[1])});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const double before = Processor(RUSAGE_CHILDREN);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(pair[1], 0);
    dup2(pair[1], 1);
    execv(argv[0], argv.data());
    Die(argv[0]);
  }
  close(pair[1]);
  close(report[1]);
  // Its start is not what is measured.
  pollfd first = {pair[0], POLLIN, 0};
  if (load.events) poll(&first, 1, -1);
  if (!load.events) BeParent({"", false, 1, 1, 1}, pair[0]);
  const auto begin = Clock::now();
  BeParent(load, pair[0]);
  const double seconds =
      std::chrono::duration<double>(Clock::now() - begin).count();
  shutdown(pair[0], SHUT_WR);
  char octets[4096];
  while (read(pair[0], octets, sizeof octets) > 0) {
  }
  close(pair[0]);
  int status = 0;
  double childs = 0;
  if (waitpid(pid, &status, 0) != pid || status != 0 ||
      read(report[0], &childs, sizeof childs) != sizeof childs) {
    Die("the tap failed");
  }
  close(report[0]);
  // A process's figure has those of the children that it has waited for.
  return {seconds, Processor(RUSAGE_CHILDREN) - before - childs};
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// How much more of a processor the tap uses.
double Compare(const Load& load, const char* label,
               const std::vector<std::string>& tap, const std::string& self,
               int rounds) {
  std::vector<double> rate_bare;
  std::vector<double> rate_tap;
  std::vector<double> longer;
  std::vector<double> more;
  const double octets =
      load.events ? static_cast<double>(load.total)
                  : static_cast<double>(load.total) * (8 + load.payload) * 2;
  for (int i = 0; i < rounds; ++i) {
    const Cost bare = Run(load, {self, "--relay"}, self);
    const Cost with = Run(load, tap, self);
    const double work =
        load.events ? octets / 1e9 : static_cast<double>(load.total) / 1e3;
    rate_bare.push_back(work / bare.seconds);
    rate_tap.push_back(work / with.seconds);
    longer.push_back(with.seconds / bare.seconds);
    more.push_back(with.processor / bare.processor);
  }
  std::printf("%-24s %-14s %8.3f %8.3f %-8s %6.3f %6.3f\n", load.name, label,
              Median(rate_bare), Median(rate_tap),
              load.events ? "GB/s" : "kcalls/s", Median(longer), Median(more));
  std::fflush(stdout);
  return Median(more);
}

int Main(const std::string& self, const std::string& program, int rounds,
         const std::string& only) {
  const std::vector<std::string> off = {program, "tap", "--"};
  const std::vector<std::string> logs = {program,
                                         "tap",
                                         "--log=/dev/null",
                                         "--wire=/dev/null",
                                         "--pcap=/dev/null",
                                         "--snap=16",
                                         "--"};
  const Load bulk[] = {
      {"events of 1 MiB", true, 1 << 20, 0, uint64_t{4} << 30},
      {"events of 64 KiB", true, 64 << 10, 0, uint64_t{4} << 30},
      {"events of 1 KiB", true, 1 << 10, 0, uint64_t{1} << 30},
      {"events of 16 octets", true, 16, 0, uint64_t{64} << 20},
  };
  const Load calls[] = {
      {"calls one by one", false, 16, 1, 50000},
      {"calls, 64 in flight", false, 16, 64, 640000},
  };
  std::printf("%-24s %-14s %8s %8s %-8s %6s %6s\n", "load", "logs", "bare",
              "tap", "", "time", "cpu");
  bool good = true;
  for (const Load& load : bulk) {
    if (std::string(load.name).find(only) == std::string::npos) continue;
    const double more = Compare(load, "off", off, self, rounds);
    if (load.payload >= 64 << 10) good &= more <= kMostMore;
    Compare(load, "all, --snap=16", logs, self, 1);
  }
  for (const Load& load : calls) {
    if (std::string(load.name).find(only) == std::string::npos) continue;
    const double more = Compare(load, "off", off, self, rounds);
    if (load.in_flight == 1) good &= more <= kMostMore;
    Compare(load, "all, --snap=16", logs, self, 1);
  }
  return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "--child" && argc == 6) return BeChild(argv + 2);
  if (mode == "--relay") return BeRelay(argv + 2);
  char self[4096];
  const ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
  if (size <= 0 || argc < 2) {
    std::fprintf(stderr, "usage: tap_benchmark FORKRPC-CONFORMANCE [ROUNDS]\n");
    return 2;
  }
  return Main(std::string(self, static_cast<size_t>(size)), argv[1],
              argc > 2 ? std::atoi(argv[2]) : 5, argc > 3 ? argv[3] : "");
}
