// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/event_loop/glib_loop.h"

#include <glib-unix.h>
#include <glib.h>

#include <algorithm>
#include <climits>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/event_loop/callback_boundary.h"
#include "forkrpc/event_loop/loop_core.h"
#include "forkrpc/event_loop/low_descriptors.h"

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
  ~SourceOf() { Close(); }
  SourceOf(const SourceOf&) = delete;
  SourceOf& operator=(const SourceOf&) = delete;

  GSource* get() const { return source_; }
  T* operator->() const { return From(source_); }

  // Destroys the value, now or when the source has been dispatched.
  void Close() {
    GSource* const source = std::exchange(source_, nullptr);
    if (source == nullptr) return;
    g_source_destroy(source);
    g_source_unref(source);
  }
  bool is_closed() const { return source_ == nullptr; }

  static T* From(GSource* source) {
    return reinterpret_cast<WithValue*>(source)->value;
  }
  static void Finalize(GSource* source) { delete From(source); }

 private:
  struct WithValue {
    GSource base;
    T* value;
  };
  GSource* source_;
};

struct Watched {
  LoopCore* core;
  CallbackBoundary* boundary;
  EventLoop::FdCallback callback;
  unsigned interest = 0;
  gpointer tag = nullptr;  // null iff interest is 0
};

class GlibWatch final : public LoopWatch {
 public:
  GlibWatch(GMainContext* context, LoopCore* core, CallbackBoundary* boundary,
            int fd, EventLoop::FdCallback callback)
      : fd_(fd),
        source_(context, &functions_,
                new Watched{core, boundary, std::move(callback)}) {}
  ~GlibWatch() override { Close(); }

  // GLib tells errors even where nothing is waited for: then the descriptor is
  // taken away from it.
  void SetInterest(unsigned interest) override {
    if (source_.is_closed()) return;
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

  void Close() override {
    Leave();
    source_.Close();
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
    if (ready != 0) {
      watched->boundary->Call(
          [&] { watched->core->TellReady(watched->callback, ready); });
    }
    return G_SOURCE_CONTINUE;
  }

  static GSourceFuncs functions_;
  const int fd_;
  SourceOf<Watched> source_;
};

GSourceFuncs GlibWatch::functions_ = {
    nullptr, nullptr, OnReady, SourceOf<Watched>::Finalize, nullptr, nullptr};

// The tasks and the timers of a loop. One source has all timers, since GLib
// dispatches sources in the order in which they were made.
struct Work {
  LoopCore* core;
  CallbackBoundary* boundary;

  static gboolean Prepare(GSource* source, gint* timeout) {
    LoopCore* const core = SourceOf<Work>::From(source)->core;
    *timeout = -1;
    if (core->has_tasks()) return TRUE;
    const MonotonicTime next = core->next_timer();
    if (next == MonotonicTime::InfiniteFuture()) return FALSE;
    const absl::Duration left = next - MonotonicNow();
    if (left <= absl::ZeroDuration()) return TRUE;
    *timeout = static_cast<gint>(std::min(
        absl::ToInt64Milliseconds(absl::Ceil(left, absl::Milliseconds(1))),
        int64_t{INT_MAX}));
    return FALSE;
  }

  static gboolean Check(GSource* source) {
    LoopCore* const core = SourceOf<Work>::From(source)->core;
    const MonotonicTime next = core->next_timer();
    return core->has_tasks() ||
           (next != MonotonicTime::InfiniteFuture() && next <= MonotonicNow());
  }

  static gboolean Run(GSource* source, GSourceFunc, gpointer) {
    Work* const work = SourceOf<Work>::From(source);
    work->boundary->Call([&] {
      // First, so that a task posted from now on makes the source ready again.
      g_source_set_ready_time(source, -1);
      work->core->TakePosted();
      work->core->RingTimers();
      work->core->RunTasks();
    });
    return G_SOURCE_CONTINUE;
  }
};

GSourceFuncs work_functions = {Work::Prepare, Work::Check,
                               Work::Run,     SourceOf<Work>::Finalize,
                               nullptr,       nullptr};

GMainContext* OwnContext() {
  const LowDescriptors low;
  return g_main_context_new();
}

GMainContext* ProgramsContext(GMainContext* context) {
  // The default one may be made here.
  const LowDescriptors low;
  return g_main_context_ref(context == nullptr ? g_main_context_default()
                                               : context);
}

}  // namespace

class GlibLoop::Native final : public NativeLoop {
 public:
  // Takes a reference to `context`.
  explicit Native(GMainContext* context)
      : context_(context),
        main_loop_(g_main_loop_new(context, FALSE)),
        boundary_([this] { g_main_loop_quit(main_loop_); }),
        core_(this),
        work_(context, &work_functions, new Work{&core_, &boundary_}) {}
  ~Native() override {
    g_main_loop_unref(main_loop_);
    work_.Close();
    g_main_context_unref(context_);
  }

  LoopCore* core() { return &core_; }
  void Run() {
    boundary_.RunLoop([this] { g_main_loop_run(main_loop_); });
  }
  void Stop() { boundary_.Stop(); }

  absl::StatusOr<std::unique_ptr<LoopWatch>> Watch(
      int fd, FdCallback callback) override {
    return std::make_unique<GlibWatch>(context_, &core_, &boundary_, fd,
                                       std::move(callback));
  }
  // GLib asks before it waits.
  void TurnSoon() override {}
  void RingAt(MonotonicTime) override {}
  void Wake() override { g_source_set_ready_time(work_.get(), 0); }

 private:
  GMainContext* const context_;
  GMainLoop* const main_loop_;
  CallbackBoundary boundary_;
  LoopCore core_;
  SourceOf<Work> work_;
};

GlibLoop::GlibLoop() : native_(std::make_unique<Native>(OwnContext())) {}

GlibLoop::GlibLoop(GMainContext* context)
    : native_(std::make_unique<Native>(ProgramsContext(context))) {}

GlibLoop::~GlibLoop() {
  TellEnd();
  // What is destroyed here may call this loop.
  native_->core()->Close();
  native_ = nullptr;
}

void GlibLoop::Run() { native_->Run(); }

void GlibLoop::Stop() { native_->Stop(); }

absl::StatusOr<std::unique_ptr<FdWatch>> GlibLoop::WatchFd(
    int fd, FdCallback callback) {
  return native_->core()->WatchFd(fd, std::move(callback));
}

std::unique_ptr<Timer> GlibLoop::MakeTimer(Task callback) {
  return native_->core()->MakeTimer(std::move(callback));
}

void GlibLoop::Defer(Task task) { native_->core()->Defer(std::move(task)); }

void GlibLoop::Post(Task task) { native_->core()->Post(std::move(task)); }

}  // namespace forkrpc
