// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WireTerms: what a parent says, in a worker's environment, that it speaks.
//
// The form and the serialiser are agreed out of band; the wire itself cannot
// tell that the two halves differ. So the parent names its terms in
// FORKRPC_FORM and FORKRPC_SERIALISER, each as "NAME:INODE" with the inode of
// the worker's descriptor 0, and a worker that knows these variables compares.
// The inode says whose wire is meant: a process further down that has inherited
// the variables, but has another wire, does not take them for its own.
//
//   // In the parent:
//   auto variables = forkrpc::WireEnvironment({"async", ""}, STDIN_FILENO);
//   // In the worker, before it starts a thread:
//   const forkrpc::WireTerms terms = forkrpc::TakeWireTerms(STDIN_FILENO);
//   if (!terms.form.empty() && terms.form != "async") {
//     return absl::FailedPreconditionError("the parent speaks another form");
//   }

#ifndef FORKRPC_TRANSPORT_WIRE_TERMS_H_
#define FORKRPC_TRANSPORT_WIRE_TERMS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace forkrpc {

// The names that FORKRPC_FORM gives the two forms.
inline constexpr char kSyncFormName[] = "sync";
inline constexpr char kAsyncFormName[] = "async";

// An empty name: not said.
struct WireTerms {
  std::string form;        // kSyncFormName or kAsyncFormName
  std::string serialiser;  // such as "json" or "protobuf"
};

// One variable's value. A name may contain anything but NUL.
struct WireTerm {
  std::string name;
  uint64_t inode = 0;
};

// "name:inode", in decimal.
std::string FormatWireTerm(const WireTerm& term);

// The value's parts, or none if it is not of that form: an empty name, no
// colon, a number with anything but digits in it or beyond 64 bits.
std::optional<WireTerm> ParseWireTerm(absl::string_view value);

// The inode of what `fd` stands for; none if it is not open.
std::optional<uint64_t> WireInode(int fd);

// For a parent: the variables and values that say `terms` to a child that finds
// `fd` as its descriptor 0. Only the terms that are said; none if `fd` is not
// open.
std::vector<std::pair<std::string, std::string>> WireEnvironment(
    const WireTerms& terms, int fd);

// For a worker: what its parent has said about the wire that has `fd` for its
// reading end, and removes both variables from the environment, so that no
// child of the worker's inherits them. A term about another wire, or one that
// is malformed, is as one that was not said. No other thread may use the
// environment meanwhile.
WireTerms TakeWireTerms(int fd);

}  // namespace forkrpc

#endif  // FORKRPC_TRANSPORT_WIRE_TERMS_H_
