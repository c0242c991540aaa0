// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// DoctorOptions: what `forkrpc doctor` was told on its command line.
//
//   absl::StatusOr<DoctorOptions> options =
//       ParseDoctorOptions({"--", "ssh", "host"});

#ifndef TOOLS_FORKRPC_DOCTOR_DOCTOR_OPTIONS_H_
#define TOOLS_FORKRPC_DOCTOR_DOCTOR_OPTIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/forkrpc/doctor/probe_link.h"

namespace forkrpc::cli {

struct DoctorOptions {
  enum What { kExamine, kServe, kProbe };
  What what = kExamine;
  bool slow = false;
  bool json = false;
  std::string name;   // of what is examined, for the report
  Way way;            // kExamine
  std::string serve;  // kServe: an address
};

// InvalidArgument, saying what to do, for a command line that makes no sense.
absl::StatusOr<DoctorOptions> ParseDoctorOptions(
    const std::vector<std::string>& arguments);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_DOCTOR_DOCTOR_OPTIONS_H_
