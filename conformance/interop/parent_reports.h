// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ParentReports: what a parent says of a stage, held against what it must say.
//
// It takes the lines of the testee contract, in any order that the wire allows:
// results as they come, events in theirs. The first line that cannot be right
// is kept. One thread.
//
//   ParentReports reports;
//   reports.Begin(stage);
//   reports.Take("result first 68656c6c6f");
//   if (reports.complete()) ...

#ifndef CONFORMANCE_INTEROP_PARENT_REPORTS_H_
#define CONFORMANCE_INTEROP_PARENT_REPORTS_H_

#include <deque>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "conformance/interop/script.h"

namespace forkrpc::conformance {

class ParentReports {
 public:
  // The reports of the stage before are complete.
  void Begin(const InteropStage& stage);

  void Take(absl::string_view line);

  // All of the stage has been reported.
  bool complete() const {
    return results_.empty() && events_.empty() && !awaits_closed_;
  }
  // The first line that is wrong, as a sentence without its subject; "" if none
  // was.
  const std::string& wrong() const { return wrong_; }
  // The parent says that the connection has failed: in which word, or "".
  const std::string& error() const { return error_; }
  // What is missing, such as "the response to many3".
  std::string Missing() const;

 private:
  void Wrong(std::string what);

  std::map<std::string, std::string> results_;  // by tag: the response
  std::deque<std::string> events_;
  bool awaits_closed_ = false;
  std::string wrong_;
  std::string error_;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_INTEROP_PARENT_REPORTS_H_
