// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// StorableSerialiser, NetworkStorableSerialiser: values as Perl's Storable
// writes them, by freeze and by nfreeze.
//
// In the shape of serialiser.h. Any thread; nothing recurses. What is written
// is what Perl 5.36 writes of the same values, octet for octet (but for true or
// false a second time), and either class reads what either function of Perl
// writes: `storable` is for one machine, with its integers and doubles,
// `nstorable` for any two.
//
// What is written, and what an image keeps of it:
//  * null: undef, which is read in its three spellings. Undefined is written as
//    null.
//  * A boolean: !!1 or !!0, never shared. Of a copy of one in a variable Perl
//    5.36 and earlier send "1" or "".
//  * An integer: an integer, but text beyond signed 64 bits, and in nstorable
//    beyond signed 32 bits.
//  * A double that is whole and below 2^53: as an integer, so that -0.0 is 0.
//    Any other: a double, but in nstorable text of 15 digits ("0.1", "1e+16",
//    "Inf", "NaN").
//  * Octets and text: a string without and with the text flag.
//  * A list, a map: an array, a hash, by reference but for the outermost.
//  * What is shared: one variable, array or hash in several places.
//  * Tag 22098: a reference to a scalar or to a reference, as in CBOR::XS.
//
// A map's key is octets or text; of several that are the same to Perl it keeps
// the last. Other keys and other tags are InvalidArgument.
//
// A decoder creates nothing by a name that an image gives. Objects, hooks,
// code, ties, weak references, restricted hashes, regular expressions, other
// byte orders, sizes and major versions are Unimplemented, each by its name (a
// boolean of JSON::PP is an object, too); a version string is its string. A cut
// image, octets behind it and a cycle are DataLoss. All errors name the octet,
// and leave the result empty. Memory is at most 64 times the image and 64 KiB,
// time linear.
//
//   const forkrpc::NetworkStorableSerialiser serialiser;
//   std::string image;
//   absl::Status status = serialiser.Encode(
//       std::vector<forkrpc::Value>{forkrpc::Value::Octets("rename"),
//                                   forkrpc::Value::Integer(5)},
//       &image);
//   if (!status.ok()) return status;
//   std::vector<forkrpc::Value> arguments;
//   return serialiser.Decode(image, &arguments);

#ifndef FORKRPC_SERIALISER_STORABLE_H_
#define FORKRPC_SERIALISER_STORABLE_H_

#include <initializer_list>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "forkrpc/serialiser/value.h"
#include "forkrpc/serialiser/value_builder.h"

namespace forkrpc {

enum class StorableOrder {
  kNative,  // of a Perl with 64 bits on a little-endian machine
  kNetwork,
};

// What both classes do. Immutable.
template <StorableOrder kOrder>
class BasicStorableSerialiser {
 public:
  using Value = std::vector<forkrpc::Value>;
  static absl::string_view name() {
    return kOrder == StorableOrder::kNative ? "storable" : "nstorable";
  }

  // The limits hold in both directions. Lists, maps and references in one
  // another are counted together: Perl's own freeze ends at 512 of them too, or
  // at 256 if they are hashes; its thaw has no limit.
  explicit BasicStorableSerialiser(const ValueLimits& limits = {})
      : limits_(limits) {}

  // Appends an image to `*payload`: of a list of arguments or results, or of
  // any value; strings are octets. ResourceExhausted for a limit,
  // InvalidArgument for what Perl does not have; `*payload` is then as it was.
  absl::Status Encode(absl::Span<const forkrpc::Value> items,
                      std::string* payload) const;
  absl::Status Encode(absl::Span<const absl::string_view> items,
                      std::string* payload) const;
  absl::Status Encode(absl::Span<const std::string> items,
                      std::string* payload) const;
  absl::Status Encode(std::initializer_list<absl::string_view> items,
                      std::string* payload) const {
    return Encode(
        absl::Span<const absl::string_view>(items.begin(), items.size()),
        payload);
  }
  absl::Status Encode(const forkrpc::Value& value, std::string* payload) const;

  // Replaces what the second argument points to. For a list the outermost
  // object has to be an array, else it is DataLoss; of strings, each item is
  // what ToString() makes of it. Of any value, a scalar or reference that is
  // outermost is taken for itself, though thaw gives a reference to it.
  absl::Status Decode(absl::string_view payload,
                      std::vector<forkrpc::Value>* items) const;
  absl::Status Decode(absl::string_view payload,
                      std::vector<std::string>* items) const;
  absl::Status Decode(absl::string_view payload, forkrpc::Value* value) const;

 private:
  ValueLimits limits_;
};

extern template class BasicStorableSerialiser<StorableOrder::kNative>;
extern template class BasicStorableSerialiser<StorableOrder::kNetwork>;

using StorableSerialiser = BasicStorableSerialiser<StorableOrder::kNative>;
using NetworkStorableSerialiser =
    BasicStorableSerialiser<StorableOrder::kNetwork>;

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_STORABLE_H_
