// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets as a capture: what `forkrpc dump` prints is the frames that a
// model finds in them, moves no cursor, and its errors are one line. The first
// octet chooses options.

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "forkrpc/serialiser/string_pack.h"
#include "forkrpc/testing/fuzz_input.h"
#include "tools/forkrpc/dump_command.h"
#include "tools/forkrpc/exit_codes.h"
#include "tools/forkrpc/json_text.h"
#include "tools/forkrpc/octet_text.h"

namespace {

using forkrpc::FuzzInput;
using forkrpc::Require;
using forkrpc::cli::JsonList;
using forkrpc::cli::JsonString;

constexpr size_t kMost = 1000;
constexpr absl::string_view kIndent = "    ";

struct Options {
  explicit Options(uint8_t how)
      : hex((how & 1) != 0),
        down((how & 2) != 0),
        async((how & 4) != 0),
        string_pack((how & 8) != 0),
        json((how & 16) != 0),
        max_payload((how & 32) != 0 ? 3 : 64),
        max_length((how & 64) != 0 ? 64 : 16 << 20) {}

  std::vector<std::string> Arguments() const {
    std::vector<std::string> arguments;
    // Never what the octets say: capture_fuzzer reads those.
    arguments.emplace_back(hex ? "--hex" : "--input=raw");
    if (down) arguments.emplace_back("--direction=down");
    arguments.emplace_back(async ? "--form=async" : "--form=sync");
    if (string_pack) arguments.emplace_back("--serialiser=string-pack");
    if (json) arguments.emplace_back("--format=json");
    if (max_payload == 3) arguments.emplace_back("--max-payload=3");
    if (max_length == 64) arguments.emplace_back("--max-length=64");
    return arguments;
  }

  bool hex, down, async, string_pack, json;
  size_t max_payload, max_length;
};

struct Frame {
  bool down;
  size_t offset;
  uint32_t id;
  absl::string_view payload;
};

// The frames of one direction; `clean` if it ends behind the last of them.
struct Stream {
  std::vector<Frame> frames;
  bool clean = true;
};

Stream Scan(absl::string_view octets, bool down, const Options& options) {
  const bool has_id = !down || options.async;
  const size_t header = has_id ? 8 : 4;
  Stream stream;
  for (size_t at = 0; at < octets.size();) {
    stream.clean = false;
    FuzzInput rest(reinterpret_cast<const uint8_t*>(octets.data()) + at,
                   octets.size() - at);
    const uint32_t id = has_id ? rest.TakeNumber() : 0;
    const uint32_t length = rest.TakeNumber();
    if (octets.size() - at < header || length > options.max_length ||
        octets.size() - at - header < length) {
      break;
    }
    stream.frames.push_back({down, at, id, octets.substr(at + header, length)});
    at += header + length;
    stream.clean = true;
  }
  return stream;
}

// The octets of a line's words, up to one that is no pairs of digits; false if
// there is one.
bool TakeWords(absl::string_view line, std::string* octets) {
  for (absl::string_view word :
       absl::StrSplit(line, absl::ByAnyChar(" \t\r\v\f,"), absl::SkipEmpty())) {
    if (!absl::ConsumePrefix(&word, "0x")) absl::ConsumePrefix(&word, "0X");
    if (word.empty()) return false;
    for (; !word.empty(); word.remove_prefix(2)) {
      if (word.size() < 2 ||
          !absl::ascii_isxdigit(static_cast<unsigned char>(word[0])) ||
          !absl::ascii_isxdigit(static_cast<unsigned char>(word[1]))) {
        return false;
      }
      octets->append(absl::HexStringToBytes(word.substr(0, 2)));
    }
  }
  return true;
}

// What the hex text says of both directions, up to the first pair that is
// wrong; false if there is one.
bool ReadHex(absl::string_view text, bool down, std::string octets[2]) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = line.substr(0, line.find('#'));
    absl::string_view rest = absl::StripLeadingAsciiWhitespace(line);
    // Commas are gaps, but an arrow behind one is where it may be.
    while (absl::ConsumePrefix(&rest, ",")) {
      rest = absl::StripLeadingAsciiWhitespace(rest);
    }
    if (absl::ConsumePrefix(&rest, ">")) {
      down = true;
    } else if (absl::ConsumePrefix(&rest, "<")) {
      down = false;
    }
    if (!TakeWords(rest, &octets[down ? 1 : 0])) return false;
  }
  return true;
}

// What of a payload's strings is shown: so many octets, and one for each.
struct Strings {
  absl::Status status;
  std::vector<absl::string_view> shown;
  bool truncated = false;
};

