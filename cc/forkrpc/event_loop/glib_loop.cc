// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/event_loop/glib_loop.h"

#include <glib-unix.h>
#include <glib.h>

#include <algorithm>
#include <climits>
#include <map>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/event_loop/loop_tasks.h"
#include "forkrpc/event_loop/watchable_fd.h"

namespace forkrpc {
namespace {

// A GSource that holds a T. GLib keeps both while it dispatches the source,
// whatever becomes of the owner meanwhile.
template <typename T>
class SourceOf {
 public:
  SourceOf(GMainContext* context, GSourceFuncs* functions, T* value)
      : source_(g_source_new(functions, sizeof(WithValue))) {
    reinterpret_cast<WithValue*>(source_)->value = value;
    g_source_attach(source_, context);
  }
  ~SourceOf() {
    g_source_destroy(source_);
    g_source_unref(source_);
  }
  SourceOf(const SourceOf&) = delete;
  SourceOf& operator=(const SourceOf&) = delete;

  GSource* get() const { return source_; }
  T* operator->() const { return From(source_); }

  static T* From(GSource* source) {
    return reinterpret_cast<WithValue*>(source)->value;
  }
  static void Finalize(GSource* source) { delete From(source); }

 private:
  struct WithValue {
    GSource base;
    T* value;
  };
  GSource* const source_;
};

struct Watched {
  EventLoop::FdCallback callback;
  unsigned interest = 0;
  gpointer tag = nullptr;  // null iff interest is 0
};

class GlibWatch final : public FdWatch {
 public:
  GlibWatch(GMainContext* context, int fd, EventLoop::FdCallback callback)
      : fd_(fd),
        source_(context, &functions_, new Watched{std::move(callback)}) {}

  // GLib tells errors even where nothing is waited for: then the descriptor is
  // taken away from it.
  void SetInterest(unsigned interest) override {
    const unsigned before = std::exchange(source_->interest, interest);
    if (interest == before) return;
    const auto condition = static_cast<GIOCondition>(
        (interest & EventLoop::kReadable ? G_IO_IN : 0) |
        (interest & EventLoop::kWritable ? G_IO_OUT : 0));
    if (interest == 0) {
      g_source_remove_unix_fd(source_.get(),
                              std::exchange(source_->tag, nullptr));
    } else if (before == 0) {
      source_->tag = g_source_add_unix_fd(source_.get(), fd_, condition);
    } else {
      g_source_modify_unix_fd(source_.get(), source_->tag, condition);
    }
  }

 private:
  static gboolean OnReady(GSource* source, GSourceFunc, gpointer) {
    Watched* const watched = SourceOf<Watched>::From(source);
    if (watched->tag == nullptr) return G_SOURCE_CONTINUE;
    const unsigned found = g_source_query_unix_fd(source, watched->tag);
    unsigned ready = (found & G_IO_IN ? EventLoop::kReadable : 0u) |
                     (found & G_IO_OUT ? EventLoop::kWritable : 0u);
    if (found & (G_IO_ERR | G_IO_HUP | G_IO_NVAL)) ready = watched->interest;
    ready &= watched->interest;
    if (ready != 0) watched->callback(ready);
    return G_SOURCE_CONTINUE;
  }

  static GSourceFuncs functions_;
  const int fd_;
  const SourceOf<Watched> source_;
};

GSourceFuncs GlibWatch::functions_ = {
    nullptr, nullptr, OnReady, SourceOf<Watched>::Finalize, nullptr, nullptr};

struct TimerState {
  using ByDeadline = std::multimap<MonotonicTime, std::shared_ptr<TimerState>>;

  EventLoop::Task callback;
  // Where it is in the map; while it is not set, the map's node, so that
  // setting it allocates nothing.
  ByDeadline::iterator place;
  ByDeadline::node_type node;
};

// The deferred tasks and the timers of a loop. One source has all timers, since
// GLib dispatches sources in the order in which they were made.
struct LoopWork {
  std::shared_ptr<LoopTasks> tasks;
  TimerState::ByDeadline timers;

  bool IsTimerDue() const {
    return !timers.empty() && timers.begin()->first <= MonotonicNow();
  }

  void Unset(TimerState* timer) {
    if (timer->node.empty()) timer->node = timers.extract(timer->place);
  }

  static gboolean Prepare(GSource* source, gint* timeout) {
    LoopWork* const work = SourceOf<LoopWork>::From(source);
    *timeout = -1;
    if (work->tasks->has_deferred()) return TRUE;
    if (work->timers.empty()) return FALSE;
    const absl::Duration left = work->timers.begin()->first - MonotonicNow();
    if (left <= absl::ZeroDuration()) return TRUE;
    *timeout = static_cast<gint>(std::min(
        absl::ToInt64Milliseconds(absl::Ceil(left, absl::Milliseconds(1))),
        int64_t{INT_MAX}));
    return FALSE;
  }

