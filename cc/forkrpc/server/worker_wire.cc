// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/server/worker_wire.h"

#include <unistd.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/transport/stdio_transport.h"
#include "forkrpc/transport/wire_terms.h"

namespace forkrpc {
namespace {

absl::string_view NameOf(Form form) {
  return form == Form::kSync ? kSyncFormName : kAsyncFormName;
}

absl::string_view ConstantOf(absl::string_view form) {
  return form == kSyncFormName ? "Form::kSync" : "Form::kAsync";
}

absl::Status CheckTerms(const WorkerTerms& ours, const WireTerms& parents) {
  const absl::string_view form = NameOf(ours.form);
  // A form that this version does not know says nothing about these two.
  if ((parents.form == kSyncFormName || parents.form == kAsyncFormName) &&
      parents.form != form) {
    return absl::FailedPreconditionError(absl::StrCat(
        "forkrpc: this worker speaks the ", form, " form, its parent the ",
        parents.form, " form; set ", ours.form_option, " to ",
        ConstantOf(parents.form), ", or the parent's connection.form to ",
        ConstantOf(form)));
  }
  if (!parents.serialiser.empty() && !ours.serialiser.empty() &&
      parents.serialiser != ours.serialiser) {
    return absl::FailedPreconditionError(absl::StrCat(
        "forkrpc: this worker's functions use the serialiser ", ours.serialiser,
        ", its parent ", parents.serialiser, "; use the same for both"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<FdTransport>> TakeWorkerWire(
    const WorkerTerms& terms) {
  const absl::Status checked = CheckTerms(terms, TakeWireTerms(STDIN_FILENO));
  if (!checked.ok()) return checked;
  return TakeStdioTransport();
}

}  // namespace forkrpc
