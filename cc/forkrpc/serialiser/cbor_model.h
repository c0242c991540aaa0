// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CborModel: what a payload of CBOR holds, by libcbor's own tree; for tests.
//
// It recurses and looks at no limits: only for payloads that DecodeCbor() took.

#ifndef FORKRPC_SERIALISER_CBOR_MODEL_H_
#define FORKRPC_SERIALISER_CBOR_MODEL_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/value.h"

namespace forkrpc {

// None if libcbor does not take the payload: it has no tags from 6 to 20, and
// no characters cut in two.
std::optional<Value> CborModel(absl::string_view payload);

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_CBOR_MODEL_H_
