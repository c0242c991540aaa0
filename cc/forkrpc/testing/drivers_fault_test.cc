// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The drivers on real sockets, with every fault at every system call: the same
// outcome, or each call failed once with the right code; never a hang, never a
// descriptor left open.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forkrpc/client/blocking_client.h"
#include "forkrpc/client/pipelined_client.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/server/async_server.h"
#include "forkrpc/server/blocking_server.h"
#include "forkrpc/testing/fault_plan.h"
#include "forkrpc/testing/fault_sys_calls.h"
#include "forkrpc/testing/test_loop.h"
#include "forkrpc/transport/fd_transport.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr int kCalls = 6;
constexpr char kExpected[] =
    "0=re0 1=re1 2=re2 3=re3 4=re4 5=re5 events 3 end OK";

int OpenDescriptors() {
  int open = 0;
  for (int fd = 0; fd < 256; ++fd) open += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  return open;
}

// What became of one session.
struct Outcome {
  std::vector<std::string> calls = std::vector<std::string>(kCalls);
  int events = 0;
  absl::Status end;
  OpCounts ops;
  bool twice = false;

  void OnEnd(int call, const absl::StatusOr<absl::string_view>& response) {
    std::string& text = calls[static_cast<size_t>(call)];
    twice |= !text.empty();
    text = response.ok()
               ? std::string(*response)
               : absl::StrCat(
                     "!", absl::StatusCodeToString(response.status().code()));
  }
  std::string Text() const {
    std::string text;
    for (int i = 0; i < kCalls; ++i) {
      absl::StrAppend(&text, i, "=", calls[static_cast<size_t>(i)], " ");
    }
    return absl::StrCat(text, "events ", events, " end ",
                        absl::StatusCodeToString(end.code()));
  }
};

void TakeCounts(StreamEnd end, const FaultSysCalls& faults, OpCounts* ops) {
  for (const FaultOp op : {FaultOp::kRead, FaultOp::kWrite}) {
    ops->at(end, op) = faults.count(op);
  }
}

// Every second call raises an event before its response.
template <typename Events, typename Respond>
void Serve(absl::string_view request, Events send_event, Respond respond) {
  if ((request[0] - '0') % 2 == 1) send_event("event").IgnoreError();
  respond(absl::StrCat("re", request)).IgnoreError();
}

// Makes kCalls calls and closes.
using Parent = std::function<void(std::unique_ptr<Transport>,
                                  BlockingClientOptions, Outcome*)>;

// `parent` against a server in a thread.
Outcome RunParent(Form form, const FaultPlan& plan, const Parent& parent) {
  Outcome outcome;
  SocketPair wire = *MakeSocketPair();
  FaultSysCalls near(wire.ours.get(), StreamEnd::kClient, plan);
  FaultSysCalls far(wire.theirs.get(), StreamEnd::kServer, plan);
  auto theirs =
      *FdTransport::FromSocket(std::move(wire.theirs), FaultSysCalls::table());
  std::thread server([form, &theirs] {
    BlockingServerOptions options;
    options.connection.form = form;
    BlockingServer server(theirs.get(), options);
    server
        .Serve([](ServerCall& call) {
          Serve(
              call.request(),
              [&](absl::string_view event) { return call.SendEvent(event); },
              [&](absl::string_view response) {
                return call.Respond(response);
              });
          return absl::OkStatus();
        })
        .IgnoreError();
    theirs = nullptr;
  });
  BlockingClientOptions options;
  options.connection.form = form;
  options.on_event = [&](absl::string_view) { ++outcome.events; };
  parent(*FdTransport::FromSocket(std::move(wire.ours), FaultSysCalls::table()),
         options, &outcome);
  server.join();
  TakeCounts(StreamEnd::kClient, near, &outcome.ops);
  TakeCounts(StreamEnd::kServer, far, &outcome.ops);
  return outcome;
}

