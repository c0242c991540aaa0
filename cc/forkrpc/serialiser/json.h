// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// JSON (RFC 8259) as Perl's JSON::XS speaks it: a payload that is a list of
// values.
//
// Any thread. Nothing recurses. Of a payload's octets memory is at most 64
// times as many and 64 KiB, time is linear, depth, count and octets have limits
// (ResourceExhausted). Malformed text is DataLoss. Each error names the octet.
//
//   const forkrpc::JsonSerialiser serialiser;
//   std::string payload;
//   absl::Status status = serialiser.Encode(
//       std::vector<forkrpc::Value>{forkrpc::Value::Text("resize"),
//                                   forkrpc::Value::Integer(640)},
//       &payload);
//   if (!status.ok()) return status;
//   std::puts(payload.c_str());  // ["resize",640]
//
//   std::vector<forkrpc::Value> again;
//   return serialiser.Decode(payload, &again);
//
// What is decoded: each string and key to kText; numbers to integers where they
// are written as such and fit 64 bits, to text where they are and do not (as
// Perl does, up to 309 digits), and else to doubles. Keys that stand twice are
// both kept. Perl writes "inf", "nan" and "-nan" for numbers that JSON has not,
// which its own decoder does not read either: an error that says so, as is a
// number beyond the doubles. A byte order mark at the front is dropped.
//
// What is encoded: no blanks. Octets are the characters U+0000 to U+00FF, as
// in Perl (ToOctets() of value_conversion.h is the way back). A Double has
// always a point or an exponent, and the shortest digits that are read back as
// just it (JSON::XS itself misses the last bit of one in five). What is shared
// is written wherever it stands, undefined as null, a key that is a number as
// the string that Perl has for it. NaN, the infinities, tagged values, text
// that is not UTF-8 and keys of other kinds are InvalidArgument.

#ifndef FORKRPC_SERIALISER_JSON_H_
#define FORKRPC_SERIALISER_JSON_H_

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

struct JsonOptions {
  ValueLimits limits;
};

// One value, be it a list or not; all of the payload.
absl::StatusOr<Value> DecodeJson(absl::string_view payload,
                                 const JsonOptions& options = {});

// Appends one value to `*payload`, which is as it was on error.
absl::Status EncodeJson(const Value& value, std::string* payload,
                        const JsonOptions& options = {});

// JSON in the shape of serialiser.h. Immutable.
class JsonSerialiser {
 public:
  using Value = std::vector<forkrpc::Value>;
  static absl::string_view name() { return "json"; }

  explicit JsonSerialiser(const JsonOptions& options = {})
      : options_(options) {}

  // Strings are taken for octets.
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
  // ToString() makes of it: text in UTF-8.
  absl::Status Decode(absl::string_view payload,
                      std::vector<forkrpc::Value>* items) const;
  absl::Status Decode(absl::string_view payload,
                      std::vector<std::string>* items) const;

 private:
  JsonOptions options_;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_JSON_H_
