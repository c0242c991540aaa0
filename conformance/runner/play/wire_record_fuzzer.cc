// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any text as a wire record: it is refused with the number of the first line
// that is wrong, or judged as an oracle judges that is told the same, and
// judged the same with all octets in lines of one octet each. What was judged
// and is recorded again is judged the same.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "conformance/oracle/acceptor.h"
#include "conformance/runner/base/require.h"
#include "conformance/runner/play/wire_record.h"
#include "forkrpc/conformance_result.pb.h"

namespace {

using forkrpc::conformance::Acceptor;
using forkrpc::conformance::Breach;
using forkrpc::conformance::Form;
using forkrpc::conformance::Judge;
using forkrpc::conformance::Judgement;
using forkrpc::conformance::MakeOracle;
using forkrpc::conformance::Require;
using forkrpc::conformance::Role;
using forkrpc::conformance::RunResult;
using forkrpc::conformance::WireRecord;

std::string OctetByOctet(absl::string_view text) {
  std::string cut;
  size_t number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    if (++number <= 5 || words.size() != 3 || words[2] == "-" ||
        (words[1] != ">" && words[1] != "<")) {
      absl::StrAppend(&cut, line, "\n");
      continue;
    }
    for (size_t i = 0; i < words[2].size(); i += 2) {
      absl::StrAppend(&cut, words[0], " ", words[1], " ", words[2].substr(i, 2),
                      "\n");
    }
  }
  cut.pop_back();
  return cut;
}

std::string Outcome(const Acceptor& oracle) {
  const auto& breach = oracle.breach();
  const auto text = [](const Breach& each) {
    return absl::StrCat(absl::StrJoin(each.reqs, " "), " ", each.what, " ",
                        each.state, " ", each.offset);
  };
  return breach.has_value() ? text(*breach) : text(oracle.Owes());
}

bool IsHex(absl::string_view text) {
  return text == "-" ||
         (!text.empty() && text.size() % 2 == 0 &&
          text.find_first_not_of("0123456789abcdef") == text.npos);
}

// Whether the line behind the head says something.
bool IsEvent(const std::vector<absl::string_view>& words) {
  if (words.size() == 2) {
    return words[1] == ">end" || words[1] == ">loss" || words[1] == "<end" ||
           words[1] == "=proved";
  }
  int unused;
  return words.size() == 3 &&
         (words[1] == "=exit" || words[1] == "=signal"
              ? absl::SimpleAtoi(words[2], &unused)
              : (words[1] == ">" || words[1] == "<") && IsHex(words[2]));
}

bool IsClass(absl::string_view line) {
  return absl::EqualsIgnoreCase(line, "class child sync") ||
         absl::EqualsIgnoreCase(line, "class child async") ||
         absl::EqualsIgnoreCase(line, "class parent sync") ||
         absl::EqualsIgnoreCase(line, "class parent async");
}

// The first line that is wrong, from 1; 0 if none is.
size_t WrongLine(const std::vector<absl::string_view>& lines) {
  const auto begins = [&](size_t number, absl::string_view word) {
    return number <= lines.size() && absl::StartsWith(lines[number - 1], word);
  };
  if (lines[0] != "forkrpc-wire 1") return 1;
  if (!begins(2, "run ")) return 2;
  if (!begins(3, "class ")) return 3;
  if (!begins(4, "verdict ")) return 4;
  if (!begins(5, "oracle ")) return 5;
  if (!IsClass(lines[2])) return 3;
  for (size_t i = 5; i < lines.size(); ++i) {
    if (!IsEvent(absl::StrSplit(lines[i], ' '))) return i + 1;
  }
  return 0;
}

// The events as somebody records them who sees them; a millisecond each.
// Returns how many octets the testee has sent.
size_t Record(const std::vector<absl::string_view>& lines, WireRecord* record) {
  size_t sent = 0;
  for (size_t i = 5; i < lines.size(); ++i) {
    const absl::Duration when = absl::Milliseconds(i);
    const std::vector<absl::string_view> words = absl::StrSplit(lines[i], ' ');
    int number = 0;
    if (words[1] == ">" || words[1] == "<") {
      const std::string octets =
          words[2] == "-" ? "" : absl::HexStringToBytes(words[2]);
      words[1] == ">" ? record->Received(octets, when)
                      : record->Sent(octets, when);
      if (words[1] == "<") sent += octets.size();
    } else if (words[1] == ">end") {
      record->ReceivedEnd(when);
    } else if (words[1] == ">loss") {
      record->ReceivedLoss(when);
    } else if (words[1] == "<end") {
      record->SentEnd(when);
    } else if (words[1] == "=proved") {
      record->ProvedToHaveRead(when);
    } else if (absl::SimpleAtoi(words[2], &number)) {
      words[1] == "=exit" ? record->Exited(number, 0, when)
                          : record->Exited(0, number, when);
    }
  }
  return sent;
}

void RecordAgain(const std::vector<absl::string_view>& lines,
                 const Judgement& judgement) {
  const std::string named = absl::AsciiStrToLower(lines[2]);
  const Role role = absl::StrContains(named, " parent ")
                        ? forkrpc::conformance::PARENT
                        : forkrpc::conformance::CHILD;
  const Form form = absl::EndsWith(named, " async")
                        ? forkrpc::conformance::ASYNC
                        : forkrpc::conformance::SYNC;
  absl::StatusOr<Acceptor> oracle = MakeOracle(role, form);
  WireRecord record(&*oracle, /*keep=*/true);
  const size_t sent = Record(lines, &record);
  Require(Outcome(*oracle) == Outcome(judgement.oracle),
          "judged otherwise than told");
  const auto& breach = oracle->breach();
  Require(!breach.has_value() || breach->offset <= sent,
          "a breach behind what was sent");
  RunResult result;
  result.set_id(judgement.run);
  result.set_verdict(forkrpc::conformance::PASS);
  for (const std::string& req : judgement.reqs_then) {
    result.add_oracle_reqs(req);
  }
  const std::string text = record.Text(result, role, form);
  const absl::StatusOr<Judgement> again = Judge(text);
  Require(again.ok(), "what is recorded is refused");
  Require(again->run == judgement.run && again->verdict == "PASS" &&
              again->reqs_then == judgement.reqs_then,
          "recorded with another head");
  Require(Outcome(again->oracle) == Outcome(judgement.oracle),
          "judged otherwise when recorded");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const std::vector<absl::string_view> lines =
      absl::StrSplit(absl::StripSuffix(text, "\n"), '\n');
  const size_t wrong = WrongLine(lines);
  const absl::StatusOr<Judgement> judgement = Judge(text);
  Require(judgement.ok() == (wrong == 0), "judged otherwise than the model");
  if (!judgement.ok()) {
    const absl::string_view error = judgement.status().message();
    Require(absl::IsInvalidArgument(judgement.status()) &&
                absl::StartsWith(error, absl::StrCat("line ", wrong, ": ")),
            "an error without its line");
    Require(!absl::StrContains(error, '\n'), "an error of several lines");
    return 0;
  }
  const absl::StatusOr<Judgement> cut = Judge(OctetByOctet(text));
  Require(cut.ok(), "refused in pieces");
  Require(Outcome(judgement->oracle) == Outcome(cut->oracle),
          "judged otherwise in pieces");
  RecordAgain(lines, *judgement);
  return 0;
}