Strings Unpack(const Frame& frame, const Options& options) {
  Strings strings;
  if (!options.string_pack) return strings;
  std::vector<absl::string_view> all;
  strings.status = forkrpc::DecodeStringPack(frame.payload, &all);
  size_t budget = options.max_payload;
  for (const absl::string_view item : all) {
    if (budget == 0) {
      strings.truncated = true;
      break;
    }
    strings.shown.push_back(item.substr(0, --budget));
    strings.truncated |= item.size() > budget;
    budget -= strings.shown.back().size();
  }
  return strings;
}

std::string Problem(const Frame& frame, const Options& options) {
  if (frame.down && options.async && frame.id == 0) {
    return "no request may have id 0 (FR-SID-001)";
  }
  return std::string(Unpack(frame, options).status.message());
}

std::string Kind(const Frame& frame) {
  return frame.down ? "request" : frame.id == 0 ? "event" : "response";
}

// The one line that JSON has for the frame.
std::string Json(const Frame& frame, const Options& options) {
  const size_t length = frame.payload.size();
  const Strings strings = Unpack(frame, options);
  const std::string problem = Problem(frame, options);
  const bool has_id = !frame.down || options.async;
  return absl::StrCat(
      R"({"direction":")", frame.down ? "down" : "up", R"(","offset":)",
      frame.offset, R"(,"kind":")", Kind(frame), "\"",
      has_id ? absl::StrCat(R"(,"id":)", frame.id) : "", R"(,"length":)",
      length, R"(,"payload":)",
      JsonString(frame.payload.substr(0, options.max_payload)),
      options.string_pack && strings.status.ok()
          ? absl::StrCat(R"(,"strings":)", JsonList(strings.shown))
          : "",
      length > options.max_payload || strings.truncated ? R"(,"truncated":true)"
                                                        : "",
      problem.empty() ? ""
                      : absl::StrCat(R"(,"problem":)", JsonString(problem)),
      "}");
}

// The first line that text has for the frame.
std::string Title(const Frame& frame, const Options& options) {
  const size_t length = frame.payload.size();
  std::string title = Kind(frame);
  if (title != "event" && (!frame.down || options.async)) {
    absl::StrAppend(&title,
                    !frame.down && options.async ? " to id " : " with id ",
                    frame.id);
  }
  return absl::StrFormat("%s %10d  %s, %d octet%s", frame.down ? ">" : "<",
                         frame.offset, title, length, length == 1 ? "" : "s");
}

// The lines behind it, without those of the payload's octets.
std::vector<std::string> Remarks(const Frame& frame, const Options& options) {
  std::vector<std::string> remarks;
  const std::string problem = Problem(frame, options);
  if (!problem.empty()) remarks.push_back(absl::StrCat(kIndent, "! ", problem));
  const Strings strings = Unpack(frame, options);
  if (options.string_pack && strings.status.ok()) {
    remarks.push_back(absl::StrCat(kIndent, "="));
    for (const absl::string_view string : strings.shown) {
      absl::StrAppend(&remarks.back(), " \"", absl::CHexEscape(string), "\"");
    }
    if (strings.truncated) remarks.back() += " ...";
  }
  if (frame.payload.size() > options.max_payload) {
    remarks.push_back(absl::StrCat(
        kIndent, "... ", frame.payload.size() - options.max_payload, " more"));
  }
  return remarks;
}

bool IsTitle(absl::string_view line) {
  return absl::StartsWith(line, "> ") || absl::StartsWith(line, "< ");
}

// Whether the text's lines from `*at` on are the frame; moves `*at` behind
// them.
void CheckText(const std::vector<absl::string_view>& lines, size_t* at,
               const Frame& frame, const Options& options) {
  Require(lines[(*at)++] == Title(frame, options), "another title");
  std::string octets;
  std::vector<std::string> remarks;
  for (; *at < lines.size() && !IsTitle(lines[*at]); ++*at) {
    const absl::string_view line = lines[*at];
    const size_t bar = line.find("  |");
    if (absl::StartsWith(line, "    ! ") || absl::StartsWith(line, "    =") ||
        bar == line.npos) {
      remarks.emplace_back(line);
    } else {
      Require(TakeWords(line.substr(0, bar), &octets), "a dump that is no hex");
    }
  }
  Require(octets == frame.payload.substr(0, options.max_payload),
          "other octets");
  Require(remarks == Remarks(frame, options), "other remarks");
}

