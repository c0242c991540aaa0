// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/doctor/doctor_command.h"

#include <unistd.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tools/forkrpc/doctor/doctor_options.h"
#include "tools/forkrpc/doctor/examination_print.h"
#include "tools/forkrpc/doctor/examiner.h"
#include "tools/forkrpc/doctor/probe.h"
#include "tools/forkrpc/doctor/serve_probes.h"
#include "tools/forkrpc/exit_codes.h"
#include "tools/forkrpc/octet_text.h"

namespace forkrpc::cli {

int RunDoctor(const std::vector<std::string>& arguments,
              const Streams& streams) {
  const absl::StatusOr<DoctorOptions> options = ParseDoctorOptions(arguments);
  if (!options.ok()) {
    *streams.err << absl::StrCat(
        "forkrpc: ", OneLine(options.status().message()),
        "; see `forkrpc help doctor`\n");
    return kExitUsage;
  }
  if (options->what == DoctorOptions::kProbe) return RunProbe();
  if (options->what == DoctorOptions::kServe) {
    return ServeProbes(options->serve, streams);
  }
  const bool shows = isatty(STDERR_FILENO) != 0;
  const auto on_progress = [&](absl::string_view what) {
    if (shows) *streams.err << "\r\x1b[Ktrying " << what << std::flush;
  };
  const absl::StatusOr<Examination> found =
      Examine(options->way, options->slow, on_progress);
  if (shows) *streams.err << "\r\x1b[K" << std::flush;
  if (!found.ok()) {
    *streams.err << absl::StrCat("forkrpc: ", OneLine(found.status().message()),
                                 "\n");
    return kExitUsage;
  }
  *streams.out << (options->json ? ExaminationJson(options->name, *found)
                                 : ExaminationText(options->name, *found))
               << std::flush;
  if (!streams.out->good()) {
    *streams.err << "forkrpc: cannot write to standard output\n";
    return kExitFailed;
  }
  return found->CountBroken(/*needed=*/true) == 0 ? kExitOk : kExitFailed;
}

}  // namespace forkrpc::cli
