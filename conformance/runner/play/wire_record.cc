// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/play/wire_record.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "conformance/runner/cases/case_run.h"
#include "conformance/runner/wire/octets_text.h"

namespace forkrpc::conformance {
namespace {

constexpr char kMagic[] = "forkrpc-wire 1";
// What the contract says a child's functions answer; others may fail.
constexpr char kOperations[] = "EVBLZ";
constexpr char kAsyncOperations[] = "EVBLZAHR";

absl::Status Wrong(size_t line, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("line ", line + 1, ": ", what));
}

// Tells the oracle one line behind the head: "0.001234 > 000000".
bool Replay(absl::string_view line, Acceptor* oracle) {
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
  if (words.size() < 2) return false;
  const absl::string_view what = words[1];
  if (words.size() == 2) {
    if (what == ">end") {
      oracle->ReceivedEnd();
    } else if (what == ">loss") {
      oracle->ReceivedLoss();
    } else if (what == "<end") {
      oracle->SentEnd();
    } else if (what == "=proved") {
      oracle->ProvedToHaveRead();
    } else {
      return false;
    }
    return true;
  }
  if (words.size() != 3) return false;
  int number = 0;
  if (what == "=exit" || what == "=signal") {
    if (!absl::SimpleAtoi(words[2], &number)) return false;
    what == "=exit" ? oracle->Exited(number, 0) : oracle->Exited(0, number);
    return true;
  }
  const absl::StatusOr<std::string> octets = OctetsFromContractHex(words[2]);
  if (!octets.ok() || (what != ">" && what != "<")) return false;
  what == ">" ? oracle->Received(*octets) : oracle->Sent(*octets);
  return true;
}

}  // namespace

absl::StatusOr<Acceptor> MakeOracle(Role role, Form form) {
  AcceptorOptions options;
  options.parent = role == PARENT;
  options.async = form == ASYNC;
  options.functions = options.async ? kAsyncOperations : kOperations;
  return Acceptor::Create(options);
}

void WireRecord::Keep(absl::Duration when, absl::string_view what,
                      absl::string_view octets) {
  if (!keep_) return;
  absl::StrAppendFormat(&lines_, "%.6f %s", absl::ToDoubleSeconds(when), what);
  if (!octets.empty()) absl::StrAppend(&lines_, " ", ContractHex(octets));
  lines_ += '\n';
}

void WireRecord::Received(absl::string_view octets, absl::Duration when) {
  oracle_.Received(octets);
  Keep(when, ">", octets);
}

void WireRecord::ReceivedEnd(absl::Duration when) {
  oracle_.ReceivedEnd();
  Keep(when, ">end");
}

void WireRecord::ReceivedLoss(absl::Duration when) {
  oracle_.ReceivedLoss();
  Keep(when, ">loss");
}

void WireRecord::Sent(absl::string_view octets, absl::Duration when) {
  oracle_.Sent(octets);
  Keep(when, "<", octets);
}

void WireRecord::SentEnd(absl::Duration when) {
  oracle_.SentEnd();
  Keep(when, "<end");
}

void WireRecord::ProvedToHaveRead(absl::Duration when) {
  oracle_.ProvedToHaveRead();
  Keep(when, "=proved");
}

void WireRecord::Exited(int status, int signal, absl::Duration when) {
  oracle_.Exited(status, signal);
  Keep(when, signal != 0 ? absl::StrCat("=signal ", signal)
                         : absl::StrCat("=exit ", status));
}

std::string WireRecord::Text(const RunResult& result, Role role,
                             Form form) const {
  if (!keep_) return "";
  return absl::StrCat(kMagic, "\nrun ", result.id(), "\nclass ", Name(role),
                      " ", Name(form), "\nverdict ",
                      Verdict_Name(result.verdict()), "\noracle ",
                      absl::StrJoin(result.oracle_reqs(), " "), "\n", lines_);
}

absl::StatusOr<Judgement> Judge(absl::string_view text) {
  const std::vector<absl::string_view> lines =
      absl::StrSplit(absl::StripSuffix(text, "\n"), '\n');
  if (lines[0] != kMagic) {
    return Wrong(0, absl::StrCat("is not \"", kMagic, "\""));
  }
  constexpr absl::string_view kKeys[] = {"run ", "class ", "verdict ",
                                         "oracle "};
  std::vector<std::string> head;
  for (size_t i = 0; i < 4; ++i) {
    absl::string_view rest = i + 1 < lines.size() ? lines[i + 1] : "";
    if (!absl::ConsumePrefix(&rest, kKeys[i])) {
      return Wrong(i + 1, absl::StrCat("does not begin with ", kKeys[i]));
    }
    head.emplace_back(rest);
  }
  const std::vector<std::string> words =
      absl::StrSplit(absl::AsciiStrToUpper(head[1]), ' ');
  Role role = ROLE_UNSPECIFIED;
  Form form = FORM_UNSPECIFIED;
  if (words.size() != 2 || !Role_Parse(words[0], &role) ||
      !Form_Parse(words[1], &form) || role == ROLE_UNSPECIFIED ||
      form == FORM_UNSPECIFIED) {
    return Wrong(2, "names no class such as \"child sync\"");
  }
  absl::StatusOr<Acceptor> oracle = MakeOracle(role, form);
  if (!oracle.ok()) return oracle.status();
  for (size_t i = 5; i < lines.size(); ++i) {
    if (!Replay(lines[i], &*oracle)) {
      return Wrong(i, "is no event: TIME > HEX, TIME <end, TIME =exit 0, ...");
    }
  }
  return Judgement{head[0], head[2],
                   absl::StrSplit(head[3], ' ', absl::SkipEmpty()),
                   *std::move(oracle)};
}

}  // namespace forkrpc::conformance