Outcome RunBlocking(Form form, const FaultPlan& plan) {
  return RunParent(form, plan,
                   [](std::unique_ptr<Transport> wire,
                      BlockingClientOptions options, Outcome* outcome) {
                     BlockingClient client(std::move(wire), std::move(options));
                     for (int i = 0; i < kCalls; ++i) {
                       outcome->OnEnd(i, client.CallView(absl::StrCat(i)));
                     }
                     outcome->end = client.Close(absl::Seconds(20));
                   });
}

Outcome RunPipelined(Form form, const FaultPlan& plan) {
  return RunParent(
      form, plan,
      [](std::unique_ptr<Transport> wire, BlockingClientOptions options,
         Outcome* outcome) {
        PipelinedClient client(std::move(wire), std::move(options));
        std::vector<std::pair<int, CallId>> calls;
        const auto wait = [&] {
          for (const auto& [number, call] : calls) {
            const absl::StatusOr<std::string> end = client.Wait(call);
            if (end.ok()) {
              outcome->OnEnd(number, absl::string_view(*end));
            } else {
              outcome->OnEnd(number, end.status());
            }
          }
          calls.clear();
        };
        for (int i = 0; i < kCalls; ++i) {
          const absl::StatusOr<CallId> call = client.Start(absl::StrCat(i));
          if (call.ok()) {
            calls.emplace_back(i, *call);
          } else {
            outcome->OnEnd(i, call.status());
          }
          if (i == 0) wait();  // one by itself, the others at once
        }
        wait();
        outcome->end = client.Close(absl::Seconds(20));
      });
}

Outcome RunLoop(Form form, const FaultPlan& plan) {
  Outcome outcome;
  SocketPair wire = *MakeSocketPair();
  FaultSysCalls near(wire.ours.get(), StreamEnd::kClient, plan);
  FaultSysCalls far(wire.theirs.get(), StreamEnd::kServer, plan);
  TestLoop loop;
  auto theirs =
      *FdTransport::FromSocket(std::move(wire.theirs), FaultSysCalls::table());
  std::unique_ptr<AsyncServer> server;
  AsyncServerOptions server_options;
  server_options.connection.form = form;
  server_options.log = [](absl::string_view) {};
  bool served = false, drained = false;
  server_options.done = [&](absl::Status) {
    served = true;
    loop->Defer([&] {
      server = nullptr;
      theirs = nullptr;
    });
  };
  server = *AsyncServer::Start(
      theirs.get(),
      [&](absl::string_view request, Responder responder) {
        Serve(
            request,
            [&](absl::string_view event) { return server->SendEvent(event); },
            [&](absl::string_view response) {
              return responder.Respond(response);
            });
      },
      server_options, loop.get());
  WorkerOptions options;
  options.connection.form = form;
  options.on_event = [&](absl::string_view) { ++outcome.events; };
  options.on_error = [](const WorkerError&) {};
  auto worker = *Worker::Connect(
      *FdTransport::FromSocket(std::move(wire.ours), FaultSysCalls::table()),
      options, loop.get());
  const auto call = [&](int i) {
    worker->Call(absl::StrCat(i),
                 [&, i](absl::StatusOr<absl::string_view> response) {
                   outcome.OnEnd(i, response);
                   if (i != 0) return;
                   for (int j = 1; j < kCalls; ++j) {
                     worker->Call(absl::StrCat(j),
                                  [&, j](absl::StatusOr<absl::string_view> r) {
                                    outcome.OnEnd(j, r);
                                  });
                   }
                   worker->Drain(absl::Seconds(20), [&](absl::Status end) {
                     outcome.end = end;
                     drained = true;
                   });
                 });
  };
  call(0);
  EXPECT_TRUE(loop.RunUntil([&] { return served && drained; }))
      << "hang with the plan: " << ToString(plan);
  worker = nullptr;
  server = nullptr;
  loop.RunUntil([&] { return theirs == nullptr; }, absl::Milliseconds(1));
  TakeCounts(StreamEnd::kClient, near, &outcome.ops);
  TakeCounts(StreamEnd::kServer, far, &outcome.ops);
  return outcome;
}

