// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/oracle/acceptor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace forkrpc::conformance {
namespace {

using ::testing::Contains;

Acceptor Make(bool parent, bool async, bool may_fail = false) {
  AcceptorOptions options;
  options.parent = parent;
  options.async = async;
  // Requests of the scripts begin with "E".
  if (may_fail) options.functions = "V";
  return *Acceptor::Create(options);
}

// Plays a script of words on the acceptor: ">" and "<" give the direction of
// the words behind them (parent to child, child to parent), hex is octets, "|"
// is the end of that direction; "loss", "read" (proved), "exit0", "exit1",
// "signal" speak for themselves. The testee is the sender of its direction.
void Play(absl::string_view script, bool parent, Acceptor* acceptor) {
  bool down = true;
  for (absl::string_view word :
       absl::StrSplit(script, ' ', absl::SkipEmpty())) {
    const bool own = down == parent;
    if (word == ">" || word == "<") {
      down = word == ">";
    } else if (word == "|") {
      own ? acceptor->SentEnd() : acceptor->ReceivedEnd();
    } else if (word == "loss") {
      acceptor->ReceivedLoss();
    } else if (word == "read") {
      acceptor->ProvedToHaveRead();
    } else if (word == "exit0") {
      acceptor->Exited(0, 0);
    } else if (word == "exit1") {
      acceptor->Exited(1, 0);
    } else if (word == "signal") {
      acceptor->Exited(0, 11);
    } else {
      const std::string octets = absl::HexStringToBytes(word);
      own ? acceptor->Sent(octets) : acceptor->Received(octets);
    }
  }
}

struct Script {
  const char* name;
  bool parent;
  bool async;
  bool may_fail;
  const char* text;
  const char* breaks;  // a clause, or "" for none
};

void PrintTo(const Script& script, std::ostream* out) { *out << script.name; }

class AcceptorTest : public ::testing::TestWithParam<Script> {};

TEST_P(AcceptorTest, JudgesTheScript) {
  const Script& script = GetParam();
  Acceptor acceptor = Make(script.parent, script.async, script.may_fail);
  Play(script.text, script.parent, &acceptor);
  if (*script.breaks == '\0') {
    EXPECT_FALSE(acceptor.breach().has_value())
        << acceptor.breach()->what << " in " << acceptor.breach()->state;
  } else {
    ASSERT_TRUE(acceptor.breach().has_value());
    EXPECT_THAT(acceptor.breach()->reqs, Contains(script.breaks));
  }
}

constexpr bool kParent = true;
constexpr bool kChild = false;
constexpr bool kAsync = true;
constexpr bool kSync = false;

constexpr Script kScripts[] = {
    {"echo and drain", kChild, kSync, false,
     "> 0000000145 < 0000000100000000 > | < | exit0", ""},
    {"any id in the sync form", kChild, kSync, false,
     "> 0000000145 < 0000000700000000", ""},
    {"octet by octet", kChild, kSync, false,
     "> 00 00 00 01 45 < 00 00 00 01 00 00 00 00 > | < | exit0", ""},
    {"two responses to one request", kChild, kSync, false,
     "> 0000000145 < 0000000100000000 0000000100000000", "FR-ORD-005"},
    {"a response before the request is whole", kChild, kSync, false,
     "> 00000002 45 < 0000000100000000", "FR-ORD-005"},
    {"an event at any time", kChild, kSync, false, "< 0000000000000000", ""},
    {"closes with a call in flight", kChild, kSync, false, "> 0000000145 | < |",
     "FR-CLS-003"},
    {"ends although nothing has failed", kChild, kAsync, false,
     "> 000000010000000145 exit1", "FR-CLS-013"},
    {"refuses id 0 by the header", kChild, kAsync, false,
     "> 0000000000000005 45 < | exit1", ""},
    {"refuses an id in flight by the header", kChild, kAsync, false,
     "> 000000070000000145 0000000700000005 45 < | exit1", ""},
    {"refuses a good id by the header", kChild, kAsync, false,
     "> 000000070000000145 0000000800000005 45 < |", "FR-CLS-013"},
    {"refuses an id that is free again", kChild, kAsync, false,
     "> 000000070000000145 < 0000000700000000 > 0000000700000005 45 < |",
     "FR-CLS-013"},
    {"takes a header for a request", kChild, kAsync, false,
     "> 000000070000000145 0000000700000005 45 < 0000000700000000 "
     "0000000700000000",
     "FR-SID-003"},
    {"a function failed", kChild, kSync, true, "> 0000000145 exit1", ""},
    {"a function failed and it says it is well", kChild, kSync, true,
     "> 0000000145 exit0", "FR-CLS-013"},
    {"a status after the drain", kChild, kAsync, false, "> | < | exit1",
     "FR-CLS-005"},
    {"a cut request and a clean exit", kChild, kSync, false,
     "> 0000 | < | exit0", "FR-ERR-005"},
    {"a cut request and a status", kChild, kSync, false, "> 0000 | < | exit1",
     ""},
    {"out of order", kChild, kAsync, false,
     "> 00000001000000000000000200000000 < 00000002000000000000000100000000",
     ""},
    {"an id that nobody gave", kChild, kAsync, false,
     "> 0000000100000000 < 0000000200000000", "FR-SID-003"},
    {"an id again once it was answered", kChild, kAsync, false,
     "> 0000000500000000 < 0000000500000000 > 0000000500000000 "
     "< 0000000500000000",
     ""},
    {"id 0 is an error, what was read before is answered", kChild, kAsync,
     false, "> 00000001000000000000000000000000 < 0000000100000000 exit1", ""},
    {"id 0 taken for a request like others", kChild, kAsync, false,
     "> 0000000000000000 | < | exit0", "FR-ERR-009"},
    {"a parent that has gone, ended by a signal", kChild, kSync, false,
     "loss signal", "FR-ERR-011"},
    {"a parent that has gone", kChild, kSync, false, "loss exit1", ""},
    {"a long length may be refused", kChild, kSync, false, "> 7fffffff exit1",
     ""},
    {"or waited for", kChild, kSync, false, "> 7fffffff | < | exit1", ""},
    {"a short one may not", kChild, kSync, false, "> 00100000 exit1",
     "FR-CLS-013"},
    {"refused in silence", kChild, kSync, false, "> 7fffffff exit0",
     "FR-CLS-013"},
    {"refused, although it came whole", kChild, kAsync, true,
     "> 00000001000000000000000200100001 < 0000000100000000 | exit1", ""},

    // "debug: 1", for a header.
    {"text before the first frame", kChild, kSync, false,
     "> 0000000145 < 64656275673a2031", "FR-FRM-008"},
    {"text between frames", kChild, kAsync, false,
     "> 0000000100000000 0000000200000000 < 0000000100000000 "
     "64656275673a2031",
     "FR-FRM-008"},
    {"less than a header of text before the first frame", kChild, kAsync, false,
     "> 0000000100000000 < 68690a 0000000100000000", "FR-FRM-008"},
    {"a line end behind a frame", kChild, kSync, false,
     "> 0000000000000000 < 0000000100000000 0a 0000000100000000", "FR-FRM-008"},
    {"text octet by octet", kChild, kSync, false,
     "> 00000000 < 64 65 62 75 67 3a 20 31", "FR-FRM-008"},
    {"text that is a payload", kChild, kSync, false,
     "> 00000000 < 0000000100000008 64656275673a2031", ""},
    {"a length of one too many, async", kChild, kAsync, false,
     "> 0000000700000000 0000000900000000 "
     "< 00000007000000026100000009000000026200",
     "FR-FRM-005"},
    {"a length of one too many, sync", kChild, kSync, false,
     "> 0000000000000000 < 00000001000000026100000001000000026200",
     "FR-FRM-005"},
    {"a length that counts the header", kChild, kAsync, false,
     "> 0000000700000000 0000000900000000 0000000b00000000 "
     "< 00000007 00000009 61 00000009 00000009 62 0000000b 00000009 63",
     "FR-FRM-005"},
    {"a payload that ends like a header", kChild, kAsync, false,
     "> 0000000700000000 0000000900000000 "
     "< 0000000700000008 0000000900000001 0000000900000000",
     ""},
    {"an id of its own in the sync form", kChild, kSync, false,
     "> 0000000000000000 < 0000000700000000 0000000700000000", ""},
    {"text from a parent", kParent, kSync, false, "> 64656275", "FR-FRM-008"},
    {"text from a parent in the async form", kParent, kAsync, false,
     "> 0000000100000000 64656275673a2031", "FR-FRM-008"},
    {"a parent's length of one too many", kParent, kAsync, false,
     "> 00000001000000026100000002000000026200", "FR-FRM-005"},
    {"a parent that leaves ids out", kParent, kAsync, false,
     "> 0000000100000000 0000000900000000", ""},
    {"calls and a clean end", kParent, kAsync, false,
     "> 00000001000000000000000200000000 < 0000000200000000 0000000100000000 "
     "> | < | read",
     ""},
    {"id 0", kParent, kAsync, false, "> 0000000000000000", "FR-SID-001"},
    {"an id in flight", kParent, kAsync, false,
     "> 00000001000000000000000100000000", "FR-SID-002"},
    {"an id again after its response", kParent, kAsync, false,
     "> 0000000100000000 < 0000000100000000 > 0000000100000000", ""},
    {"goes on, perhaps before it has read the stray response", kParent, kAsync,
     false, "> 0000000100000000 < 0000000700000000 > 0000000200000000", ""},
    {"goes on after it has", kParent, kAsync, false,
     "> 0000000100000000 < 0000000700000000 read > 0000000200000000",
     "FR-ERR-001"},
    {"a response that is early is not one", kParent, kSync, false,
     "< 0000000100000000 read > 00000000", "FR-ERR-002"},
    {"a call after the end", kParent, kSync, false, "< | read > 00000000",
     "FR-ERR-014"},
};

INSTANTIATE_TEST_SUITE_P(Scripts, AcceptorTest, ::testing::ValuesIn(kScripts),
                         [](const auto& info) {
                           std::string name;
                           for (const char c :
                                absl::string_view(info.param.name)) {
                             name += std::isalnum(c) ? c : '_';
                           }
                           return absl::StrCat(name, "_", info.index);
                         });

TEST(AcceptorTest, SaysWhatAndWhere) {
  Acceptor acceptor = Make(kChild, kAsync);
  Play("> 0000000100000000 < 00000001000000026869 0000000100000000", kChild,
       &acceptor);
  ASSERT_TRUE(acceptor.breach().has_value());
  EXPECT_EQ(acceptor.breach()->what, "sends a response with id 1");
  EXPECT_EQ(acceptor.breach()->state, "SERVING");
  EXPECT_EQ(acceptor.breach()->offset, 18);
}

TEST(AcceptorTest, SaysWhatIsOwed) {
  Acceptor acceptor = Make(kChild, kSync);
  Play("> 00000000 |", kChild, &acceptor);
  const Breach owed = acceptor.Owes();
  EXPECT_EQ(owed.state, "DRAINING");
  EXPECT_THAT(owed.reqs, Contains("FR-CLS-003"));
}

// Thousands of inputs ahead of the testee cost no possibilities.
TEST(AcceptorTest, ManyCallsInFlight) {
  Acceptor acceptor = Make(kChild, kAsync);
  std::string requests;
  std::string responses;
  for (int id = 1; id <= 5000; ++id) {
    const std::string header = absl::StrCat(
        std::string(1, '\0'), std::string(1, '\0'),
        std::string(1, static_cast<char>(id >> 8)),
        std::string(1, static_cast<char>(id)), std::string(4, '\0'));
    requests += header;
    responses = header + responses;
  }
  acceptor.Received(requests);
  acceptor.ReceivedEnd();
  acceptor.Sent(responses);
  acceptor.SentEnd();
  acceptor.Exited(0, 0);
  EXPECT_FALSE(acceptor.breach().has_value()) << acceptor.breach()->what;
}

// What has been read is forgotten at once; of what waits behind a response that
// the parent may have refused, so much that it must have been read.
TEST(AcceptorTest, KeepsNoInputsOfALongSession) {
  Acceptor parent = Make(/*parent=*/true, /*async=*/true);
  const std::string event = absl::HexStringToBytes("0000000000000000");
  for (int i = 0; i < 100; ++i) parent.Received(event);
  EXPECT_EQ(parent.waiting(), 0u);
  const std::string long_response =
      absl::HexStringToBytes("0000000100200000") + std::string(0x200000, 'x');
  parent.Sent(absl::HexStringToBytes("0000000100000000"));
  parent.Received(long_response);
  for (int i = 0; i < 100; ++i) parent.Received(event);
  EXPECT_GT(parent.waiting(), 100u);
  for (size_t i = 0; i < 2 * Acceptor::kMostWaiting; ++i) {
    parent.Received(event);
    ASSERT_LE(parent.waiting(), Acceptor::kMostWaiting);
  }
  EXPECT_EQ(parent.waiting(), 0u);
  // It has read the response, so its id is free.
  parent.Sent(absl::HexStringToBytes("0000000100000000"));
  EXPECT_FALSE(parent.breach().has_value());
}

// Evidence of misframing is looked for where a header stands, wherever the
// pieces end.
TEST(AcceptorTest, KeepsTheEndOfALongPayloadAsEvidence) {
  const std::string good = absl::HexStringToBytes("0000000100000064") +
                           std::string(92, 'x') +
                           absl::HexStringToBytes("0000000200000001");
  for (size_t piece = 1; piece <= good.size() + 9; ++piece) {
    Acceptor child = Make(/*parent=*/false, /*async=*/true);
    child.Received(absl::HexStringToBytes("00000001000000000000000200000000"));
    const std::string octets = good + "y12345678";
    for (size_t at = 0; at < octets.size(); at += piece) {
      child.Sent(absl::string_view(octets).substr(at, piece));
    }
    ASSERT_TRUE(child.breach().has_value()) << piece;
    EXPECT_THAT(child.breach()->reqs, Contains("FR-FRM-005")) << piece;
  }
}

}  // namespace
}  // namespace forkrpc::conformance
