// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The machine as a table of every state and input, and against its model.

#include "forkrpc/client/worker_end.h"

#include <signal.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/client/worker_end_model.h"
#include "forkrpc/process/exit_status.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using Action = WorkerEnd::Action;
using Process = WorkerEnd::Process;
using State = WorkerEnd::State;

constexpr absl::Duration kExitGrace = absl::Seconds(5);
constexpr const char* kStates[] = {"Serving",   "Paused", "Reading", "Unread",
                                   "Lingering", "Killed", "Stuck",   "Gone"};
constexpr const char* kActions[] = {"SIGTERM", "SIGKILL", "Break",
                                    "ReadOn",  "Close",   "EndCalls",
                                    "Report",  "Drained", "Destroy"};

MonotonicTime At(int seconds) {
  return MonotonicTime() + absl::Seconds(seconds);
}

// The inputs, by their names; all come in second 100 or when they are due.
const std::map<std::string, std::function<void(WorkerEnd*)>>& Inputs() {
  static const auto* const inputs =
      new std::map<std::string, std::function<void(WorkerEnd*)>>{
          {"over", [](auto* end) { end->OnStreamOver({}, At(100)); }},
          {"breach",
           [](auto* end) {
             end->OnStreamOver(absl::DataLossError("bad id"), At(100));
           }},
          {"exit 0", [](auto* e) { e->OnProcessGone(ExitStatus::Exited(0)); }},
          {"exit 3", [](auto* e) { e->OnProcessGone(ExitStatus::Exited(3)); }},
          {"exit ?", [](auto* e) { e->OnProcessGone(ExitStatus::Unknown()); }},
          {"pause", [](auto* end) { end->SetPaused(true); }},
          {"resume", [](auto* end) { end->SetPaused(false); }},
          {"drain", [](auto* end) { end->Drain(absl::Seconds(3), At(100)); }},
          {"term",
           [](auto* end) { end->Terminate(absl::Seconds(2), At(100)); }},
          {"term now", [](auto* end) { end->Terminate({}, At(100)); }},
          {"early", [](auto* end) { end->OnTime(At(99)); }},
          {"time", [](auto* end) { end->OnTime(end->Next()); }},
      };
  return *inputs;
}

std::string Code(const absl::Status& status) {
  return absl::StatusCodeToString(status.code());
}

// What is due now, and what it has become: "Lingering: Close; at 105; OK".
std::string Describe(WorkerEnd* end) {
  std::string text = absl::StrCat(kStates[static_cast<int>(end->state())], ":");
  while (const std::optional<Action> action = end->Poll()) {
    absl::StrAppend(&text, " ", kActions[static_cast<int>(*action)]);
  }
  if (end->Next() != MonotonicTime::InfiniteFuture()) {
    absl::StrAppend(&text, "; at ",
                    absl::ToInt64Seconds(end->Next() - MonotonicTime()));
  }
  if (!end->cause().ok()) absl::StrAppend(&text, "; ", Code(end->cause()));
  return text;
}

// Where a row of the table begins: the inputs that lead there.
struct Start {
  const char* name;
  State state;
  std::vector<std::string> inputs;
};
const std::vector<Start>& Starts() {
  static const auto* const starts = new std::vector<Start>{
      {"Serving", State::kServing, {}},
      {"Draining", State::kServing, {"drain"}},
      {"Terminated", State::kServing, {"term"}},
      {"Paused", State::kPaused, {"pause"}},
      {"PausedTerminated", State::kPaused, {"pause", "term"}},
      {"Reading", State::kReading, {"exit 3"}},
      {"Unread", State::kUnread, {"pause", "exit 0"}},
      {"UnreadDraining", State::kUnread, {"drain", "pause", "exit 0"}},
      {"Lingering", State::kLingering, {"over"}},
      {"LingeringAfterABreach", State::kLingering, {"breach"}},
      {"Killed", State::kKilled, {"drain", "time"}},
      {"KilledTerminated", State::kKilled, {"term", "time"}},
      {"Stuck", State::kStuck, {"drain", "time", "time"}},
      {"Gone", State::kGone, {"over", "exit 0"}},
  };
  return *starts;
}

