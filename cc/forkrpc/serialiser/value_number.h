// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A floating-point number as text; for the serialisers of values.

#ifndef FORKRPC_SERIALISER_VALUE_NUMBER_H_
#define FORKRPC_SERIALISER_VALUE_NUMBER_H_

#include <string>

namespace forkrpc {

// Appends the shortest digits that are read back as just this number, which is
// neither infinite nor NaN. There is always a point or an exponent, so that it
// is not taken for an integer: 5.0, -0.0, 1e+300.
void AppendFloatingPoint(double number, std::string* out);

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_VALUE_NUMBER_H_
