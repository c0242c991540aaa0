// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CallLedger: what became of each of many numbered calls.
//
// A request carries the number of its call and so does its response: whether a
// call has ended more than once or never, or has got the response of another,
// is counted, not believed. One thread. Allocates when it is made and for
// statuses.
//
//   CallLedger ledger(10000);
//   pool->Call(absl::StrCat("echo ", number), [&, number](auto response) {
//     ledger.Close(number, response);
//   });
//   ...
//   std::cout << ledger.ToString();

#ifndef FORKRPC_POOL_CALL_LEDGER_H_
#define FORKRPC_POOL_CALL_LEDGER_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace forkrpc {

// Invariants: (1) closed_ + lost() is the number of calls; (2) closed_ +
// duplicated_ == answered_ + misattributed_ + failed().
class CallLedger {
 public:
  explicit CallLedger(size_t calls) : ends_(calls, 0) {}

  // Call `number`, below the number of calls, has ended.
  void Close(size_t number, const absl::StatusOr<absl::string_view>& response);

  size_t closed() const { return closed_; }
  size_t answered() const { return answered_; }
  size_t failed() const;
  // Calls that have not ended.
  size_t lost() const;
  // Ends beyond the first of a call.
  size_t duplicated() const { return duplicated_; }
  // Responses that carry another number.
  size_t misattributed() const { return misattributed_; }
  bool clean() const {
    return lost() == 0 && duplicated_ == 0 && misattributed_ == 0;
  }

  // Several lines.
  std::string ToString() const;

 private:
  std::vector<int> ends_;
  std::map<absl::StatusCode, size_t> failures_;
  size_t closed_ = 0;  // calls that have ended
  size_t answered_ = 0;
  size_t duplicated_ = 0;
  size_t misattributed_ = 0;
};

}  // namespace forkrpc

#endif  // FORKRPC_POOL_CALL_LEDGER_H_
