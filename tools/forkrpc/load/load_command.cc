// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/load/load_command.h"

#include <unistd.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tools/forkrpc/exit_codes.h"
#include "tools/forkrpc/load/load_options.h"
#include "tools/forkrpc/load/load_print.h"
#include "tools/forkrpc/load/load_run.h"
#include "tools/forkrpc/octet_text.h"

namespace forkrpc::cli {
namespace {

std::string ProgressText(const LoadOptions& options,
                         const LoadProgress& progress) {
  const double past = absl::ToDoubleSeconds(progress.since_start);
  const double measured = past - absl::ToDoubleSeconds(options.warm_up);
  std::string text = absl::StrFormat("%.1f s", past);
  if (options.calls == UINT64_MAX) {
    absl::StrAppendFormat(
        &text, " of %.1f s",
        absl::ToDoubleSeconds(options.warm_up + options.duration));
  }
  if (measured <= 0) return absl::StrCat(text, ": warming up");
  return absl::StrCat(
      text, ": ", progress.answered, " calls answered, ",
      FormatCount(static_cast<double>(progress.answered) / measured),
      "/s, errors: ", progress.failed);
}

}  // namespace

int RunLoadCommand(const std::vector<std::string>& arguments,
                   const Streams& streams) {
  const absl::StatusOr<LoadOptions> options = ParseLoadOptions(arguments);
  if (!options.ok()) {
    *streams.err << absl::StrCat(
        "forkrpc: ", OneLine(options.status().message()),
        "; see `forkrpc help load`\n");
    return kExitUsage;
  }
  const bool shows = isatty(STDERR_FILENO) != 0;
  const auto on_progress = [&](const LoadProgress& progress) {
    if (!shows) return;
    *streams.err << "\r\x1b[K" << ProgressText(*options, progress)
                 << std::flush;
  };
  const absl::StatusOr<LoadResult> result = RunLoad(*options, on_progress);
  if (shows) *streams.err << "\r\x1b[K" << std::flush;
  if (!result.ok()) {
    *streams.err << absl::StrCat(
        "forkrpc: ", OneLine(result.status().message()), "\n");
    return kExitUsage;
  }
  *streams.out << (options->json ? LoadJson(*options, *result)
                                 : LoadText(*options, *result))
               << std::flush;
  if (!streams.out->good()) {
    *streams.err << "forkrpc: cannot write to standard output\n";
    return kExitFailed;
  }
  return result->failed() ? kExitFailed : kExitOk;
}

}  // namespace forkrpc::cli
