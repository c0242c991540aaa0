// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/load/caller.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "forkrpc/base/big_endian.h"
#include "forkrpc/connection/client_connection.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kMicrosecond = 1000;
constexpr int64_t kMillisecond = 1000000;
constexpr int64_t kSecond = 1000000000;
constexpr size_t kHeader = 8;

// A caller, and a worker of the async form that answers when the test has it,
// in time that the test makes.
class CallerTest : public ::testing::Test {
 protected:
  struct Served {
    int64_t received;
    int64_t answered;
  };
  // The delay of the request of that number, which came at that time; kNever:
  // no answer.
  using Delay = std::function<int64_t(uint64_t number, int64_t at)>;

  void Make(const LoadPlan& plan, Delay delay) {
    delay_ = std::move(delay);
    caller_.emplace(plan, &connection_, &payloads_);
    caller_->Start(now_);
  }

  void Measure(const LoadPlan& plan, Delay delay) {
    Make(plan, std::move(delay));
    Run();
  }

  // Runs until the caller is done, or `to`.
  void Run(int64_t to = kNever) {
    while (!caller_->done() && now_ < to) {
      caller_->Turn(now_);
      if (connection_.over()) return;
      Serve();
      int64_t next = caller_->next_turn();
      if (!answers_.empty()) next = std::min(next, answers_.begin()->first);
      ASSERT_TRUE(caller_->done() || next >= now_) << next;
      now_ = std::max(now_, next);
      Deliver();
    }
  }

  // Takes the requests that were written, and decides when each is answered.
  void Serve() {
    for (const absl::string_view octets : connection_.SendBuffers()) {
      requests_.append(octets.data(), octets.size());
    }
    connection_.OnSent(connection_.unsent());
    size_t at = 0;
    while (requests_.size() - at >= kHeader) {
      const size_t length = LoadBigEndian32(requests_.data() + at + 4);
      ASSERT_LE(at + kHeader + length, requests_.size());
      const int64_t delay = delay_(number_, now_);
      ++number_;
      if (delay != kNever) {
        answers_.emplace(now_ + delay, requests_.substr(at, kHeader + length));
        served_.push_back({now_, now_ + delay});
      }
      at += kHeader + length;
    }
    requests_.erase(0, at);
  }

  // All that is due, as far as one read takes it.
  void Deliver() {
    std::string octets;
    while (!answers_.empty() && answers_.begin()->first <= now_ &&
           octets.size() < 10000) {
      octets += answers_.begin()->second;
      answers_.erase(answers_.begin());
    }
    if (!octets.empty()) Receive(octets);
  }

  void Receive(const std::string& frame) {
    const absl::Span<char> space = connection_.ReceiveBuffer();
    ASSERT_GE(space.size(), frame.size());
    std::memcpy(space.data(), frame.data(), frame.size());
    connection_.OnReceived(frame.size());
  }

  const LoadTally& tally() const { return caller_->tally(); }
  uint64_t errors(LoadError kind) const {
    return tally().errors[static_cast<size_t>(kind)];
  }

  int64_t now_ = 77 * kSecond;
  PayloadSource payloads_{*PayloadSizes::Parse("16"), 1};
  ClientConnection connection_;
  std::optional<Caller> caller_;
  Delay delay_;
  std::string requests_;
  uint64_t number_ = 0;
  std::multimap<int64_t, std::string> answers_;
  std::vector<Served> served_;
};

void ExpectWithin(double share, const LatencyHistogram& latency,
                  std::vector<int64_t> truth) {
  ASSERT_FALSE(truth.empty());
  std::sort(truth.begin(), truth.end());
  EXPECT_EQ(latency.count(), truth.size());
  for (const double percent : {1.0, 50.0, 75.0, 90.0, 99.0, 99.9, 100.0}) {
    const double rank = std::ceil(percent / 100 * truth.size() - 1e-6);
    const auto value =
        static_cast<double>(truth[std::max<size_t>(rank, 1) - 1]);
    EXPECT_NEAR(static_cast<double>(latency.ValueAt(percent)), value,
                share * value)
        << percent;
  }
}

