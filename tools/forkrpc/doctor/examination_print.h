// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ExaminationText, ExaminationJson: what doctor prints.
//
//   std::cout << ExaminationText("socat - EXEC:{}", found);

#ifndef TOOLS_FORKRPC_DOCTOR_EXAMINATION_PRINT_H_
#define TOOLS_FORKRPC_DOCTOR_EXAMINATION_PRINT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "tools/forkrpc/doctor/examination.h"

namespace forkrpc::cli {

// A line for each promise, with what to do below those that are broken, and a
// sum. `way` is what was examined.
std::string ExaminationText(absl::string_view way, const Examination& found);

// The same as doctor.schema.json says, on one line.
std::string ExaminationJson(absl::string_view way, const Examination& found);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_DOCTOR_EXAMINATION_PRINT_H_
