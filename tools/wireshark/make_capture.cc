// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Writes a capture to standard output by a plan on standard input, a step a
// line, for tests of the dissector. Steps are a millisecond apart, from second
// 1 on. N is a stream's number:
//
//   N open PORT MAX_SEGMENT FIRST_SEQUENCE
//   N > HEX            octets of the parent; < those of the child
//   N >end             a half-close
//   N >reset           an end that breaks off
//
// usage: make_capture [SNAP] < plan > capture.pcapng
// Exit status: 0, 1 for a plan that makes no sense, which stderr names.

#include <cstdint>
#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tools/capture/capture_format.h"
#include "tools/capture/pcapng_writer.h"
#include "tools/capture/stream_writer.h"

namespace {

using forkrpc::capture::PcapngOptions;
using forkrpc::capture::PcapngWriter;
using forkrpc::capture::Sender;
using forkrpc::capture::StreamOptions;
using forkrpc::capture::StreamWriter;

absl::Status WriteOut(absl::string_view block) {
  return std::fwrite(block.data(), 1, block.size(), stdout) == block.size()
             ? absl::OkStatus()
             : absl::UnavailableError("cannot write");
}

class Plan {
 public:
  explicit Plan(PcapngWriter* file) : file_(*file) {}

  absl::Status Do(const std::string& line, absl::Time when) {
    std::istringstream words(line);
    uint32_t number = 0;
    std::string what;
    words >> number >> what;
    if (what == "open") {
      StreamOptions options;
      options.number = number;
      words >> options.port >> options.max_segment >> options.first_sequence;
      options.comment = absl::StrCat("stream ", number);
      auto& stream = streams_[number];
      stream = absl::make_unique<StreamWriter>(&file_, std::move(options));
      return stream->Open(when);
    }
    const auto found = streams_.find(number);
    if (found == streams_.end() || what.empty()) {
      return absl::InvalidArgumentError("is no step of an open stream");
    }
    StreamWriter& stream = *found->second;
    const Sender sender = what[0] == '>' ? Sender::kParent : Sender::kChild;
    if (what.substr(1) == "end") return stream.HalfClose(sender, when);
    if (what.substr(1) == "reset") return stream.Reset(sender, when);
    std::string hex;
    words >> hex;
    return stream.Write(sender, absl::HexStringToBytes(hex), when);
  }

 private:
  PcapngWriter& file_;
  std::map<uint32_t, std::unique_ptr<StreamWriter>> streams_;
};

}  // namespace

int main(int argc, char** argv) {
  PcapngOptions options;
  if (argc > 1 && !absl::SimpleAtoi(argv[1], &options.snap)) return 1;
  PcapngWriter file(WriteOut, std::move(options));
  Plan plan(&file);
  absl::Status status = file.Begin();
  std::string line;
  for (int number = 1; status.ok() && std::getline(std::cin, line); ++number) {
    status = plan.Do(line, absl::FromUnixMillis(1000 + number));
    if (!status.ok()) {
      std::cerr << "make_capture: line " << number << ": " << status.message()
                << "\n";
    }
  }
  return status.ok() && std::fflush(stdout) == 0 ? 0 : 1;
}