LoadPlan OpenLoop(double calls_per_second) {
  LoadPlan plan;
  plan.in_flight = 10000;
  plan.period = 1e9 / calls_per_second;
  plan.measure = 10 * kSecond;
  return plan;
}

LoadPlan ClosedLoop(uint32_t in_flight) {
  LoadPlan plan;
  plan.in_flight = in_flight;
  plan.measure = 10 * kSecond;
  return plan;
}

TEST_F(CallerTest, ClosedLoopMakesTheNextCallWhenOneIsAnswered) {
  Measure(ClosedLoop(1), [](uint64_t, int64_t) { return kMillisecond; });
  EXPECT_EQ(tally().answered, 10000u);
  EXPECT_EQ(tally().measured, 10 * kSecond);
  EXPECT_EQ(tally().error_count(), 0u);
  EXPECT_EQ(tally().sent_octets, 160000u);
  EXPECT_EQ(tally().received_octets, 160000u);
  EXPECT_EQ(tally().latency.min(), kMillisecond);
  EXPECT_EQ(tally().latency.max(), kMillisecond);
  EXPECT_EQ(tally().late.count(), 0u);
}

TEST_F(CallerTest, ClosedLoopKeepsSoManyInFlight) {
  Make(ClosedLoop(100), [](uint64_t, int64_t) { return kMillisecond; });
  Run(now_ + kSecond);
  EXPECT_EQ(connection_.in_flight(), 100u);
  Run();
  EXPECT_EQ(tally().answered, 1000000u);
}

TEST_F(CallerTest, OpenLoopMakesCallsWhenTheyAreDue) {
  LoadPlan plan = OpenLoop(1000);
  plan.first_due = kMicrosecond;
  Make(plan, [](uint64_t, int64_t) { return 3 * kMillisecond; });
  const int64_t start = now_;
  Run();
  ASSERT_EQ(served_.size(), 10000u);
  for (size_t i = 0; i < served_.size(); ++i) {
    EXPECT_EQ(served_[i].received,
              start + kMicrosecond + static_cast<int64_t>(i) * kMillisecond);
  }
  EXPECT_EQ(tally().answered, 10000u);
  EXPECT_EQ(tally().late.max(), 0);
  EXPECT_EQ(tally().held_back, 0u);
}

// Three rates that are no divisor of a second: none is off by a call.
TEST_F(CallerTest, OpenLoopMakesAsManyAsTheRateSays) {
  for (const double rate : {333.0, 7.0, 123456.7}) {
    LoadPlan plan = OpenLoop(rate);
    plan.measure = 3 * kSecond;
    number_ = 0;
    Make(plan, [](uint64_t, int64_t) { return kMicrosecond; });
    Run();
    EXPECT_EQ(tally().answered, static_cast<uint64_t>(std::ceil(3 * rate)));
    EXPECT_EQ(number_, tally().answered);
  }
}

// The distributions that the issue names, known exactly.
TEST_F(CallerTest, PercentilesOfExponentialDelays) {
  std::mt19937_64 random(7);
  std::exponential_distribution<double> draw(1.0 / (3 * kMillisecond));
  std::vector<int64_t> truth;
  Make(OpenLoop(5000), [&](uint64_t, int64_t) {
    truth.push_back(static_cast<int64_t>(draw(random)));
    return truth.back();
  });
  Run();
  ExpectWithin(0.008, tally().latency, truth);
}

TEST_F(CallerTest, PercentilesOfBimodalDelaysWithStalls) {
  std::vector<int64_t> truth;
  Make(OpenLoop(5000), [&](uint64_t number, int64_t) {
    truth.push_back(number % 1000 == 0 ? 200 * kMillisecond
                    : number % 10 < 3  ? 5 * kMillisecond
                                       : 100 * kMicrosecond);
    return truth.back();
  });
  Run();
  ExpectWithin(0.008, tally().latency, truth);
}