// Whether the frames that are printed are the streams', each stream's in order,
// and all of them if `all`.
void CheckFrames(absl::string_view printed, const Stream streams[2], bool all,
                 const Options& options) {
  const std::vector<absl::string_view> lines =
      absl::StrSplit(printed, '\n', absl::SkipEmpty());
  size_t next[2] = {0, 0};
  for (size_t at = 0; at < lines.size();) {
    const bool down =
        options.json ? absl::StartsWith(lines[at], R"({"direction":"down")")
                     : absl::StartsWith(lines[at], "> ");
    size_t& number = next[down ? 1 : 0];
    const std::vector<Frame>& frames = streams[down ? 1 : 0].frames;
    Require(number < frames.size(), "a frame that there is not");
    if (options.json) {
      Require(lines[at++] == Json(frames[number], options), "another frame");
    } else {
      CheckText(lines, &at, frames[number], options);
    }
    ++number;
  }
  Require(!all || (next[0] == streams[0].frames.size() &&
                   next[1] == streams[1].frames.size()),
          "a frame is missing");
}

bool IsCalm(absl::string_view text) {
  for (const char c : text) {
    const auto octet = static_cast<uint8_t>(c);
    if ((octet < 0x20 && c != '\n') || octet == 0x7f) return false;
  }
  return true;
}

// A wrong character is where the error says.
void CheckPlace(absl::string_view text, absl::string_view error) {
  const size_t at = error.find(": line ");
  Require(at != error.npos, "an error without its line");
  char* end = nullptr;
  const size_t line = std::strtoul(error.data() + at + 7, &end, 10);
  Require(absl::StartsWith(end, ", column "), "an error without its column");
  const size_t column = std::strtoul(end + 9, &end, 10);
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  // The line end, too, is a place.
  Require(line >= 1 && line <= lines.size() && column >= 1 &&
              column <= lines[line - 1].size() + 1,
          "an error at another place");
  if (!absl::StrContains(error, "is no hex digit")) return;
  const std::string quoted = absl::StrCat(
      ": '", forkrpc::cli::EscapeOctets(lines[line - 1].substr(column - 1, 1)),
      "' is no hex digit\n");
  Require(quoted == end, "another character is blamed");
}

struct Outcome {
  int code;
  std::string printed;
  std::string error;
};

Outcome Dump(const Options& options, absl::string_view octets) {
  static const int capture = memfd_create("capture", MFD_CLOEXEC);
  Require(ftruncate(capture, 0) == 0 &&
              pwrite(capture, octets.data(), octets.size(), 0) ==
                  static_cast<ssize_t>(octets.size()) &&
              lseek(capture, 0, SEEK_SET) == 0,
          "the capture cannot be written");
  std::ostringstream out, err;
  const int code =
      forkrpc::cli::RunDump(options.Arguments(), {capture, &out, &err});
  return {code, out.str(), err.str()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input(data, size);
  const Options options(input.TakeOctet());
  const absl::string_view capture = input.TakeRest();
  const Outcome got = Dump(options, capture);
  Require(IsCalm(got.printed) && IsCalm(got.error), "a control character");
  Require(got.error.size() <= kMost, "a long error");
  Require(got.error.empty() || got.error.find('\n') == got.error.size() - 1,
          "an error of several lines");

  std::string octets[2];
  bool is_hex = true;
  if (options.hex) {
    is_hex = ReadHex(capture, options.down, octets);
  } else {
    octets[options.down ? 1 : 0] = std::string(capture);
  }
  const Stream streams[2] = {Scan(octets[0], /*down=*/false, options),
                             Scan(octets[1], /*down=*/true, options)};
  const bool clean = is_hex && streams[0].clean && streams[1].clean;
  size_t bad = 0;
  for (const Stream& stream : streams) {
    for (const Frame& frame : stream.frames) {
      bad += Problem(frame, options).empty() ? 0 : 1;
    }
  }
  const bool good = clean && bad == 0;
  Require(
      got.code == (good ? forkrpc::cli::kExitOk : forkrpc::cli::kExitFailed),
      "another exit code");
  Require(got.error.empty() == good, "another error");
  const bool about_hex = absl::StrContains(got.error, "input: line ");
  Require(!about_hex || !is_hex, "hex is refused");
  if (about_hex) CheckPlace(capture, got.error);
  Require(!clean || bad == 0 || forkrpc::HasNumber(got.error, "forkrpc: ", bad),
          "another number of bad frames");
  // An error of hex, or of one direction, ends both.
  CheckFrames(got.printed, streams, clean || !options.hex, options);
  return 0;
}