  static gboolean Check(GSource* source) {
    LoopWork* const work = SourceOf<LoopWork>::From(source);
    return work->tasks->has_deferred() || work->IsTimerDue();
  }

  // One timer in a turn: one that always sets itself anew starves nobody.
  static gboolean Run(GSource* source, GSourceFunc, gpointer) {
    LoopWork* const work = SourceOf<LoopWork>::From(source);
    if (work->IsTimerDue()) {
      const std::shared_ptr<TimerState> timer = work->timers.begin()->second;
      work->Unset(timer.get());
      timer->callback();
    }
    work->tasks->RunDeferred();
    return G_SOURCE_CONTINUE;
  }
};

class GlibTimer final : public Timer {
 public:
  GlibTimer(LoopWork* work, EventLoop::Task callback)
      : work_(work), state_(std::make_shared<TimerState>()) {
    state_->callback = std::move(callback);
    TimerState::ByDeadline one;
    state_->node =
        one.extract(one.emplace(MonotonicTime::InfiniteFuture(), state_));
  }

  ~GlibTimer() override {
    work_->Unset(state_.get());
    // The node and the state hold each other.
    const TimerState::ByDeadline::node_type node = std::move(state_->node);
  }

  void Set(MonotonicTime deadline) override {
    work_->Unset(state_.get());
    if (deadline == MonotonicTime::InfiniteFuture()) return;
    state_->node.key() = deadline;
    state_->place = work_->timers.insert(std::move(state_->node));
  }

 private:
  LoopWork* const work_;
  const std::shared_ptr<TimerState> state_;
};

struct Posted {
  std::shared_ptr<LoopTasks> tasks;

  static gboolean Run(GSource* source, GSourceFunc, gpointer) {
    // First, so that a task posted from now on makes it ready again.
    g_source_set_ready_time(source, -1);
    SourceOf<Posted>::From(source)->tasks->RunPosted();
    return G_SOURCE_CONTINUE;
  }
};

GSourceFuncs work_functions = {LoopWork::Prepare, LoopWork::Check,
                               LoopWork::Run,     SourceOf<LoopWork>::Finalize,
                               nullptr,           nullptr};
GSourceFuncs posted_functions = {nullptr,     nullptr,
                                 Posted::Run, SourceOf<Posted>::Finalize,
                                 nullptr,     nullptr};

}  // namespace

struct GlibLoop::Sources {
  Sources(GMainContext* context, const std::shared_ptr<LoopTasks>& tasks)
      : work(context, &work_functions, new LoopWork{tasks, {}}),
        posted(context, &posted_functions, new Posted{tasks}) {}

  const SourceOf<LoopWork> work;
  const SourceOf<Posted> posted;
};

GlibLoop::GlibLoop(GMainContext* context, Owned)
    : context_(context),
      main_loop_(g_main_loop_new(context, FALSE)),
      tasks_(std::make_shared<LoopTasks>()),
      sources_(std::make_unique<Sources>(context, tasks_)) {}

GlibLoop::GlibLoop() : GlibLoop(g_main_context_new(), Owned()) {}

GlibLoop::GlibLoop(GMainContext* context)
    : GlibLoop(g_main_context_ref(context == nullptr ? g_main_context_default()
                                                     : context),
               Owned()) {}

GlibLoop::~GlibLoop() {
  TellEnd();
  // While there are sources: what a task holds may post.
  tasks_->Clear();
  sources_ = nullptr;
  g_main_loop_unref(main_loop_);
  g_main_context_unref(context_);
}

void GlibLoop::Run() { g_main_loop_run(main_loop_); }

void GlibLoop::Stop() { g_main_loop_quit(main_loop_); }

absl::StatusOr<std::unique_ptr<FdWatch>> GlibLoop::WatchFd(
    int fd, FdCallback callback) {
  const absl::Status watchable = CheckWatchable(fd);
  if (!watchable.ok()) return watchable;
  return std::make_unique<GlibWatch>(context_, fd, std::move(callback));
}

std::unique_ptr<Timer> GlibLoop::MakeTimer(Task callback) {
  return std::make_unique<GlibTimer>(sources_->work.operator->(),
                                     std::move(callback));
}

void GlibLoop::Defer(Task task) { tasks_->Defer(std::move(task)); }

void GlibLoop::Post(Task task) {
  if (tasks_->Post(std::move(task))) {
    g_source_set_ready_time(sources_->posted.get(), 0);
  }
}

}  // namespace forkrpc