// The worker stops for 200 ms once a second and answers nothing meanwhile: in
// an open loop each call that was due then shows how long it waited.
TEST_F(CallerTest, OpenLoopShowsAPauseInAllCallsThatWereDueMeanwhile) {
  const int64_t start = now_;
  std::vector<int64_t> truth;
  const auto delay = [&](uint64_t, int64_t at) {
    const int64_t in_second = (at - start) % kSecond;
    truth.push_back(in_second < 200 * kMillisecond
                        ? 200 * kMillisecond - in_second
                        : 50 * kMicrosecond);
    return truth.back();
  };
  Measure(OpenLoop(1000), delay);
  EXPECT_EQ(tally().latency.count(), 10000u);
  ExpectWithin(0.008, tally().latency, truth);
  // A fifth of the time is pause.
  EXPECT_NEAR(static_cast<double>(tally().latency.ValueAt(90)),
              100 * kMillisecond, kMillisecond);
}

// In a closed loop one call meets each pause: 10 of 80,000. The correction
// finds what the open loop has seen.
TEST_F(CallerTest, ClosedLoopHidesAPauseAndItsCorrectionDoesNot) {
  const int64_t start = now_;
  const auto delay = [start](uint64_t, int64_t at) {
    const int64_t in_second = (at - start) % kSecond;
    return in_second < 200 * kMillisecond ? 200 * kMillisecond - in_second
                                          : kMillisecond;
  };
  Measure(ClosedLoop(1), delay);
  EXPECT_LE(tally().latency.ValueAt(99), kMillisecond + kMillisecond / 128);
  EXPECT_EQ(tally().latency.max(), 200 * kMillisecond);
  const LatencyHistogram corrected = tally().latency.CorrectedFor(kMillisecond);
  EXPECT_EQ(corrected.count(), 10000u);
  EXPECT_NEAR(static_cast<double>(corrected.ValueAt(90)), 100 * kMillisecond,
              kMillisecond);
}

TEST_F(CallerTest, AnOpenLoopThatIsHeldBackStillCountsFromWhenACallWasDue) {
  LoadPlan plan = OpenLoop(1000);
  plan.in_flight = 1;
  plan.measure = kSecond;
  // Twice as long as there is time: the last is due at 1 s, answered at 2 s.
  Measure(plan, [](uint64_t, int64_t) { return 2 * kMillisecond; });
  EXPECT_EQ(tally().answered, 1000u);
  EXPECT_NEAR(static_cast<double>(tally().latency.max()), kSecond,
              10 * kMillisecond);
  EXPECT_NEAR(static_cast<double>(tally().latency.ValueAt(50)), kSecond / 2,
              10 * kMillisecond);
  EXPECT_EQ(tally().late.count() + tally().held_back, 1000u);
  EXPECT_GE(tally().held_back, 998u);
}

TEST_F(CallerTest, WhatIsDueAndCannotBeMadeInTimeIsCountedAsNotMade) {
  LoadPlan plan = OpenLoop(1000);
  plan.in_flight = 1;
  plan.measure = 4 * kSecond;
  plan.timeout = kSecond;
  Make(plan, [](uint64_t, int64_t) { return 100 * kMillisecond; });
  const int64_t start = now_;
  Run();
  // Some 50 in 5 s, of 4000.
  EXPECT_NEAR(static_cast<double>(tally().answered), 50, 3);
  EXPECT_EQ(errors(LoadError::kNotMade) + tally().answered, 4000u);
  EXPECT_THAT(tally().first_error, HasSubstr("as many as allowed"));
  EXPECT_LE(now_ - start, 6 * kSecond);
  EXPECT_EQ(tally().measured, 4 * kSecond);
}

TEST_F(CallerTest, LatenessOfOurOwnIsLatencyAndIsSaid) {
  Make(OpenLoop(1000), [](uint64_t, int64_t) { return kMicrosecond; });
  // We were not given the processor for 50 ms.
  caller_->Turn(now_);
  now_ += 50 * kMillisecond;
  Run();
  EXPECT_EQ(tally().late.max(), 49 * kMillisecond);
  EXPECT_NEAR(static_cast<double>(tally().latency.max()), 50 * kMillisecond,
              2 * kMillisecond);
  EXPECT_EQ(tally().held_back, 0u);
}

