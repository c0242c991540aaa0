// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/doctor/probe.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/base/poll.h"
#include "tools/forkrpc/doctor/probe_words.h"
#include "tools/forkrpc/doctor/process_report.h"

namespace forkrpc::cli {
namespace {

// How long a probe waits that nobody asks.
constexpr absl::Duration kIdleLimit = absl::Minutes(2);

// The longest line that is read, and the most octets that are asked for.
constexpr size_t kMaxLine = 256;
constexpr size_t kMaxOctets = size_t{64} << 20;

constexpr int kLost = 9;  // exit status: nobody asked, or nobody listens

// The descriptors may be in either mode: whoever shares them sets it.
bool WaitFor(int fd, bool to_read, MonotonicTime deadline) {
  pollfd wanted = {fd, POLLIN, 0};
  if (!to_read) wanted.events = POLLOUT;
  const absl::StatusOr<int> ready =
      PollUntil(absl::MakeSpan(&wanted, 1), deadline);
  return ready.ok() && *ready > 0;
}

class Probe {
 public:
  int Run();

 private:
  enum class Input { kOctets, kEnd, kNothing };

  // Reads what there is into in_, waiting to `deadline` for it.
  Input Fill(MonotonicTime deadline);
  std::optional<std::string> TakeLine();
  // Takes octets that follow a line; nullopt if they do not come.
  std::optional<std::string> TakeOctets(size_t n);
  bool Write(absl::string_view octets);

  // One request; nullopt if the next is to be read, else the exit status.
  std::optional<int> Answer(const std::vector<std::string>& words);
  bool Report();
  bool Echo(size_t n);
  bool TakeDown(size_t n);
  bool Full(size_t n);
  int Finish(absl::Duration delay, size_t octets, int status);

  std::string in_;
};

Probe::Input Probe::Fill(MonotonicTime deadline) {
  char octets[size_t{64} << 10];
  while (true) {
    if (!WaitFor(STDIN_FILENO, /*to_read=*/true, deadline)) {
      return Input::kNothing;
    }
    const ssize_t got = read(STDIN_FILENO, octets, sizeof(octets));
    if (got > 0) {
      in_.append(octets, got);
      return Input::kOctets;
    }
    if (got == 0) return Input::kEnd;
    if (errno != EINTR && errno != EAGAIN) return Input::kEnd;
  }
}

std::optional<std::string> Probe::TakeLine() {
  const MonotonicTime deadline = MonotonicNow() + kIdleLimit;
  size_t end;
  while ((end = in_.find('\n')) == std::string::npos) {
    if (in_.size() > kMaxLine || Fill(deadline) != Input::kOctets) {
      return std::nullopt;
    }
  }
  std::string line = in_.substr(0, end);
  in_.erase(0, end + 1);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

std::optional<std::string> Probe::TakeOctets(size_t n) {
  const MonotonicTime deadline = MonotonicNow() + kIdleLimit;
  while (in_.size() < n) {
    if (Fill(deadline) != Input::kOctets) return std::nullopt;
  }
  std::string octets = in_.substr(0, n);
  in_.erase(0, n);
  return octets;
}

bool Probe::Write(absl::string_view octets) {
  const MonotonicTime deadline = MonotonicNow() + kIdleLimit;
  while (!octets.empty()) {
    const ssize_t put = write(STDOUT_FILENO, octets.data(), octets.size());
    if (put > 0) {
      octets.remove_prefix(put);
    } else if (errno == EAGAIN) {
      if (!WaitFor(STDOUT_FILENO, /*to_read=*/false, deadline)) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

bool Probe::Report() {
  const std::string mark = absl::StrCat(kStderrMark, "\n");
  // Who has closed standard error, or its other end, does not hear of it.
  const ssize_t put = write(STDERR_FILENO, mark.data(), mark.size());
  const std::string report =
      absl::StrCat(kReportBegin, "\n", ReportOfThisProcess(), "stderr_written ",
                   put > 0 ? "yes" : "no", "\n", kReportEnd, "\n");
  // Behind whatever carries the mark, if that is the same stream.
  absl::SleepFor(absl::Milliseconds(20));
  return Write(report);
}

bool Probe::Echo(size_t n) {
  const std::optional<std::string> octets = TakeOctets(n);
  return octets.has_value() &&
         Write(absl::StrCat("got ", absl::BytesToHexString(*octets), "\n")) &&
         Write(*octets);
}

bool Probe::TakeDown(size_t n) {
  const std::optional<std::string> octets = TakeOctets(n);
  if (!octets.has_value()) return false;
  if (*octets == PatternOctets(n)) return Write("down ok\n");
  size_t good = 0;
  while ((*octets)[good] == PatternOctet(good)) ++good;
  return Write(absl::StrCat("down bad ", good, "\n"));
}

bool Probe::Full(size_t n) {
  // Written first, and nothing read meanwhile, as a worker may do: whoever is
  // in between must go on taking this while it cannot pass on the other.
  return Write(PatternOctets(n)) && TakeDown(n);
}

int Probe::Finish(absl::Duration delay, size_t octets, int status) {
  const MonotonicTime deadline = MonotonicNow() + kEofLimit;
  Input input;
  while ((input = Fill(deadline)) == Input::kOctets) in_.clear();
  if (input == Input::kNothing) {
    Write("no-eof\n");
    return kLost;
  }
  if (!Write("eof\n")) return kLost;
  absl::SleepFor(delay);
  const bool written = Write(
      absl::StrCat("late ", octets, "\n", PatternOctets(octets), "done\n"));
  return written ? status : kLost;
}

std::optional<int> Probe::Answer(const std::vector<std::string>& words) {
  const auto number = [&](size_t at) {
    size_t value = 0;
    if (at < words.size()) (void)absl::SimpleAtoi(words[at], &value);
    return std::min(value, kMaxOctets);
  };
  const std::string& what = words[0];
  bool answered = false;
  if (what == "report") answered = Report();
  if (what == "ping") answered = Write("pong\n");
  if (what == "echo") answered = Echo(number(1));
  if (what == "down") answered = TakeDown(number(1));
  if (what == "up") answered = Write(PatternOctets(number(1)));
  if (what == "full") answered = Full(number(1));
  if (what == "finish") {
    return Finish(absl::Milliseconds(number(1)), number(2),
                  static_cast<int>(number(3)));
  }
  if (!answered) return kLost;
  return std::nullopt;
}

int Probe::Run() {
  bool asked = false;
  while (true) {
    const std::optional<std::string> line = TakeLine();
    if (!line.has_value()) {
      if (!asked) Write(absl::StrCat(kNothingAsked, "\n"));
      return asked ? 0 : kLost;
    }
    absl::string_view request = *line;
    if (!absl::ConsumePrefix(&request, kRequestMark)) continue;
    asked = true;
    const std::optional<int> status = Answer(absl::StrSplit(request, ' '));
    if (status.has_value()) return *status;
  }
}

}  // namespace

int RunProbe() { return Probe().Run(); }

}  // namespace forkrpc::cli
