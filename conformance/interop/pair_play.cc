// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/interop/pair_play.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "conformance/interop/pair_blame.h"
#include "conformance/interop/parent_reports.h"
#include "conformance/interop/script.h"
#include "conformance/interop/wire_frames.h"
#include "conformance/runner/base/legible.h"
#include "conformance/runner/base/stopwatch.h"
#include "conformance/runner/wire/octets_text.h"
#include "conformance/tap/passage.h"
#include "conformance/tap/tap_observer.h"

namespace forkrpc::conformance {
namespace {

constexpr int kSliceMs = 20;
// Who moves all the time, but to no end, has so many limits.
constexpr int kLimitsOfAll = 10;
constexpr size_t kErrorsKept = size_t{2} << 10;
// A line of a report has a payload of the script's at most, in hex.
constexpr size_t kLongestLine = size_t{4} << 20;

// Reads what is there; false at the end, when `fd` is closed.
bool ReadSome(ScopedFd* fd, std::string* text) {
  char buffer[65536];
  const ssize_t count = read(fd->get(), buffer, sizeof buffer);
  if (count > 0) {
    text->append(buffer, static_cast<size_t>(count));
    return true;
  }
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  fd->Close();
  return false;
}

void KeepTail(std::string* text) {
  if (text->size() > kErrorsKept) text->erase(0, text->size() - kErrorsKept);
}

Link LinkOf(TesteeProcess* testee) {
  testee->wire_out().Close();  // the same socket
  return Link(std::move(testee->wire_in()));
}

// Invariant: script_[0] up to stages_ have begun, all but the last of them are
// complete.
class Play {
 public:
  Play(const PairOptions& options, TapObserver* observer, TesteeProcess parent,
       TesteeProcess child)
      : options_(options),
        observer_(*observer),
        parent_(std::move(parent)),
        child_(std::move(child)),
        frames_(options.form, observer),
        passage_(LinkOf(&parent_), LinkOf(&child_), &frames_),
        script_(InteropScript(options.form, options.max_frame)) {}

  void Run(InteropPair* pair) {
    bool good = true;
    while (good && stages_ < script_.size()) {
      Begin(script_[stages_++]);
      good = Pump([&] { return reports_.complete(); });
    }
    if (good) good = End();
    if (!good) {
      pair->set_stage(script_[stages_ - 1].name);
      AddBlames({&observer_.judge(), &frames_, &reports_, &script_, stages_,
                 options_.form, !passage_.waits(Toward::kChild), silence_,
                 HowParentEnded()},
                pair);
    }
    observer_.Finish();
    pair->set_verdict(pair->blames_size() > 0 ? InteropPair::BROKEN
                      : good                  ? InteropPair::FINE
                                              : InteropPair::NOT_TRIED);
    if (pair->verdict() == InteropPair::NOT_TRIED) {
      pair->set_why("interrupted");
    }
    if (!good) {
      pair->set_parent_errors(Legible(parent_errors_));
      pair->set_child_errors(Legible(child_errors_));
    }
  }

 private:
  void Begin(const InteropStage& stage) {
    reports_.Begin(stage);
    for (const InteropCall& call : stage.calls) {
      absl::StrAppend(&commands_, "call ", call.tag, " ",
                      ContractHex(call.payload), "\n");
    }
    if (stage.drop) commands_ += "drop\n";
  }

  // The child ends as it should, and the parent when it is told to.
  bool End() {
    if (!Pump(
            [&] { return passage_.over() && child_.PeekExit().has_value(); })) {
      return false;
    }
    const Exit exit = *child_.PeekExit();
    if (exit.how == Exit::kStatus) observer_.ChildExited(exit.number, 0);
    if (exit.how == Exit::kSignal) observer_.ChildExited(0, exit.number);
    if (Broken()) return false;
    commands_ += "quit\n";
    quitting_ = true;
    return Pump([&] { return parent_.PeekExit().has_value(); }) &&
           HowParentEnded().empty();
  }

  bool Broken() const {
    return observer_.judge().breach(conformance::End::kParent).has_value() ||
           observer_.judge().breach(conformance::End::kChild).has_value() ||
           !reports_.wrong().empty() || !reports_.error().empty();
  }

  // Moves what can be moved until done(); false if somebody is to be blamed, or
  // if it was interrupted.
  bool Pump(absl::FunctionRef<bool()> done) {
    absl::Duration moved = watch_.watched();
    while (!done()) {
      if (Broken() || Interrupted()) return false;
      if (!quitting_ && parent_.PeekExit().has_value()) {
        // What it has said before is heard first.
        if (!Turn()) return false;
        continue;
      }
      const bool moving = Turn();
      watch_.Look();
      if (moving) moved = watch_.watched();
      if (watch_.watched() > moved + options_.limit ||
          watch_.watched() > options_.limit * kLimitsOfAll) {
        silence_ = true;
        return false;
      }
    }
    return !Broken();
  }

