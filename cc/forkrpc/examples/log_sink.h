// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LogSink: where a program's log messages go.
//
// Has the part of absl::LogSink that example 4 uses, under the same names, for
// Abseil releases that have no logging (before 2023-01). With a newer one, drop
// this file and derive from absl::LogSink: Send() stays as it is, and
// absl::AddLogSink() takes the place of Log().
//
//   Log(&sink, absl::LogSeverity::kWarning, "the disk is nearly full");

#ifndef FORKRPC_EXAMPLES_LOG_SINK_H_
#define FORKRPC_EXAMPLES_LOG_SINK_H_

#include "absl/base/log_severity.h"
#include "absl/strings/string_view.h"

namespace examples {

class LogEntry {
 public:
  LogEntry(absl::LogSeverity severity, absl::string_view message)
      : severity_(severity), message_(message) {}

  absl::LogSeverity log_severity() const { return severity_; }
  absl::string_view text_message() const { return message_; }

 private:
  const absl::LogSeverity severity_;
  const absl::string_view message_;
};

class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void Send(const LogEntry& entry) = 0;
};

inline void Log(LogSink* sink, absl::LogSeverity severity,
                absl::string_view message) {
  sink->Send(LogEntry(severity, message));
}

}  // namespace examples

#endif  // FORKRPC_EXAMPLES_LOG_SINK_H_
