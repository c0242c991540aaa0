// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TextHint: says that what stands in the place of a header is text.
//
// A guess for people, as a header of four printable octets and more is hardly
// one: a program prints to its wire. Pure; any thread.
//
//   TextHint("debug: 1\n") ==
//       "; these octets are the text \"debug: 1\\n\": does the program print "
//       "to the wire?"

#ifndef CONFORMANCE_RUNNER_WIRE_TEXT_HINT_H_
#define CONFORMANCE_RUNNER_WIRE_TEXT_HINT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace forkrpc::conformance {

// `octets` begin where a header should. "" if they do not begin with text; the
// pattern that a child makes payloads of is none, though some of it is
// printable.
std::string TextHint(absl::string_view octets);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_WIRE_TEXT_HINT_H_
