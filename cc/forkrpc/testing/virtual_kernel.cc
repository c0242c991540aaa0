// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/virtual_kernel.h"

#include <errno.h>
#include <fcntl.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace forkrpc {
namespace {

// More than any code has a reason to look while no time passes.
constexpr int64_t kTooManyLooks = 1000000;
// More than a rescue may need.
constexpr int kTooManyHangs = 16;
constexpr int kFirstCopy = 700;

thread_local VirtualKernel* current_kernel = nullptr;

std::vector<std::string> Strings(char* const list[]) {
  std::vector<std::string> strings;
  for (; list != nullptr && *list != nullptr; ++list) {
    strings.emplace_back(*list);
  }
  return strings;
}

}  // namespace

// What runs meanwhile has the real system calls.
class VirtualKernel::Inside {
 public:
  explicit Inside(VirtualKernel* kernel) : kernel_(kernel) {
    ++kernel_->depth_;
  }
  ~Inside() { --kernel_->depth_; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  VirtualKernel* const kernel_;
};

VirtualKernel::VirtualKernel() { current_kernel = this; }

VirtualKernel::~VirtualKernel() { current_kernel = nullptr; }

VirtualKernel* VirtualKernel::Current() {
  VirtualKernel* const kernel = current_kernel;
  return kernel != nullptr && kernel->depth_ == 0 ? kernel : nullptr;
}

void VirtualKernel::At(absl::Duration when, std::function<void()> event) {
  events_.emplace(std::max(kStart + when, now_), std::move(event));
}

int VirtualKernel::Wait(absl::FunctionRef<int()> look, absl::Duration timeout) {
  const Inside inside(this);
  const absl::Duration end = now_ + std::max(timeout, absl::ZeroDuration());
  for (;;) {
    RunDueEvents();
    StepChildren();
    if (++looks_ > kTooManyLooks) Die("the program spins");
    const int found = look();
    if (found != 0 || now_ >= end) return found;
    const absl::Duration next =
        events_.empty() ? end : std::min(end, events_.begin()->first);
    if (next == absl::InfiniteDuration()) {
      OnNothingLeft();
      continue;
    }
    if (next > now_) looks_ = 0;
    now_ = std::max(now_, next);
  }
}

void VirtualKernel::RunDueEvents() {
  while (!events_.empty() && events_.begin()->first <= now_) {
    const std::function<void()> event = std::move(events_.begin()->second);
    events_.erase(events_.begin());
    event();
  }
}

void VirtualKernel::StepChildren() {
  // A step spawns nothing.
  for (const std::unique_ptr<VirtualChild>& child : children_) child->Step();
}

void VirtualKernel::OnNothingLeft() {
  if (on_hang_ == nullptr || ++hangs_ > kTooManyHangs) {
    Die("nothing can end what the program waits for");
  }
  on_hang_();
}

void VirtualKernel::Die(const char* why) const {
  std::fprintf(stderr, "VirtualKernel: %s, %s after the start: %s\n", why,
               absl::FormatDuration(elapsed()).c_str(), context_.c_str());
  abort();
}

void VirtualKernel::ClearActions(const posix_spawn_file_actions_t* actions) {
  actions_.erase(actions);
}

void VirtualKernel::AddDup(const posix_spawn_file_actions_t* actions, int from,
                           int to) {
  actions_[actions][to] = from;
}

int VirtualKernel::Spawn(pid_t* pid, const posix_spawn_file_actions_t* actions,
                         char* const argv[], char* const envp[]) {
  const Inside inside(this);
  VirtualChild::Descriptors descriptors;
  const auto found = actions_.find(actions);
  if (found != actions_.end()) {
    for (const auto& [to, from] : found->second) {
      OwnedFd copy(fcntl(from, F_DUPFD_CLOEXEC, kFirstCopy));
      if (!copy.valid()) return errno;
      descriptors[to] = std::move(copy);
    }
  }
  *pid = kFirstPid + static_cast<pid_t>(children_.size());
  children_.push_back(std::make_unique<VirtualChild>(
      *pid, Strings(argv), Strings(envp), std::move(descriptors)));
  if (on_spawn_ != nullptr) on_spawn_(children_.back().get());
  return 0;
}

bool VirtualKernel::IsChild(pid_t pid) const {
  return pid >= kFirstPid &&
         pid < kFirstPid + static_cast<pid_t>(children_.size());
}

VirtualChild* VirtualKernel::FindChild(pid_t pid) {
  if (!IsChild(pid)) return nullptr;
  VirtualChild* const child = children_[pid - kFirstPid].get();
  return child->reaped() ? nullptr : child;
}

bool VirtualKernel::IsPidfd(int fd) const {
  return std::any_of(children_.begin(), children_.end(),
                     [fd](const auto& child) { return child->IsPidfd(fd); });
}

VirtualChild* VirtualKernel::FindChildOfPidfd(int fd) {
  // The last one that had this number; earlier ones were closed.
  for (auto child = children_.rbegin(); child != children_.rend(); ++child) {
    if (!(*child)->IsPidfd(fd)) continue;
    return (*child)->reaped() ? nullptr : child->get();
  }
  return nullptr;
}

int VirtualKernel::Kill(VirtualChild* child, int signal) {
  const Inside inside(this);
  if (child == nullptr) {
    ++stray_signals_;
    errno = ESRCH;
    return -1;
  }
  child->Signal(signal);
  return 0;
}

}  // namespace forkrpc
