// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A library to be preloaded: the wall clock steps by FORKRPC_CLOCK_STEP seconds
// a quarter of a second after it was first asked, as a daemon that sets the
// time makes it. The monotonic clock goes on as it is. The machine's own clock
// is not touched.

#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>

#include <cstdint>
#include <cstdlib>

namespace {

using ClockGettime = int (*)(clockid_t, timespec*);

int Real(clockid_t clock, timespec* now) {
  static const auto real =
      reinterpret_cast<ClockGettime>(dlsym(RTLD_NEXT, "clock_gettime"));
  return real(clock, now);
}

// How far the wall clock is off now.
time_t Step() {
  static const char* const text = std::getenv("FORKRPC_CLOCK_STEP");
  static const time_t step = text == nullptr ? 0 : std::atol(text);
  timespec now;
  Real(CLOCK_MONOTONIC, &now);
  static const timespec first = now;
  const int64_t passed_ms = (now.tv_sec - first.tv_sec) * 1000 +
                            (now.tv_nsec - first.tv_nsec) / 1000000;
  return passed_ms < 250 ? 0 : step;
}

}  // namespace

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): libc's own
// names are reserved.
extern "C" {

int clock_gettime(clockid_t clock, timespec* now) {
  const int result = Real(clock, now);
  if (result == 0 &&
      (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    now->tv_sec += Step();
  }
  return result;
}

int gettimeofday(timeval* now, void*) {
  timespec precise;
  const int result = clock_gettime(CLOCK_REALTIME, &precise);
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return result;
}

time_t time(time_t* out) {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

}  // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