// What an input does where a row begins. What is not here does nothing.
struct Cell {
  const char* row;
  const char* input;
  const char* then;  // as Describe() says it
};
constexpr Cell kTable[] = {
    {"Serving", "over", "Lingering: Close; at 105"},
    {"Serving", "breach", "Lingering: Close; at 105; DATA_LOSS"},
    {"Serving", "exit 0", "Reading: ReadOn"},
    {"Serving", "exit 3", "Reading: ReadOn"},
    {"Serving", "exit ?", "Reading: ReadOn"},
    {"Serving", "pause", "Paused:"},
    {"Serving", "drain", "Serving:; at 103"},
    {"Serving", "term", "Serving: SIGTERM; at 102; CANCELLED"},
    {"Serving", "term now", "Serving: SIGTERM; at 100; CANCELLED"},

    {"Draining", "over", "Lingering: Close; at 103"},
    {"Draining", "breach", "Lingering: Close; at 103; DATA_LOSS"},
    {"Draining", "exit 0", "Reading: ReadOn; at 103"},
    {"Draining", "exit 3", "Reading: ReadOn; at 103"},
    {"Draining", "exit ?", "Reading: ReadOn; at 103"},
    {"Draining", "pause", "Paused:; at 103"},
    {"Draining", "term", "Serving: SIGTERM; at 102; CANCELLED"},
    {"Draining", "term now", "Serving: SIGTERM; at 100; CANCELLED"},
    {"Draining", "time",
     "Killed: SIGKILL Break Close; at 105; DEADLINE_EXCEEDED"},

    {"Terminated", "over", "Lingering: Close; at 102; CANCELLED"},
    {"Terminated", "breach", "Lingering: Close; at 102; CANCELLED"},
    {"Terminated", "exit 0",
     "Gone: Break Close EndCalls Drained Destroy; CANCELLED"},
    {"Terminated", "exit 3",
     "Gone: Break Close EndCalls Drained Destroy; CANCELLED"},
    {"Terminated", "exit ?",
     "Gone: Break Close EndCalls Drained Destroy; CANCELLED"},
    {"Terminated", "pause", "Paused:; at 102; CANCELLED"},
    {"Terminated", "term now", "Serving:; at 100; CANCELLED"},
    {"Terminated", "time", "Killed: SIGKILL Break Close; at 104; CANCELLED"},

    {"Paused", "over", "Lingering: Close; at 105"},
    {"Paused", "breach", "Lingering: Close; at 105; DATA_LOSS"},
    {"Paused", "exit 0", "Unread:"},
    {"Paused", "exit 3", "Unread:"},
    {"Paused", "exit ?", "Unread:"},
    {"Paused", "resume", "Serving:"},
    {"Paused", "drain", "Paused:; at 103"},
    {"Paused", "term", "Paused: SIGTERM; at 102; CANCELLED"},
    {"Paused", "term now", "Paused: SIGTERM; at 100; CANCELLED"},

    {"PausedTerminated", "over", "Lingering: Close; at 102; CANCELLED"},
    {"PausedTerminated", "breach", "Lingering: Close; at 102; CANCELLED"},
    {"PausedTerminated", "exit 0",
     "Gone: Break Close EndCalls Drained Destroy; CANCELLED"},
    {"PausedTerminated", "exit 3",
     "Gone: Break Close EndCalls Drained Destroy; CANCELLED"},
    {"PausedTerminated", "exit ?",
     "Gone: Break Close EndCalls Drained Destroy; CANCELLED"},
    {"PausedTerminated", "resume", "Serving:; at 102; CANCELLED"},
    {"PausedTerminated", "term now", "Paused:; at 100; CANCELLED"},
    {"PausedTerminated", "time",
     "Killed: SIGKILL Break Close; at 104; CANCELLED"},

    {"Reading", "over", "Gone: Close EndCalls Report Drained Destroy"},
    {"Reading", "breach",
     "Gone: Close EndCalls Report Drained Destroy; DATA_LOSS"},
    {"Reading", "pause", "Unread:"},
    {"Reading", "drain", "Reading:; at 103"},
    {"Reading", "term",
     "Gone: Break Close EndCalls Drained Destroy; CANCELLED"},
    {"Reading", "term now",
     "Gone: Break Close EndCalls Drained Destroy; CANCELLED"},

    {"Unread", "over", "Gone: Close EndCalls Drained Destroy"},
    {"Unread", "breach",
     "Gone: Close EndCalls Report Drained Destroy; DATA_LOSS"},
    {"Unread", "resume", "Reading: ReadOn"},
    {"Unread", "drain", "Unread:; at 103"},
    {"Unread", "term", "Gone: Break Close EndCalls Drained Destroy; CANCELLED"},
    {"Unread", "term now",
     "Gone: Break Close EndCalls Drained Destroy; CANCELLED"},

    {"UnreadDraining", "over", "Gone: Close EndCalls Drained Destroy"},
    {"UnreadDraining", "breach",
     "Gone: Close EndCalls Report Drained Destroy; DATA_LOSS"},
    {"UnreadDraining", "resume", "Reading: ReadOn; at 103"},
    {"UnreadDraining", "term",
     "Gone: Break Close EndCalls Drained Destroy; CANCELLED"},
    {"UnreadDraining", "term now",
     "Gone: Break Close EndCalls Drained Destroy; CANCELLED"},
    {"UnreadDraining", "time",
     "Gone: Break Close EndCalls Report Drained Destroy; DEADLINE_EXCEEDED"},

    {"Lingering", "exit 0", "Gone: EndCalls Drained Destroy"},
    {"Lingering", "exit 3", "Gone: EndCalls Report Drained Destroy"},
    {"Lingering", "exit ?", "Gone: EndCalls Drained Destroy"},
    {"Lingering", "drain", "Lingering:; at 103"},
    {"Lingering", "term", "Lingering: SIGTERM; at 102; CANCELLED"},
    {"Lingering", "term now", "Lingering: SIGTERM; at 100; CANCELLED"},
    {"Lingering", "time", "Killed: SIGKILL; at 107; DEADLINE_EXCEEDED"},

    {"LingeringAfterABreach", "exit 0",
     "Gone: EndCalls Report Drained Destroy; DATA_LOSS"},
    {"LingeringAfterABreach", "exit 3",
     "Gone: EndCalls Report Drained Destroy; DATA_LOSS"},
    {"LingeringAfterABreach", "exit ?",
     "Gone: EndCalls Report Drained Destroy; DATA_LOSS"},
    {"LingeringAfterABreach", "drain", "Lingering:; at 103; DATA_LOSS"},
    {"LingeringAfterABreach", "term", "Lingering: SIGTERM; at 102; DATA_LOSS"},
    {"LingeringAfterABreach", "term now",
     "Lingering: SIGTERM; at 100; DATA_LOSS"},
    {"LingeringAfterABreach", "time", "Killed: SIGKILL; at 107; DATA_LOSS"},

    {"Killed", "exit 0",
     "Gone: EndCalls Report Drained Destroy; DEADLINE_EXCEEDED"},
    {"Killed", "exit 3",
     "Gone: EndCalls Report Drained Destroy; DEADLINE_EXCEEDED"},
    {"Killed", "exit ?",
     "Gone: EndCalls Report Drained Destroy; DEADLINE_EXCEEDED"},
    {"Killed", "time", "Stuck: EndCalls Report Drained; DEADLINE_EXCEEDED"},

    {"KilledTerminated", "exit 0", "Gone: EndCalls Drained Destroy; CANCELLED"},
    {"KilledTerminated", "exit 3", "Gone: EndCalls Drained Destroy; CANCELLED"},
    {"KilledTerminated", "exit ?", "Gone: EndCalls Drained Destroy; CANCELLED"},
    {"KilledTerminated", "time", "Stuck: EndCalls Drained; CANCELLED"},

    {"Stuck", "exit 0", "Gone: Destroy; DEADLINE_EXCEEDED"},
    {"Stuck", "exit 3", "Gone: Destroy; DEADLINE_EXCEEDED"},
    {"Stuck", "exit ?", "Gone: Destroy; DEADLINE_EXCEEDED"},
};

