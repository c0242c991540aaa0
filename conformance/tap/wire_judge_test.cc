// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/tap/wire_judge.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "conformance/runner/wire/frame_scanner.h"
#include "conformance/tap/tap_record.h"
#include "gtest/gtest.h"

namespace forkrpc::conformance {
namespace {

std::string Frame(uint32_t id, const std::string& payload) {
  std::string octets;
  AppendU32(id, &octets);
  AppendU32(static_cast<uint32_t>(payload.size()), &octets);
  return octets + payload;
}

std::string SyncRequest(const std::string& payload) {
  return Frame(0, payload).substr(4);
}

WireJudge Make(bool async, bool contract = false) {
  return *WireJudge::Create({async, contract});
}

TEST(WireJudgeTest, FindsNothingInARightSession) {
  WireJudge judge = Make(/*async=*/true);
  judge.Moved(Toward::kChild, Frame(1, "Eone") + Frame(2, "Etwo"));
  judge.Moved(Toward::kParent, Frame(2, "two") + Frame(0, "event"));
  judge.Ended(Toward::kChild);
  judge.Moved(Toward::kParent, Frame(1, "one"));
  judge.Ended(Toward::kParent);
  judge.ChildExited(0, 0);
  EXPECT_EQ(judge.Text(End::kParent), "");
  EXPECT_EQ(judge.Text(End::kChild), "");
  EXPECT_EQ(judge.FormHint(), "");
}

TEST(WireJudgeTest, SaysWhichEndBrokeWhat) {
  WireJudge judge = Make(/*async=*/true);
  judge.Moved(Toward::kChild, Frame(1, "Eone"));
  judge.Moved(Toward::kParent, Frame(1, "one") + Frame(7, "seven"));
  EXPECT_EQ(judge.Text(End::kParent), "");
  EXPECT_TRUE(absl::StrContains(
      judge.Text(End::kChild),
      ": the child, at octet 24 of what it sent, sends a response with id 7 in "
      "the state SERVING"))
      << judge.Text(End::kChild);
  EXPECT_TRUE(absl::StrContains(judge.Text(End::kChild), "FR-ORD-005"));
  WireJudge other = Make(/*async=*/true);
  other.Moved(Toward::kChild, Frame(1, "Eone") + Frame(0, "zero"));
  EXPECT_EQ(other.Text(End::kChild), "");
  EXPECT_EQ(other.Text(End::kParent),
            "FR-SID-001: the parent, at octet 24 of what it sent, sends a "
            "request with id 0 in the state OPEN");
}

TEST(WireJudgeTest, AnyFunctionMayFailUnlessTheContractSaysWhich) {
  for (const bool contract : {false, true}) {
    WireJudge judge = Make(/*async=*/false, contract);
    judge.Moved(Toward::kChild, SyncRequest("Eone"));
    judge.Ended(Toward::kParent);
    judge.ChildExited(255, 0);
    EXPECT_EQ(judge.breach(End::kChild).has_value(), contract);
  }
}

TEST(WireJudgeTest, NamesTheFormThatIsMeant) {
  WireJudge sync = Make(/*async=*/true);
  sync.Moved(Toward::kChild, SyncRequest("Eone"));
  EXPECT_EQ(sync.FormHint(),
            "read in the sync form nothing is wrong: is --form=sync meant?");
  sync.Moved(Toward::kParent, Frame(1, "one"));
  EXPECT_TRUE(absl::StrContains(sync.Text(End::kChild), "--form=sync"));
  WireJudge async = Make(/*async=*/false);
  async.Moved(Toward::kChild, Frame(1, "Eone") + Frame(2, "Etwo"));
  async.Moved(Toward::kParent, Frame(2, "two"));
  EXPECT_TRUE(absl::StrContains(async.FormHint(), "--form=async"));
}

// What breaks a clause in the right form is no sign of the other.
TEST(WireJudgeTest, SuspectsNoFormWithoutASign) {
  WireJudge judge = Make(/*async=*/true);
  judge.Moved(Toward::kChild, Frame(1, "Eone"));
  judge.Moved(Toward::kParent, Frame(7, "seven"));
  EXPECT_TRUE(judge.breach(End::kChild).has_value());
  EXPECT_EQ(judge.FormHint(), "");
}

// The octets of an endless session leave nothing behind.
TEST(WireJudgeTest, TakesFramesOfAnyLengthInAnyPieces) {
  const std::string request = Frame(1, std::string(100000, 'E'));
  const std::string wrong = Frame(3, "");
  for (const size_t piece : {size_t{1}, size_t{7}, size_t{4096}, size_t{99999},
                             request.size() + wrong.size()}) {
    WireJudge judge = Make(/*async=*/true);
    judge.Moved(Toward::kChild, Frame(1, "E"));
    const std::string octets = request + wrong;
    for (size_t at = 0; at < octets.size(); at += piece) {
      judge.Moved(Toward::kParent, octets.substr(at, piece));
    }
    ASSERT_TRUE(judge.breach(End::kChild).has_value());
    EXPECT_EQ(judge.breach(End::kChild)->offset, octets.size()) << piece;
  }
}

// The parent reads behind each large response, or refuses it: it may do either
// for ever, and the ids are free again when it has.
TEST(WireJudgeTest, ManyLargeResponsesAreNotKept) {
  WireJudge judge = Make(/*async=*/true);
  const std::string response =
      Frame(1, std::string((size_t{1} << 20) + 1, 'x'));
  for (int i = 0; i < 20; ++i) {
    judge.Moved(Toward::kChild, Frame(1, "Z"));
    judge.Moved(Toward::kParent, response);
    for (int j = 0; j < 1000; ++j) {
      judge.Moved(Toward::kParent, Frame(0, "event"));
    }
  }
  EXPECT_EQ(judge.Text(End::kParent), "");
  EXPECT_EQ(judge.Text(End::kChild), "");
}

// What was judged live is judged the same of the record.
std::string Recorded(uint64_t snap, bool broken) {
  std::string text;
  WireJudge judge = Make(/*async=*/true);
  TapRecord record({}, snap,
                   [&](absl::string_view line) { text += std::string(line); });
  const absl::Duration when = absl::Milliseconds(1);
  const auto move = [&](Toward toward, const std::string& octets) {
    judge.Moved(toward, octets);
    record.Moved(toward, octets, when);
  };
  move(Toward::kChild, Frame(1, "Ehello"));
  move(Toward::kParent, Frame(broken ? 9 : 1, "hello"));
  if (judge.breach(End::kChild).has_value()) {
    record.Broken(End::kChild, judge.breach(End::kChild)->reqs, when);
  }
  record.Ended(Toward::kChild, when);
  record.Ended(Toward::kParent, when);
  record.ChildExited(0, 0, when);
  return text;
}

TEST(TapRecordTest, IsJudgedAsItWasLive) {
  for (const uint64_t snap : {uint64_t{0}, uint64_t{2}, UINT64_MAX}) {
    for (const bool broken : {false, true}) {
      const std::string text = Recorded(snap, broken);
      EXPECT_TRUE(IsTapRecord(text));
      EXPECT_EQ(absl::StrContains(text, ">cut"), snap < 6) << text;
      EXPECT_EQ(absl::StrContains(text, "=breach child"), broken);
      const absl::StatusOr<TapReplay> replay = ReplayTap(text);
      ASSERT_TRUE(replay.ok()) << replay.status();
      EXPECT_EQ(replay->judge.breach(End::kChild).has_value(), broken);
      EXPECT_TRUE(replay->differences.empty()) << replay->differences[0];
    }
  }
}

TEST(TapRecordTest, SaysWhatIsJudgedOtherwise) {
  std::string text = Recorded(UINT64_MAX, /*broken=*/true);
  text.erase(text.find("0.001000 =breach"),
             text.find("0.001000 >end") - text.find("0.001000 =breach"));
  const absl::StatusOr<TapReplay> replay = ReplayTap(text);
  ASSERT_TRUE(replay.ok()) << replay.status();
  ASSERT_EQ(replay->differences.size(), 1u);
  EXPECT_TRUE(absl::StrContains(replay->differences[0], "said nothing"));
}

TEST(TapRecordTest, NamesTheLineThatIsNone) {
  const std::string head =
      Recorded(UINT64_MAX, false)
          .substr(0, Recorded(UINT64_MAX, false).find("0.001000"));
  for (const char* line :
       {"0.1", "0.1 >", "0.1 > 0", "0.1 >cut 0", "0.1 >cut 99999999",
        "0.1 ?end", "0.1 =exit x", "0.1 =breach nobody", "0.1 <lost", ""}) {
    const absl::Status status =
        ReplayTap(absl::StrCat(head, "0.0 >end\n", line, "\n")).status();
    EXPECT_TRUE(absl::StartsWith(status.message(), "line 7: "))
        << line << ": " << status;
  }
  // Found by fuzzing: a form that is of no class.
  const absl::Status no_class =
      ReplayTap("forkrpc-wire 1\nrun x\nsync\nverdict LIVE\noracle \n")
          .status();
  EXPECT_EQ(no_class.message(), "line 3: does not begin with \"class both \"");
  EXPECT_FALSE(IsTapRecord("forkrpc-wire 1\nrun x\nclass child sync\n"));
  EXPECT_FALSE(ReplayTap("").ok());
}

}  // namespace
}  // namespace forkrpc::conformance
