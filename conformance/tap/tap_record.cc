// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/tap/tap_record.h"

#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "conformance/runner/wire/octets_text.h"

namespace forkrpc::conformance {
namespace {

constexpr char kMagic[] = "forkrpc-wire 1";
constexpr char kClass[] = "class both ";
// Of one line; what the tap hands on at once is shorter.
constexpr uint32_t kMostCut = uint32_t{1} << 20;

Layout LayoutToward(Toward toward, bool async) {
  return toward == Toward::kChild && !async ? Layout::kLength
                                            : Layout::kIdLength;
}

absl::string_view Mark(Toward toward) {
  return toward == Toward::kChild ? ">" : "<";
}

absl::string_view Word(End end) {
  return end == End::kParent ? "parent" : "child";
}

absl::Status Wrong(size_t line, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("line ", line + 1, ": ", what));
}

std::string Reqs(const WireJudge& judge, End end) {
  const std::optional<Breach>& breach = judge.breach(end);
  return breach.has_value() ? absl::StrJoin(breach->reqs, " ") : "";
}

// Replays the lines behind the head.
class Replayer {
 public:
  explicit Replayer(TapReplay* replay) : replay_(*replay) {}

  // False if the line is no event.
  bool Take(absl::string_view line) {
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, absl::MaxSplits(' ', 2));
    if (words.size() < 2 || words[1].empty()) return false;
    const absl::string_view rest = words.size() == 3 ? words[2] : "";
    if (words[1][0] == '=') return TakeOutcome(words[1], rest);
    const Toward toward = words[1][0] == '>' ? Toward::kChild : Toward::kParent;
    absl::string_view what = words[1];
    if (!absl::ConsumePrefix(&what, Mark(toward))) return false;
    if (words.size() == 3) return TakeOctets(toward, what, rest);
    if (what == "end") {
      replay_.judge.Ended(toward);
    } else if (what == "loss") {
      replay_.judge.Lost(toward);
    } else {
      return false;
    }
    return true;
  }

  // What the judge says and the record does not, or the other way round.
  void Compare() {
    for (const End end : {End::kParent, End::kChild}) {
      const std::string& then = said_[end == End::kChild];
      if (then == Reqs(replay_.judge, end)) continue;
      replay_.differences.push_back(
          absl::StrCat(Name(end), ": when it was recorded, the oracle said ",
                       then.empty() ? "nothing" : then));
    }
  }

 private:
  bool TakeOctets(Toward toward, absl::string_view what,
                  absl::string_view value) {
    uint32_t count = 0;
    if (what == "cut" && absl::SimpleAtoi(value, &count) && count > 0 &&
        count <= kMostCut) {
      replay_.judge.Moved(toward, std::string(count, '\0'));
      return true;
    }
    const absl::StatusOr<std::string> octets = OctetsFromContractHex(value);
    if (!what.empty() || !octets.ok()) return false;
    replay_.judge.Moved(toward, *octets);
    return true;
  }

  bool TakeOutcome(absl::string_view what, absl::string_view value) {
    int number = 0;
    if (what == "=breach") {
      const std::vector<std::string> words =
          absl::StrSplit(value, absl::MaxSplits(' ', 1));
      if (words[0] != "parent" && words[0] != "child") return false;
      said_[words[0] == "child"] = words.size() == 2 ? words[1] : "";
      return true;
    }
    if (!absl::SimpleAtoi(value, &number)) return false;
    if (what == "=exit") {
      replay_.judge.ChildExited(number, 0);
    } else if (what == "=signal") {
      replay_.judge.ChildExited(0, number);
    } else {
      return false;
    }
    return true;
  }

  TapReplay& replay_;
  std::string said_[2];  // of the parent, of the child
};

}  // namespace

TapRecord::TapRecord(const WireJudgeOptions& options, uint64_t snap,
                     std::function<void(absl::string_view)> sink)
    : sink_(std::move(sink)),
      to_child_(LayoutToward(Toward::kChild, options.async), snap),
      to_parent_(LayoutToward(Toward::kParent, options.async), snap) {
  sink_(absl::StrCat(
      kMagic, "\nrun tap\nclass both ", options.async ? "async" : "sync",
      options.contract ? " contract" : "", "\nverdict LIVE\noracle \n"));
}

void TapRecord::Line(absl::Duration when, absl::string_view what) {
  sink_(absl::StrFormat("%.6f %s\n", absl::ToDoubleSeconds(when), what));
}

void TapRecord::Moved(Toward toward, absl::string_view octets,
                      absl::Duration when) {
  PayloadCutter& cutter = toward == Toward::kChild ? to_child_ : to_parent_;
  cutter.Cut(octets, [&](absl::string_view kept, uint64_t cut) {
    if (!kept.empty()) {
      Line(when, absl::StrCat(Mark(toward), " ", ContractHex(kept)));
    }
    if (cut > 0) Line(when, absl::StrCat(Mark(toward), "cut ", cut));
  });
}

void TapRecord::Ended(Toward toward, absl::Duration when) {
  Line(when, absl::StrCat(Mark(toward), "end"));
}

void TapRecord::Lost(Toward toward, absl::Duration when) {
  Line(when, absl::StrCat(Mark(toward), "loss"));
}

void TapRecord::ChildExited(int status, int signal, absl::Duration when) {
  Line(when, signal != 0 ? absl::StrCat("=signal ", signal)
                         : absl::StrCat("=exit ", status));
}

void TapRecord::Broken(End end, const std::vector<std::string>& reqs,
                       absl::Duration when) {
  Line(when, absl::StrCat("=breach ", Word(end), reqs.empty() ? "" : " ",
                          absl::StrJoin(reqs, " ")));
}

bool IsTapRecord(absl::string_view text) {
  const std::vector<absl::string_view> lines =
      absl::StrSplit(text, absl::MaxSplits('\n', 3));
  return lines.size() >= 3 && lines[0] == kMagic &&
         absl::StartsWith(lines[2], kClass);
}

absl::StatusOr<TapReplay> ReplayTap(absl::string_view text) {
  const std::vector<absl::string_view> lines =
      absl::StrSplit(absl::StripSuffix(text, "\n"), '\n');
  constexpr absl::string_view kHead[] = {kMagic, "run ", kClass, "verdict ",
                                         "oracle "};
  for (size_t i = 0; i < std::size(kHead); ++i) {
    const absl::string_view line = i < lines.size() ? lines[i] : "";
    if (i == 0 ? line != kMagic : !absl::StartsWith(line, kHead[i])) {
      return Wrong(i, absl::StrCat("does not begin with \"", kHead[i], "\""));
    }
  }
  WireJudgeOptions options;
  absl::string_view form = absl::StripPrefix(lines[2], kClass);
  options.contract = absl::ConsumeSuffix(&form, " contract");
  options.async = form == "async";
  if (form != "async" && form != "sync") {
    return Wrong(2, "names no class such as \"both async\"");
  }
  absl::StatusOr<WireJudge> judge = WireJudge::Create(options);
  if (!judge.ok()) return judge.status();
  TapReplay replay = {std::string(lines[1].substr(4)), *std::move(judge), {}};
  Replayer replayer(&replay);
  for (size_t i = 5; i < lines.size(); ++i) {
    if (!replayer.Take(lines[i])) {
      return Wrong(i, "is no event: TIME > HEX, TIME <end, TIME =exit 0, ...");
    }
  }
  replayer.Compare();
  return replay;
}

}  // namespace forkrpc::conformance