TEST(WorkerEndTest, EveryInputInEveryState) {
  std::set<State> states;
  size_t used = 0;
  for (const Start& start : Starts()) {
    for (const auto& [name, input] : Inputs()) {
      SCOPED_TRACE(absl::StrCat(start.name, " x ", name));
      WorkerEnd end(Process::kOurs, kExitGrace);
      for (const std::string& before : start.inputs) {
        Inputs().at(before)(&end);
        Describe(&end);
      }
      ASSERT_EQ(end.state(), start.state);
      states.insert(end.state());
      std::string then = Describe(&end);
      for (const Cell& cell : kTable) {
        if (start.name != absl::string_view(cell.row) || name != cell.input) {
          continue;
        }
        then = cell.then;
        ++used;
      }
      input(&end);
      EXPECT_EQ(Describe(&end), then);
    }
  }
  EXPECT_EQ(used, std::size(kTable)) << "a cell has no row or column";
  EXPECT_EQ(states.size(), std::size(kStates)) << "a state has no row";
}

TEST(WorkerEndTest, AStreamWithoutAProcessIsAllThereIs) {
  const auto after = [](const std::vector<std::string>& inputs) {
    WorkerEnd end(Process::kNone, kExitGrace);
    std::string last;
    for (const std::string& input : inputs) {
      Inputs().at(input)(&end);
      last = Describe(&end);
    }
    return last;
  };
  EXPECT_EQ(after({"over"}), "Gone: Close EndCalls Drained Destroy");
  EXPECT_EQ(after({"pause", "breach"}),
            "Gone: Close EndCalls Report Drained Destroy; DATA_LOSS");
  EXPECT_EQ(after({"exit 3"}), "Serving:");
  EXPECT_EQ(after({"term"}),
            "Gone: Break Close EndCalls Drained Destroy; CANCELLED");
  EXPECT_EQ(
      after({"pause", "drain", "time"}),
      "Gone: Break Close EndCalls Report Drained Destroy; DEADLINE_EXCEEDED");
  EXPECT_EQ(after({"over", "term"}), "Gone:");
}

