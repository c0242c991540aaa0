// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A payload's list of arguments or results, from the Value a decoder made; for
// the serialisers of values.
//
// Each replaces the content of `*items`. On error it is left empty, and the
// message begins with `format`.

#ifndef FORKRPC_SERIALISER_VALUE_LIST_H_
#define FORKRPC_SERIALISER_VALUE_LIST_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/value.h"

namespace forkrpc {

// DataLoss if the payload holds something else than a list.
absl::Status TakeList(absl::string_view format, absl::StatusOr<Value> decoded,
                      std::vector<Value>* items);

// The same, each item by ToString(): InvalidArgument if one has no string.
absl::Status TakeStrings(absl::string_view format,
                         absl::StatusOr<Value> decoded,
                         std::vector<std::string>* items);

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_VALUE_LIST_H_
