// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Text from testees, made fit to stand in a report.
//
// What a testee wrote may hold any octets and be of any length; reports are
// UTF-8 and of a bounded size. Pure functions; any thread; they cannot fail.
//
//   Legible("a\x1b\xff") == "a\\x1b\\xff"

#ifndef CONFORMANCE_RUNNER_BASE_LEGIBLE_H_
#define CONFORMANCE_RUNNER_BASE_LEGIBLE_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace forkrpc::conformance {

// The text with each octet that is not part of well-formed UTF-8, each control
// character but tab and line feed, and U+FFFE and U+FFFF (which XML forbids)
// as \xNN.
std::string Legible(absl::string_view text);

// The same on one line: tabs and line feeds are blanks.
std::string LegibleLine(absl::string_view text);

// The same of at most `limit` octets, which are 4 or more: a longer line is cut
// between two characters and ends with "...".
std::string ShortLine(absl::string_view text, size_t limit);

// At most about `limit` octets of a text that is Legible: whole, or whole lines
// of its beginning and its end with a line between them that says how many
// octets were left out.
std::string Excerpt(absl::string_view text, size_t limit);

// JSON's string, quotes included; "<", ">" and "&" are escaped too, so that it
// may stand in a script element. It is a double-quoted scalar of YAML as well.
std::string JsonString(absl::string_view text);

// Character data or an attribute's value of XML and HTML.
std::string XmlText(absl::string_view text);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_BASE_LEGIBLE_H_