TEST(WorkerEndTest, SignalsMayBePolledFirst) {
  WorkerEnd end(Process::kOurs, kExitGrace);
  EXPECT_EQ(end.PollSignal(), 0);
  end.Terminate(absl::ZeroDuration(), At(1));
  end.OnTime(At(1));
  EXPECT_EQ(end.PollSignal(), SIGTERM);
  EXPECT_EQ(end.PollSignal(), SIGKILL);
  EXPECT_EQ(end.PollSignal(), 0);
  EXPECT_EQ(Describe(&end), "Killed: Break Close; at 3; CANCELLED");
}

TEST(WorkerEndTest, TheVerdictNamesTheCauseAndHowTheProcessEnded) {
  WorkerEnd clean(Process::kOurs, kExitGrace);
  clean.OnStreamOver({}, At(0));
  clean.OnProcessGone(ExitStatus::Exited(0));
  EXPECT_TRUE(clean.Verdict("it exited").ok());

  WorkerEnd unknown(Process::kOurs, kExitGrace);
  unknown.OnStreamOver({}, At(0));
  unknown.OnProcessGone(ExitStatus::Unknown());
  EXPECT_TRUE(unknown.Verdict("nobody knows").ok());

  WorkerEnd bad(Process::kOurs, kExitGrace);
  bad.OnStreamOver({}, At(0));
  bad.OnProcessGone(ExitStatus::Exited(3));
  EXPECT_EQ(bad.Verdict("it exited with 3"),
            absl::UnavailableError("it exited with 3"));

  WorkerEnd breach(Process::kOurs, kExitGrace);
  const absl::Status late = absl::DeadlineExceededError("no response");
  EXPECT_EQ(breach.CallStatus(late), late);
  breach.OnStreamOver(absl::DataLossError("bad id"), At(0));
  EXPECT_EQ(breach.CallStatus(late),
            absl::DeadlineExceededError("no response; bad id"));
  breach.OnProcessGone(ExitStatus::Exited(0));
  EXPECT_EQ(breach.Verdict("it exited"),
            absl::DataLossError("bad id; it exited"));

  WorkerEnd lingers(Process::kOurs, kExitGrace);
  lingers.OnStreamOver({}, At(0));
  lingers.OnTime(At(5));
  EXPECT_EQ(lingers.cause(),
            absl::DeadlineExceededError("the worker has drained, but has not "
                                        "ended within 5s"));
}

