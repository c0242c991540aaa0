// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cases/step_text.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace forkrpc::conformance {
namespace {

std::string Text(const std::string& step) {
  Step parsed;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(step, &parsed));
  return StepText(parsed, "  ");
}

TEST(StepTextTest, OneItemStandsOnOneLine) {
  EXPECT_EQ(Text("send { item { request { tag: \"a\" id: 7 "
                 "payload { octets: \"E\" } payload { hex: \"68\" } } } }"),
            "send request a id 7: 2 octets 45 68 \"Eh\"");
  EXPECT_EQ(Text("expect_eof {}"), "expect eof");
  EXPECT_EQ(Text("expect_exit { status: NONZERO }"), "expect exit: nonzero");
  EXPECT_EQ(Text("resume_reader { after_octets: 9 }"),
            "resume reader after 9 octets");
  EXPECT_EQ(Text("resume_reader { after_octets: 9 when_blocked: true }"),
            "resume reader after 9 octets, when the testee's write is blocked");
}

TEST(StepTextTest, PiecesAreNamed) {
  EXPECT_EQ(Text("send { cut: 2 cut: 5 item { first: 3 event {} } }"),
            "send, cut at 2, 5, the first 3 octets of event: no octets");
  EXPECT_EQ(Text("send { item { rest {} } }"), "send the rest of it");
  EXPECT_EQ(Text("expect_descriptors { max_growth: 4 }"),
            "expect descriptors: at most 4 more");
}

TEST(StepTextTest, SeveralItemsStandBelow) {
  EXPECT_EQ(Text("expect_frames { any_order: true "
                 "item { event { payload { octets: \"v\" } } } "
                 "item { response { to: \"c\" times: 3 } } }"),
            "expect in any order:\n"
            "    event: 1 octet 76 \"v\"\n"
            "    response to c0 to c2: no octets");
}

TEST(StepTextTest, LargePayloadsAreDescribed) {
  EXPECT_EQ(Text("command { call { tag: \"a\" payload { octets: \"x\" } "
                 "payload { pattern { count: 100000 } } } }"),
            "command call a: 1 octet 78 \"x\", then 100000 octets i mod 251");
}

}  // namespace
}  // namespace forkrpc::conformance
