// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// JsonEncoder: writes a list or a value as JSON; for json.h only.
//
// The first error is final, and Finish() takes back what was written until
// then. For one thread.

#ifndef FORKRPC_SERIALISER_JSON_ENCODER_H_
#define FORKRPC_SERIALISER_JSON_ENCODER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/octet_writer.h"
#include "forkrpc/serialiser/value.h"
#include "forkrpc/serialiser/value_builder.h"

namespace forkrpc {
namespace json_internal {

class JsonEncoder {
 public:
  // Appends to `*payload`, which must outlive this.
  JsonEncoder(const ValueLimits& limits, std::string* payload);

  // A list around the items written between the two; each but the first after
  // a Comma().
  void BeginList();
  void EndList() { out_.Put(']'); }
  void Comma() { out_.Put(','); }

  bool Write(const Value& value);
  bool WriteOctets(absl::string_view octets);

  // The error, if one was; call it at the end, once.
  absl::Status Finish();

 private:
  enum class Next : uint8_t { kItem, kKey, kValueOfKey };
  struct Frame {
    const Value* next;
    const Value* end;
    Next kind;   // of *next
    bool first;  // whether nothing was written yet
  };

  bool WriteOne(const Value& outer);
  bool WriteKey(const Value& key);
  bool WriteText(absl::string_view text);
  bool Open(const Value* children, size_t count, Next kind);
  // The next thing of the list or map that is open.
  bool Step();
  bool Count();
  bool FitsWith(size_t octets);
  bool Fail(absl::StatusCode code, absl::string_view what);

  const ValueLimits limits_;
  OctetWriter out_;
  uint64_t values_left_;
  size_t depth_ = 0;
  absl::InlinedVector<Frame, 8> frames_;
  std::string number_;  // of the floating-point number that is written
  absl::Status status_;
};

}  // namespace json_internal
}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_JSON_ENCODER_H_
