// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The specification's session vectors: the acceptor sees the breach of a side
// that is wrong and none of a side that is right.

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "absl/strings/escaping.h"
#include "conformance/oracle/acceptor.h"
#include "forkrpc/vector.pb.h"

namespace forkrpc::conformance {
namespace {

using ::testing::Contains;

// What the machines do not look at: the value of an id in the sync form, and a
// stream of one's own that ends inside a frame.
const std::set<std::string> kUnseen = {"FR-SID-005", "FR-FRM-003",
                                       "FR-CLS-011"};

spec::VectorFile Sessions() {
  std::ifstream in("spec/vectors/sessions.json");
  const std::string text(std::istreambuf_iterator<char>(in), {});
  spec::VectorFile file;
  const auto status = google::protobuf::util::JsonStringToMessage(text, &file);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return file;
}

std::string Octets(const spec::VectorStep& step) {
  std::string octets = absl::HexStringToBytes(step.hex());
  for (const spec::VectorPart& part : step.parts()) {
    octets += absl::HexStringToBytes(part.hex());
    for (uint32_t i = 0; i < part.count(); ++i) {
      octets += absl::HexStringToBytes(part.repeat());
    }
  }
  return octets;
}

Acceptor Judge(const spec::Vector& vector, bool parent) {
  const spec::VectorSide& side = parent ? vector.parent() : vector.child();
  AcceptorOptions options;
  options.parent = parent;
  options.async = vector.form() == "async";
  options.functions = side.result() == "failed" ? "E" : "";
  if (side.has_limit()) options.refusable = side.limit();
  Acceptor acceptor = *Acceptor::Create(options);
  for (const spec::VectorStep& step : vector.steps()) {
    const bool own = (step.from() == "parent") == parent;
    if (step.end()) {
      own ? acceptor.SentEnd() : acceptor.ReceivedEnd();
    } else {
      own ? acceptor.Sent(Octets(step)) : acceptor.Received(Octets(step));
    }
  }
  if (side.result() == "clean") acceptor.Exited(0, 0);
  if (side.result() == "failed") acceptor.Exited(1, 0);
  return acceptor;
}

TEST(SessionsTest, EachSideIsJudgedAsTheVectorSays) {
  int wrong = 0;
  int right = 0;
  const spec::VectorFile sessions = Sessions();
  for (const spec::Vector& vector : sessions.vectors()) {
    for (const bool parent : {true, false}) {
      SCOPED_TRACE(vector.id() + (parent ? ": parent" : ": child"));
      const spec::VectorSide& side = parent ? vector.parent() : vector.child();
      const Acceptor acceptor = Judge(vector, parent);
      if (side.result() != "wrong") {
        ++right;
        EXPECT_FALSE(acceptor.breach().has_value())
            << acceptor.breach()->what << " in " << acceptor.breach()->state;
      } else if (kUnseen.count(side.requirement()) == 0) {
        ++wrong;
        ASSERT_TRUE(acceptor.breach().has_value()) << side.requirement();
        EXPECT_THAT(acceptor.breach()->reqs, Contains(side.requirement()));
      }
    }
  }
  EXPECT_GT(right, 80);
  EXPECT_GT(wrong, 10);
}

}  // namespace
}  // namespace forkrpc::conformance