TEST_F(CallerTest, WarmUpIsNotCounted) {
  LoadPlan plan = ClosedLoop(1);
  plan.warm_up = kSecond;
  plan.measure = kSecond;
  const int64_t start = now_;
  Make(plan, [start](uint64_t, int64_t at) {
    return at < start + kSecond ? 7 * kMillisecond : kMillisecond;
  });
  Run();
  EXPECT_EQ(tally().latency.max(), kMillisecond);
  EXPECT_NEAR(static_cast<double>(tally().answered), 1000, 8);
  LoadPlan open = OpenLoop(1000);
  open.warm_up = kSecond;
  open.measure = kSecond;
  Measure(open, [](uint64_t, int64_t) { return kMillisecond; });
  EXPECT_EQ(tally().answered, 1000u);
}

TEST_F(CallerTest, ANumberOfCalls) {
  LoadPlan plan = ClosedLoop(7);
  plan.measure = kNever;
  plan.warm_up = kSecond;
  plan.calls = 1234;
  Measure(plan, [](uint64_t, int64_t) { return kMillisecond; });
  EXPECT_EQ(tally().answered, 1234u);
  EXPECT_EQ(tally().latency.count(), 1234u);
  EXPECT_NEAR(static_cast<double>(tally().measured), 1234.0 / 7 * kMillisecond,
              2 * kMillisecond);
}

TEST_F(CallerTest, ACallThatIsGivenUpCountsForAsLongAsItWasWaitedFor) {
  LoadPlan plan = ClosedLoop(2);
  plan.timeout = kSecond;
  Make(plan, [](uint64_t number, int64_t) {
    return number == 5 ? 3 * kSecond : kMillisecond;
  });
  Run();
  EXPECT_EQ(errors(LoadError::kTimeout), 1u);
  EXPECT_EQ(tally().error_count(), 1u);
  EXPECT_EQ(tally().latency.count(), tally().answered + 1);
  EXPECT_GE(tally().latency.max(), kSecond);
  EXPECT_LE(tally().latency.max(), kSecond + kSecond / 20);
  EXPECT_THAT(tally().first_error, HasSubstr("no response after 1s"));
}

// What was not written makes room when it is given up: it is not sent.
TEST_F(CallerTest, AWorkerThatReadsNothing) {
  LoadPlan plan = ClosedLoop(10);
  plan.timeout = kSecond;
  caller_.emplace(plan, &connection_, &payloads_);
  const int64_t start = now_;
  caller_->Start(now_);
  while (!caller_->done()) {
    caller_->Turn(now_);
    now_ = std::max(now_, std::min(caller_->next_turn(), now_ + kSecond));
  }
  EXPECT_EQ(tally().answered, 0u);
  EXPECT_EQ(errors(LoadError::kTimeout), 100u);
  EXPECT_LE(now_ - start, 12 * kSecond);
}

TEST_F(CallerTest, ASilentWorkerWithANumberOfCallsIsNotWaitedForForEver) {
  LoadPlan plan = ClosedLoop(10);
  plan.timeout = kSecond;
  plan.measure = kNever;
  plan.calls = 1000;
  Make(plan, [](uint64_t, int64_t) { return kNever; });
  const int64_t start = now_;
  Run();
  EXPECT_TRUE(caller_->done());
  EXPECT_LE(now_ - start, 2 * kSecond);
  EXPECT_EQ(errors(LoadError::kTimeout), 10u);
  EXPECT_EQ(errors(LoadError::kNotMade), 990u);
}

TEST_F(CallerTest, AWrongResponse) {
  Make(ClosedLoop(1), [](uint64_t, int64_t) { return kMillisecond; });
  caller_->Turn(now_);
  Serve();
  answers_.begin()->second.back() ^= 1;
  Run();
  EXPECT_EQ(errors(LoadError::kWrong), 1u);
  EXPECT_EQ(tally().answered, 9999u);
  EXPECT_EQ(tally().latency.count(), 10000u);
  EXPECT_THAT(tally().first_error, HasSubstr("is not its request"));
}

TEST_F(CallerTest, TheResponseOfAnotherCallIsWrong) {
  Make(ClosedLoop(2), [](uint64_t, int64_t) { return kMillisecond; });
  caller_->Turn(now_);
  Serve();
  std::string& one = answers_.begin()->second;
  std::string& other = std::next(answers_.begin())->second;
  std::swap(one, other);
  for (size_t i = 0; i < 4; ++i) std::swap(one[i], other[i]);
  Run();
  EXPECT_EQ(errors(LoadError::kWrong), 2u);
}

