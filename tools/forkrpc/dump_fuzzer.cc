// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets as a capture: what `forkrpc dump` prints is bounded by them, moves
// no cursor, and its errors are one line. The first octet chooses options.

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tools/forkrpc/dump_command.h"
#include "tools/forkrpc/exit_codes.h"
#include "tools/fuzzing/fuzz_input.h"

namespace {

using forkrpc::Require;

// The most that is printed of an octet: four make a frame's line, with what is
// wrong with it. In JSON the names of the members come with it.
constexpr size_t kMostPerOctet = 80;
constexpr size_t kMost = 1000;

bool IsCalm(absl::string_view text) {
  for (const char c : text) {
    const auto octet = static_cast<uint8_t>(c);
    if ((octet < 0x20 && c != '\n') || octet == 0x7f) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const int capture = memfd_create("capture", MFD_CLOEXEC);
  forkrpc::FuzzInput input(data, size);
  const uint8_t how = input.TakeOctet();
  std::vector<std::string> arguments;
  if ((how & 1) != 0) arguments.emplace_back("--hex");
  if ((how & 2) != 0) arguments.emplace_back("--direction=down");
  if ((how & 4) != 0) arguments.emplace_back("--form=async");
  if ((how & 8) != 0) arguments.emplace_back("--serialiser=string-pack");
  if ((how & 16) != 0) arguments.emplace_back("--format=json");
  if ((how & 32) != 0) arguments.emplace_back("--max-payload=3");
  if ((how & 64) != 0) arguments.emplace_back("--max-length=64");
  const absl::string_view octets = input.TakeRest();
  Require(ftruncate(capture, 0) == 0 &&
              pwrite(capture, octets.data(), octets.size(), 0) ==
                  static_cast<ssize_t>(octets.size()) &&
              lseek(capture, 0, SEEK_SET) == 0,
          "the capture cannot be written");
  std::ostringstream out, err;
  const int code = forkrpc::cli::RunDump(arguments, {capture, &out, &err});
  const std::string printed = out.str();
  const std::string error = err.str();
  Require(printed.size() <= kMost + kMostPerOctet * octets.size(),
          "too much is printed");
  Require(IsCalm(printed) && IsCalm(error), "a control character");
  Require(error.size() <= kMost, "a long error");
  Require(error.empty() || error.find('\n') == error.size() - 1,
          "an error of several lines");
  Require(code == forkrpc::cli::kExitOk || code == forkrpc::cli::kExitFailed,
          "another exit code");
  return 0;
}
