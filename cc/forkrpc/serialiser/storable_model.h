// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Values for the tests of storable.h, and what an image keeps of them.
//
// Each function recurses as deep as its value is.
//
//   std::mt19937 random(1);
//   const Value value = SomeValue([&](size_t n) { return random() % n; });

#ifndef FORKRPC_SERIALISER_STORABLE_MODEL_H_
#define FORKRPC_SERIALISER_STORABLE_MODEL_H_

#include <cstddef>
#include <functional>
#include <string>

#include "forkrpc/serialiser/storable.h"
#include "forkrpc/serialiser/value.h"

namespace forkrpc {

// A list of what Perl has. `choose(n)` is from 0 to n - 1; where it always
// gives 0 the list is short. Numbers and lengths keep to where their form
// changes. No map has two keys that are the same to Perl.
Value SomeValue(const std::function<size_t(size_t)>& choose);

// What a reader finds in the image of `value`, by the words of storable.h.
Value WhatRemains(const Value& value, StorableOrder order);

// A string that is the same for two values exactly if they are equal, but for
// the order of a map's pairs and for what is shared and stands only once:
//
//   U T F               null, true, false
//   I<decimal>;         an integer
//   D<16 hex digits>;   a double's bits
//   O<size>:<octets>    octets; X the same for text, as UTF-8
//   L<count>; items     a list
//   M<count>; pairs     a map, in the order of the keys' descriptions
//   R value             a reference
//   S<number>; value    what comes again, as s<number>;
std::string Describe(const Value& value);

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_STORABLE_MODEL_H_
