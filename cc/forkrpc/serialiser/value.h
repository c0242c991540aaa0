// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Value: what the serialisers of Perl's values (cbor, json, storable) read and
// write: one argument or result, whatever it is.
//
// Sixteen octets. Strings, lists and maps are counted and never change, so a
// copy costs an increment, and any number of threads may read copies of one
// value at once. Neither destruction nor comparison recurses, however deep a
// value is; both take linear time, also where a value is shared many times.
// Nothing throws. What a reader asks of the wrong kind is InvalidArgument, and
// says which kind there is.
//
// For Perl's way of taking a string for a number and a number for a string see
// value_conversion.h, to print a value diagnostic_notation.h.
//
//   const forkrpc::Value user = forkrpc::Value::Map(
//       {{forkrpc::Value::Text("name"), forkrpc::Value::Text("Larry")},
//        {forkrpc::Value::Text("age"), forkrpc::Value::Integer(42)}});
//   const forkrpc::Value* age = user.Find("age");
//   if (age == nullptr) return absl::NotFoundError("no age");
//   const absl::StatusOr<int64_t> years = age->AsInteger();
//   if (!years.ok()) return years.status();
//   return *years == 42 ? absl::OkStatus() : absl::InternalError("another");

#ifndef FORKRPC_SERIALISER_VALUE_H_
#define FORKRPC_SERIALISER_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "forkrpc/serialiser/value_node.h"

namespace forkrpc {

// Invariants:
//  1. kUnsigned holds only what is beyond INT64_MAX: a number has one kind.
//  2. The content of kShared is not itself kShared.
//  3. There are no cycles: a value is made of values that are complete.
class Value {
 public:
  struct Entry;  // of a map
  enum class Kind : uint8_t {
    kNull,       // Perl's undef
    kUndefined,  // CBOR's other null; JavaScript sends it, Perl never a plain
                 // one
    kBoolean,
    kInteger,
    kUnsigned,
    kDouble,
    kOctets,  // a string without Perl's text flag: any octets
    kText,    // a string of characters, as UTF-8
    kList,
    kMap,     // pairs in the order in which they came, none dropped
    kShared,  // a value that may stand in several places and is one
    kTagged,  // a number that says what the content is for (CBOR, RFC 8949)
  };

  Value() : kind_(Kind::kNull), integer_(0) {}
  Value(const Value& other) : kind_(other.kind_), integer_(other.integer_) {
    if (HasNode()) node_->Hold();
  }
  Value(Value&& other) noexcept : kind_(other.kind_), integer_(other.integer_) {
    other.kind_ = Kind::kNull;
  }
  Value& operator=(const Value& other) {
    Value copy(other);
    Swap(&copy);
    return *this;
  }
  Value& operator=(Value&& other) noexcept {
    Value moved(std::move(other));
    Swap(&moved);
    return *this;
  }
  ~Value() {
    if (HasNode()) Drop();
  }

  static Value Null() { return Value(); }
  static Value Undefined() { return Value(Kind::kUndefined, int64_t{0}); }
  static Value Boolean(bool value) {
    return Value(Kind::kBoolean, int64_t{value});
  }
  static Value Integer(int64_t value) { return Value(Kind::kInteger, value); }
  static Value Unsigned(uint64_t value) {
    return Value(value > INT64_MAX ? Kind::kUnsigned : Kind::kInteger,
                 static_cast<int64_t>(value));
  }
  static Value Double(double value);
  static Value Octets(absl::string_view octets) {
    return String(Kind::kOctets, octets);
  }
  // That `utf8` is UTF-8 is the caller's word; encoders look.
  static Value Text(absl::string_view utf8) {
    return String(Kind::kText, utf8);
  }
  static Value List(std::vector<Value> items);
  static Value Map(std::vector<Entry> entries);
  // The same without a vector: the items are moved from. Those of a map are
  // key, value, key, value; their count is even.
  static Value MoveToList(absl::Span<Value> items);
  static Value MoveToMap(absl::Span<Value> keys_and_values);
  // Every copy of what this returns is the same shared value; calling it again
  // makes another. A `content` that is shared already is returned as it is.
  static Value Shared(Value content);
  static Value Tagged(uint64_t tag, Value content);