// What a call may fail with after `fault`.
bool RightCode(const Fault& fault, absl::string_view text) {
  const bool peer_gone = fault.action == FaultAction::kEof ||
                         fault.end == StreamEnd::kServer ||
                         fault.amount == EPIPE || fault.amount == ECONNRESET;
  // After the end of the connection a call is refused.
  if (text == "!FAILED_PRECONDITION") return true;
  if (peer_gone) return text == "!UNAVAILABLE" || text == "!DATA_LOSS";
  return text == "!INTERNAL";
}

struct Drivers {
  const char* name;
  std::function<Outcome(Form, const FaultPlan&)> run;
};

class DriversFaultTest
    : public testing::TestWithParam<std::tuple<Drivers, Form>> {
 protected:
  Outcome Run(const FaultPlan& plan) {
    // The watchdog: a hang ends the test with its plan.
    static std::string under_way;
    under_way = absl::StrCat("hang with the plan: ", ToString(plan), "\n");
    struct sigaction action = {};
    action.sa_handler = [](int) {
      (void)!write(2, under_way.data(), under_way.size());
      abort();
    };
    sigaction(SIGALRM, &action, nullptr);
    alarm(50);
    Outcome outcome =
        std::get<0>(GetParam()).run(std::get<1>(GetParam()), plan);
    alarm(0);
    return outcome;
  }
};

INSTANTIATE_TEST_SUITE_P(
    All, DriversFaultTest,
    testing::Combine(testing::Values(Drivers{"Blocking", RunBlocking},
                                     Drivers{"Pipelined", RunPipelined},
                                     Drivers{"Loop", RunLoop}),
                     testing::Values(Form::kSync, Form::kAsync)),
    [](const auto& info) {
      return absl::StrCat(
          std::get<0>(info.param).name,
          std::get<1>(info.param) == Form::kSync ? "Sync" : "Async");
    });

TEST_P(DriversFaultTest, BenignFaultsAtEverySystemCallChangeNothing) {
  const Outcome good = Run({});
  ASSERT_EQ(good.Text(), kExpected);
  const int before = OpenDescriptors();
  const std::vector<Fault> faults = SingleFaults(good.ops, BenignFaults());
  for (const Fault& fault : faults) {
    const Outcome outcome = Run({fault});
    ASSERT_EQ(outcome.Text(), kExpected) << ToString(fault);
  }
  // Some of the pairs: enough to meet each call with each other one.
  int number = 0, plans = 0;
  ForEachPair(faults, [&](const FaultPlan& plan) {
    if (HasFailure() || ++number % 61 != 0) return;
    ++plans;
    ASSERT_EQ(Run(plan).Text(), kExpected) << ToString(plan);
  });
  std::printf("%d system calls, %zu faults, %d pairs\n", good.ops.total(),
              faults.size(), plans);
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST_P(DriversFaultTest, DeadlyFaultsEndEachCallOnce) {
  const Outcome good = Run({});
  const int before = OpenDescriptors();
  for (const Fault& fault : SingleFaults(good.ops, DeadlyFaults())) {
    const Outcome outcome = Run({fault});
    ASSERT_FALSE(outcome.twice) << ToString(fault);
    for (int i = 0; i < kCalls; ++i) {
      const std::string& end = outcome.calls[static_cast<size_t>(i)];
      ASSERT_FALSE(end.empty()) << "call " << i << " lost: " << ToString(fault);
      ASSERT_TRUE(end == absl::StrCat("re", i) || RightCode(fault, end))
          << "call " << i << ": " << end << " after " << ToString(fault);
    }
  }
  EXPECT_EQ(OpenDescriptors(), before);
}

}  // namespace
}  // namespace forkrpc