// Any inputs, in any order, with what is due taken now or later.
TEST(WorkerEndTest, DoesAtEachStepWhatItsModelDoes) {
  std::set<std::pair<State, int>> seen;
  for (unsigned seed = 0; seed < 20000; ++seed) {
    std::mt19937 bits(seed);
    const Process process = seed % 4 == 0 ? Process::kNone : Process::kOurs;
    WorkerEnd end(process, kExitGrace);
    WorkerEndModel model(process, kExitGrace);
    MonotonicTime now;
    std::string history;
    for (int step = 0; step < 12; ++step) {
      const int what = static_cast<int>(bits() % 9);
      const auto grace = absl::Seconds(bits() % 8);
      absl::StrAppend(&history, " ", what);
      SCOPED_TRACE(absl::StrCat("seed ", seed, ":", history));
      seen.insert({end.state(), what});
      switch (what) {
        case 0:
        case 1: {
          const absl::Status how =
              what == 0 ? absl::OkStatus() : absl::DataLossError("x");
          end.OnStreamOver(how, now);
          model.OnStreamOver(how.code(), now);
          break;
        }
        case 2: {
          const ExitStatus exits[] = {
              ExitStatus::Exited(0), ExitStatus::Exited(3),
              ExitStatus::Signalled(9, false), ExitStatus::Unknown()};
          const ExitStatus exit = exits[bits() % 4];
          end.OnProcessGone(exit);
          model.OnProcessGone(exit);
          break;
        }
        case 3:
        case 4:
          end.SetPaused(what == 3);
          model.SetPaused(what == 3);
          break;
        case 5:
          end.Drain(grace, now);
          model.Drain(grace, now);
          break;
        case 6:
          end.Terminate(grace, now);
          model.Terminate(grace, now);
          break;
        default:
          now += grace;
          if (what == 8 && end.Next() != MonotonicTime::InfiniteFuture()) {
            now = std::max(now, end.Next());
          }
          end.OnTime(now);
          model.OnTime(now);
      }
      std::vector<Action> actions;
      while (const std::optional<Action> action = end.Poll()) {
        actions.push_back(*action);
      }
      ASSERT_EQ(actions, model.Due());
      ASSERT_EQ(end.Next(), model.Next());
      ASSERT_EQ(end.stream_is_open(), model.stream_is_open());
      ASSERT_EQ(end.delivers(), model.delivers());
      ASSERT_EQ(end.cause().code(), model.cause());
      ASSERT_EQ(end.Verdict("it ended").code(), model.verdict());
    }
  }
  EXPECT_EQ(seen.size(), 8u * 9u) << "not every input in every state";
}

}  // namespace
}  // namespace forkrpc