  Kind kind() const { return kind_; }
  bool is_null() const { return Seen().kind_ == Kind::kNull; }

  // Each looks through kShared, and is InvalidArgument for another kind. Views
  // and spans live as long as any copy of this value.
  absl::StatusOr<bool> AsBoolean() const;
  absl::StatusOr<int64_t> AsInteger() const;    // also OutOfRange
  absl::StatusOr<uint64_t> AsUnsigned() const;  // also OutOfRange
  absl::StatusOr<double> AsDouble() const;      // integers are rounded
  absl::StatusOr<absl::string_view> AsOctets() const;
  absl::StatusOr<absl::string_view> AsText() const;
  absl::StatusOr<absl::Span<const Value>> AsList() const;
  absl::StatusOr<absl::Span<const Entry>> AsMap() const;

  // The same without a status, for loops over kind(). Each is for its kind
  // only, and does not look through kShared; of another kind it is empty.
  bool boolean() const { return kind_ == Kind::kBoolean && integer_ != 0; }
  int64_t integer() const { return kind_ == Kind::kInteger ? integer_ : 0; }
  // Of kInteger too, unless that is negative.
  uint64_t unsigned_integer() const;
  double number() const { return kind_ == Kind::kDouble ? double_ : 0; }
  absl::string_view string() const {  // of kOctets and kText
    if ((kind_ != Kind::kOctets && kind_ != Kind::kText) || node_ == nullptr) {
      return {};
    }
    return {node_->octets(), static_cast<size_t>(node_->size)};
  }
  absl::Span<const Value> items() const;
  absl::Span<const Entry> entries() const;
  uint64_t tag() const;           // of kTagged
  const Value& content() const {  // of kShared and kTagged; else *this
    return kind_ >= Kind::kShared ? *children() : *this;
  }

  // What is shared, where something is; else *this.
  const Value& Seen() const {
    return kind_ == Kind::kShared ? content() : *this;
  }
  // The same for two values exactly if they are copies of one kShared; null for
  // every other kind.
  const void* identity() const {
    return kind_ == Kind::kShared ? node_ : nullptr;
  }

  // What the map has under a key of just these octets, as text or as octets:
  // Perl's hash keys are octets, and come as those. The last of several, as in
  // Perl; null if there is none, or no map. Linear. A Perl key of characters
  // from U+0080 to U+00FF comes in Latin-1: "\xe9".
  const Value* Find(absl::string_view key) const;

  // Moves the items of a list, shared or not, to the end of `*items`, or copies
  // them if other copies of the list live. This value may then be assigned to
  // or destroyed, no more. InvalidArgument if it is no list.
  absl::Status TakeItems(std::vector<Value>* items);

  void Swap(Value* other) noexcept {
    std::swap(kind_, other->kind_);
    std::swap(integer_, other->integer_);
  }

  // Equal are values of the same kinds and contents, that share what the other
  // one shares: a list that stands twice is not equal to two lists. NaN equals
  // NaN, and 0.0 does not equal -0.0, nor 1.0 the integer 1.
  friend bool operator==(const Value& a, const Value& b) { return Equal(a, b); }
  friend bool operator!=(const Value& a, const Value& b) {
    return !Equal(a, b);
  }

 private:
  Value(Kind kind, int64_t integer) : kind_(kind), integer_(integer) {}
  Value(Kind kind, value_internal::Node* node) : kind_(kind), integer_(0) {
    node_ = node;
  }

  static Value String(Kind kind, absl::string_view octets);
  static Value Parent(Kind kind, Value* children, size_t count);
  static bool Equal(const Value& a, const Value& b);
  static bool EqualButForContent(const Value& a, const Value& b);

  // An empty string, list or map needs no node.
  bool HasNode() const { return kind_ >= Kind::kOctets && node_ != nullptr; }
  Value* children() const {
    return reinterpret_cast<Value*>(node_->children());
  }
  void Drop();
  absl::Status IsNot(absl::string_view wanted) const;

  Kind kind_;
  union {
    int64_t integer_;  // also kBoolean, and the bits of kUnsigned
    double double_;
    value_internal::Node* node_;
  };
};

struct Value::Entry {
  Value key;
  Value value;
};

// "text", "a list", ...: how messages name a kind.
absl::string_view KindName(Value::Kind kind);

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_VALUE_H_
