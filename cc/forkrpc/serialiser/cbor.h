// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CBOR (RFC 8949) as Perl's CBOR::XS speaks it: a payload that is a list of
// values of any kind.
//
// Any thread. Nothing recurses. Of a payload's octets memory is at most 64
// times as many and 64 KiB, time is linear, depth, count and octets have limits
// (ResourceExhausted). Malformed octets are DataLoss. Each error names the
// octet.
//
//   const forkrpc::CborSerialiser serialiser;
//   const std::vector<forkrpc::Value> arguments = {
//       forkrpc::Value::Text("resize"), forkrpc::Value::Integer(640)};
//   std::string payload;
//   absl::Status status = serialiser.Encode(arguments, &payload);
//   if (!status.ok()) return status;
//
//   std::vector<forkrpc::Value> again;
//   status = serialiser.Decode(payload, &again);
//   if (!status.ok()) return status;
//   return again == arguments ? absl::OkStatus()
//                             : absl::InternalError("another list");
//
// What is decoded:
//  * Tag 28 is a shared value, and 29 refers to one; the first tag 28, which
//    Perl has on the list itself, is number 0. A reference to what is not there
//    or not complete (a cycle) is an error.
//  * Tag 256 is a space for strings, where tag 25 refers to one that came
//    before; both are resolved, and the strings are not copied. A tag 25
//    outside is an error.
//  * Tag 26 (an object: class and arguments) and 22098 (a reference to a
//  scalar)
//    are tagged values like all others. No object is made of anything.
//  * Tag 55799 ("this is CBOR") is dropped.
//  * Strings of octets and of text are kept apart; keys come as either. Text
//    that is not UTF-8, which Perl can send, is an error or, if the options say
//    so, octets.
//  * Integers below -2^63 are tagged values 3(h'...'), which is the same number
//    as a bignum. Both are RFC 8949's -1-n. CBOR::XS 1.86 does not read or
//    write them so (it takes 3(h'00') for 0, and -2^63-1 for 2^63-1), so
//    numbers that far below zero are better sent to it as strings.
//  * Indefinite lengths and half floats, which Perl never sends, are taken.
//    Simple values other than false, true, null and undefined are an error, as
//    in Perl.
//
// What is encoded is what Perl sends: definite and shortest lengths, 32 bits
// for a floating-point number where they are exact, and else 64 (a Double is
// sent as one, even if it is whole), tag 28 for each shared value where it
// first stands.

#ifndef FORKRPC_SERIALISER_CBOR_H_
#define FORKRPC_SERIALISER_CBOR_H_

#include <initializer_list>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "forkrpc/serialiser/value.h"
#include "forkrpc/serialiser/value_builder.h"

namespace forkrpc {

// What becomes of a text string that is not UTF-8.
enum class CborBadText {
  kRefuse,
  kOctets,  // it is decoded to kOctets
};

// How the list of arguments or results is sent. Every decoder of ours takes
// both.
enum class CborRoot {
  kShared,  // with tag 28 before it, as the original does
  kPlain,   // without, for peers whose decoder knows no tags
};

struct CborOptions {
  ValueLimits limits;
  CborBadText bad_text = CborBadText::kRefuse;
  CborRoot root = CborRoot::kShared;
};

// One value, be it a list or not; all of the payload.
absl::StatusOr<Value> DecodeCbor(absl::string_view payload,
                                 const CborOptions& options = {});

// Appends one value to `*payload`, which is as it was on error:
// ResourceExhausted beyond the limits, InvalidArgument for text that is not
// UTF-8, and for tags 25, 28, 29 and 256, which only Value::Shared may stand
// for.
absl::Status EncodeCbor(const Value& value, std::string* payload,
                        const CborOptions& options = {});

// CBOR in the shape of serialiser.h. Immutable.
class CborSerialiser {
 public:
  using Value = std::vector<forkrpc::Value>;
  static absl::string_view name() { return "cbor"; }

  explicit CborSerialiser(const CborOptions& options = {})
      : options_(options) {}

  // Strings are sent as octets.
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

  // DataLoss if the payload is no list. Of strings, each item is what
  // ToString() makes of it.
  absl::Status Decode(absl::string_view payload,
                      std::vector<forkrpc::Value>* items) const;
  absl::Status Decode(absl::string_view payload,
                      std::vector<std::string>* items) const;

 private:
  CborOptions options_;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_CBOR_H_