  bool Interrupted() const {
    return options_.interrupted != nullptr && *options_.interrupted;
  }

  // Whether anything has moved.
  bool Turn() {
    pollfd fds[Passage::kMostFds + 4];
    const size_t ways = passage_.Await(fds);
    size_t count = ways;
    fds[count++] = {parent_.reports().get(), POLLIN, 0};
    fds[count++] = {parent_.errors().get(), POLLIN, 0};
    fds[count++] = {child_.errors().get(), POLLIN, 0};
    fds[count++] = {commands_.empty() ? -1 : parent_.commands().get(), POLLOUT,
                    0};
    if (poll(fds, count, kSliceMs) <= 0) {
      observer_.Flush();
      return false;
    }
    passage_.Move(absl::MakeConstSpan(fds, ways));
    if (fds[ways].revents != 0) TakeReports();
    if (fds[ways + 1].revents != 0) {
      ReadSome(&parent_.errors(), &parent_errors_);
      KeepTail(&parent_errors_);
    }
    if (fds[ways + 2].revents != 0) {
      ReadSome(&child_.errors(), &child_errors_);
      KeepTail(&child_errors_);
    }
    if (fds[ways + 3].revents != 0) WriteCommands();
    return true;
  }

  void TakeReports() {
    const size_t before = report_.size();
    ReadSome(&parent_.reports(), &report_);
    if (report_.find('\n', before) == std::string::npos &&
        report_.size() < kLongestLine) {
      return;
    }
    size_t from = 0;
    for (size_t end = 0; (end = report_.find('\n', from)) != std::string::npos;
         from = end + 1) {
      reports_.Take(absl::string_view(report_).substr(from, end - from));
    }
    report_.erase(0, from);
    if (report_.size() >= kLongestLine) reports_.Take("line without an end");
  }

  void WriteCommands() {
    const ssize_t count =
        write(parent_.commands().get(), commands_.data(), commands_.size());
    if (count > 0) {
      commands_.erase(0, static_cast<size_t>(count));
    } else if (errno != EAGAIN && errno != EINTR) {
      commands_.clear();  // its end tells the rest
    }
  }

  std::string HowParentEnded() {
    const std::optional<Exit> exit = parent_.PeekExit();
    if (!exit.has_value() || (quitting_ && exit->IsStatus(0))) return "";
    return exit->Text();
  }

  const PairOptions& options_;
  TapObserver& observer_;
  TesteeProcess parent_;
  TesteeProcess child_;
  WireFrames frames_;
  Passage passage_;
  const std::vector<InteropStage> script_;
  size_t stages_ = 0;
  ParentReports reports_;
  std::string report_;    // a line that is arriving
  std::string commands_;  // to be written
  std::string parent_errors_;
  std::string child_errors_;
  Stopwatch watch_;
  bool quitting_ = false;
  bool silence_ = false;
};

void NotTried(const absl::Status& status, InteropPair* pair) {
  pair->set_verdict(InteropPair::NOT_TRIED);
  pair->set_why(std::string(status.message()));
}

}  // namespace

InteropPair PlayPair(const PairOptions& options, SpawnOptions parent,
                     SpawnOptions child) {
  InteropPair pair;
  pair.set_form(options.form);
  TapObserverOptions tap;
  tap.judge.async = options.form == ASYNC;
  tap.judge.contract = true;
  tap.subject = "interop";
  tap.say = [](absl::string_view) {};
  if (!options.logs.empty()) {
    tap.log = absl::StrCat(options.logs, ".log");
    tap.wire = absl::StrCat(options.logs, ".wire");
    tap.pcap = absl::StrCat(options.logs, ".pcapng");
    pair.set_log(tap.log);
  }
  absl::StatusOr<std::unique_ptr<TapObserver>> observer =
      TapObserver::Create(tap);
  if (!observer.ok()) {
    NotTried(observer.status(), &pair);
    return pair;
  }
  for (SpawnOptions* each : {&parent, &child}) {
    each->transport = SOCKETPAIR;
    each->environment["FORKRPC_CASE"] =
        absl::StrCat("interop:", options.form == ASYNC ? "async" : "sync");
  }
  absl::StatusOr<TesteeProcess> parents = TesteeProcess::Start(parent);
  absl::StatusOr<TesteeProcess> childs = TesteeProcess::Start(child);
  if (!parents.ok() || !childs.ok()) {
    NotTried(parents.ok() ? childs.status() : parents.status(), &pair);
    return pair;
  }
  Play(options, observer->get(), *std::move(parents), *std::move(childs))
      .Run(&pair);
  return pair;
}

}  // namespace forkrpc::conformance
