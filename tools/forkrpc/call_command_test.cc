// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/call_command.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "forkrpc/base/owned_fd.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// The program as a whole is tested in cli_test.py; here is what needs hands on
// the streams.
namespace forkrpc::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kWorker[] = "tools/forkrpc/string_pack_worker";

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome Call(const std::vector<std::string>& arguments, int in) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = RunCall(arguments, {in, &out, &err});
  return {code, out.str(), err.str()};
}

// A pipe with `text` in it, closed at the writing end.
OwnedFd Input(const std::string& text) {
  int fds[2];
  EXPECT_EQ(pipe(fds), 0);
  const OwnedFd write_end(fds[1]);
  EXPECT_EQ(write(write_end.get(), text.data(), text.size()),
            static_cast<ssize_t>(text.size()));
  return OwnedFd(fds[0]);
}

TEST(CallCommandTest, CallsBeforeABadLineAreMadeAndPrinted) {
  const OwnedFd input = Input("[\"add\",\"1\"]\n[\"list\",\"x\"]\n{}\n[\"y\"]");
  const Outcome outcome =
      Call({"--input-format=json", "--", kWorker}, input.get());
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.out, "1\nx\n");
  EXPECT_THAT(outcome.err, StartsWith("forkrpc: line 3: not a JSON array"));
}

TEST(CallCommandTest, TheFirstFailedLineEndsIt) {
  const OwnedFd input = Input("add 1\nadd x\nadd 3\n");
  const Outcome outcome = Call({"--", kWorker}, input.get());
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.out, "1\n");
  EXPECT_THAT(outcome.err, HasSubstr("forkrpc: line 2: call failed: "));
  EXPECT_THAT(outcome.err, HasSubstr("x is no number"));
}

// A response must not wait for the next line: a user may be typing.
TEST(CallCommandTest, AResponseDoesNotWaitForTheNextLine) {
  class Watch : public std::stringbuf {
   public:
    explicit Watch(OwnedFd input) : input_(std::move(input)) {}
    int sync() override {
      // The second line is typed when the first response was seen.
      if (str() == "1\n" && input_.valid()) {
        EXPECT_EQ(write(input_.get(), "add 2\n", 6), 6);
        input_.Reset();
      }
      return 0;
    }

   private:
    OwnedFd input_;
  };
  for (const std::string form : {"sync", "async"}) {
    int fds[2];
    ASSERT_EQ(pipe2(fds, O_CLOEXEC), 0);
    const OwnedFd read_end(fds[0]);
    ASSERT_EQ(write(fds[1], "add 1\n", 6), 6);
    Watch watch{OwnedFd(fds[1])};
    std::ostream out(&watch);
    std::ostringstream err;
    EXPECT_EQ(RunCall({"--form=" + form, "--", kWorker, form},
                      {read_end.get(), &out, &err}),
              0);
    EXPECT_EQ(watch.str(), "1\n2\n");
    EXPECT_EQ(err.str(), "");
  }
}

TEST(CallCommandTest, OutputThatCannotBeWrittenIsAFailure) {
  std::ostream out(nullptr);  // refuses everything
  std::ostringstream err;
  EXPECT_EQ(RunCall({"add", "1", "--", kWorker}, {-1, &out, &err}), 1);
  EXPECT_EQ(err.str(), "forkrpc: cannot write to standard output\n");
}

TEST(CallCommandTest, ARequestBeyondTheLimitIsNotSent) {
  const OwnedFd input(memfd_create("input", MFD_CLOEXEC));
  ASSERT_EQ(ftruncate(input.get(), (16 << 20) + 1), 0);  // one line of NULs
  const Outcome outcome =
      Call({"--serialiser=raw", "--", kWorker}, input.get());
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err,
              StartsWith("forkrpc: line 1: call failed: RESOURCE_EXHAUSTED: "));
}

}  // namespace
}  // namespace forkrpc::cli