TEST_F(CallerTest, ComparedWithTheFirstResponseOrWithNothing) {
  LoadPlan plan = ClosedLoop(1);
  plan.expected = Expected::kFirstResponse;
  plan.measure = 10 * kMillisecond;
  Measure(plan, [](uint64_t, int64_t) { return kMillisecond; });
  // The requests differ, and so do their echoes.
  EXPECT_EQ(tally().answered, 1u);
  EXPECT_EQ(errors(LoadError::kWrong), 9u);
  EXPECT_THAT(tally().first_error, HasSubstr("not as the first"));
  plan.expected = Expected::kNothing;
  Measure(plan, [](uint64_t, int64_t) { return kMillisecond; });
  EXPECT_EQ(tally().answered, 10u);
  EXPECT_EQ(tally().error_count(), 0u);
}

TEST_F(CallerTest, CallsThatAreLostWithTheConnection) {
  LoadPlan plan = OpenLoop(1000);
  Make(plan, [](uint64_t number, int64_t) {
    return number < 900 ? kMillisecond : kNever;
  });
  Run(now_ + kSecond);
  connection_.OnReceiveEof();
  Run();
  ASSERT_TRUE(connection_.over());
  caller_->End();
  EXPECT_TRUE(caller_->done());
  EXPECT_EQ(tally().answered, 900u);
  EXPECT_NEAR(static_cast<double>(errors(LoadError::kLost)), 100, 2);
  EXPECT_EQ(tally().answered + tally().error_count(), 10000u);
}

TEST_F(CallerTest, AnEndOfTheConnectionThatLosesNoCountedCallIsAnErrorToo) {
  LoadPlan plan = ClosedLoop(1);
  plan.warm_up = kSecond;
  Make(plan, [](uint64_t, int64_t) { return kMillisecond; });
  Run(now_ + kMillisecond);
  connection_.OnReceiveEof();
  Run();
  caller_->End();
  EXPECT_EQ(tally().error_count(), 0u);
  EXPECT_NE(tally().first_error, "");
}

TEST_F(CallerTest, WhatIsNotTheWire) {
  Make(ClosedLoop(3), [](uint64_t, int64_t) { return kNever; });
  Run(now_ + kMillisecond);
  Receive(std::string("\0\0\0\x63\0\0\0\0", 8));
  Run();
  caller_->End();
  EXPECT_EQ(errors(LoadError::kBroken), 3u);
}

TEST_F(CallerTest, AnInterruptLosesNothingThatWasMeasured) {
  LoadPlan plan = ClosedLoop(4);
  plan.warm_up = kSecond;
  Make(plan, [](uint64_t, int64_t) { return kMillisecond; });
  Run(now_ + 3 * kSecond);
  caller_->Interrupt();
  EXPECT_TRUE(caller_->done());
  EXPECT_NEAR(static_cast<double>(tally().answered), 8000, 8);
  EXPECT_EQ(tally().unfinished, 4u);
  EXPECT_EQ(tally().error_count(), 0u);
  EXPECT_NEAR(static_cast<double>(tally().measured), 2 * kSecond,
              2 * kMillisecond);
}

TEST_F(CallerTest, EventsAreCountedAndChangeNothing) {
  Make(ClosedLoop(1), [](uint64_t, int64_t) { return kMillisecond; });
  caller_->Turn(now_);
  Receive(std::string("\0\0\0\0\0\0\0\1x", 9));
  Run();
  EXPECT_EQ(tally().events, 1u);
  EXPECT_EQ(tally().answered, 10000u);
}

TEST_F(CallerTest, ACallThatTheConnectionHasNoRoomForWaits) {
  ClientOptions options;
  options.max_unsent = 100;
  ClientConnection narrow(options);
  Caller caller(ClosedLoop(100), &narrow, &payloads_);
  caller.Start(now_);
  caller.Turn(now_);
  EXPECT_LT(narrow.in_flight(), 10u);
  narrow.OnSent(narrow.unsent());
  const size_t before = narrow.in_flight();
  caller.Turn(now_ + 1);
  EXPECT_GT(narrow.in_flight(), before);
}

}  // namespace
}  // namespace forkrpc::cli
