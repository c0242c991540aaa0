// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ReadPerlVectors: what Perl's own modules make of values, as the specification
// has it; for the tests of the serialisers of values.
//
// spec/vectors/perl/README.md says what they hold. The program ends, saying
// why, if the file is missing or a line cannot be read, so that none is passed
// over.
//
//   for (const PerlVector& vector : ReadPerlVectors("cbor")) {
//     SCOPED_TRACE(vector.name);
//     ...
//   }

#ifndef FORKRPC_SERIALISER_TEST_PERL_VECTORS_H_
#define FORKRPC_SERIALISER_TEST_PERL_VECTORS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/value.h"

namespace forkrpc {

struct PerlVector {
  std::string name;  // with the form: "undef, results"
  std::string payload;
  // Why a decoder refuses the payload, else empty and `value` is what it says.
  std::string refused;
  Value value;
  // What the same module makes of the payload, in diagnostic notation; "=" if
  // that is `value`.
  std::string back;
};

// Those of one serialiser that have a payload.
std::vector<PerlVector> ReadPerlVectors(absl::string_view serialiser);

// A value in diagnostic notation; ends the program if it is none.
Value ReadNotation(absl::string_view notation);

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_TEST_PERL_VECTORS_H_
