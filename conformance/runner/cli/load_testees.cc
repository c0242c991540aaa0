// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/load_testees.h"

#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "conformance/runner/base/complain.h"
#include "conformance/runner/cli/command_input.h"

namespace forkrpc::conformance {

bool LoadTestees(const std::vector<std::string>& paths, const SpecText& spec,
                 std::vector<Testee>* testees) {
  std::set<std::string> names;
  for (const std::string& path : paths) {
    absl::StatusOr<Testee> testee = Testee::Load(UserPath(path), spec);
    absl::Status status = testee.status();
    if (status.ok() && !names.insert(testee->manifest().name()).second) {
      status = absl::InvalidArgumentError(
          absl::StrCat(path, ": the name \"", testee->manifest().name(),
                       "\" is another testee's; change one"));
    }
    if (status.ok()) status = testee->CheckInstalled();
    if (!status.ok()) {
      Complain(status);
      return false;
    }
    testees->push_back(*std::move(testee));
  }
  return true;
}

}  // namespace forkrpc::conformance
