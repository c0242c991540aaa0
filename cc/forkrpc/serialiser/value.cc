// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/value.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <new>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace forkrpc {

using value_internal::Node;
using value_internal::NodeShape;

static_assert(sizeof(Value) == 16, "64 octets of memory for one of a payload");
static_assert(sizeof(Node) == 24 && sizeof(Node) % alignof(Value) == 0,
              "the values follow the header");
static_assert(sizeof(Value::Entry) == 2 * sizeof(Value),
              "a map's node is key, value, key, value");

Value Value::Double(double value) {
  Value made(Kind::kDouble, int64_t{0});
  made.double_ = value;
  return made;
}

Value Value::String(Kind kind, absl::string_view octets) {
  if (octets.empty()) return Value(kind, nullptr);
  void* const block = ::operator new(sizeof(Node) + octets.size());
  Node* const node = new (block) Node(NodeShape::kOctets, octets.size());
  std::memcpy(node->octets(), octets.data(), octets.size());
  return Value(kind, node);
}

Value Value::Parent(Kind kind, Value* children, size_t count) {
  if (count == 0) return Value(kind, nullptr);
  void* const block = ::operator new(sizeof(Node) + count * sizeof(Value));
  Node* const node = new (block) Node(NodeShape::kValues, count);
  Value* to = static_cast<Value*>(node->children());
  for (size_t i = 0; i < count; ++i) new (to++) Value(std::move(children[i]));
  return Value(kind, node);
}

Value Value::List(std::vector<Value> items) {
  return Parent(Kind::kList, items.data(), items.size());
}

Value Value::Map(std::vector<Entry> entries) {
  return Parent(Kind::kMap, reinterpret_cast<Value*>(entries.data()),
                2 * entries.size());
}

Value Value::MoveToList(absl::Span<Value> items) {
  return Parent(Kind::kList, items.data(), items.size());
}

Value Value::MoveToMap(absl::Span<Value> keys_and_values) {
  return Parent(Kind::kMap, keys_and_values.data(),
                keys_and_values.size() / 2 * 2);
}

Value Value::Shared(Value content) {
  if (content.kind_ == Kind::kShared) return content;
  return Parent(Kind::kShared, &content, 1);
}

Value Value::Tagged(uint64_t tag, Value content) {
  Value made = Parent(Kind::kTagged, &content, 1);
  made.node_->tag = tag;
  return made;
}

// The nodes that nobody holds are chained, so that a deep value takes neither
// stack nor memory to end.
void Value::Drop() {
  if (!node_->Release()) return;
  Node* unheld = node_;
  unheld->next = nullptr;
  while (unheld != nullptr) {
    Node* const node = unheld;
    unheld = node->next;
    if (node->shape == NodeShape::kValues) {
      Value* const values = static_cast<Value*>(node->children());
      for (size_t i = 0; i < node->size; ++i) {
        if (!values[i].HasNode() || !values[i].node_->Release()) continue;
        values[i].node_->next = unheld;
        unheld = values[i].node_;
      }
    }
    node->~Node();
    ::operator delete(node);
  }
}

uint64_t Value::unsigned_integer() const {
  if (kind_ == Kind::kUnsigned) return static_cast<uint64_t>(integer_);
  return integer() > 0 ? static_cast<uint64_t>(integer_) : 0;
}

absl::Span<const Value> Value::items() const {
  if (kind_ != Kind::kList || node_ == nullptr) return {};
  return {children(), static_cast<size_t>(node_->size)};
}

absl::Span<const Value::Entry> Value::entries() const {
  if (kind_ != Kind::kMap || node_ == nullptr) return {};
  return {reinterpret_cast<const Entry*>(children()),
          static_cast<size_t>(node_->size / 2)};
}

uint64_t Value::tag() const { return kind_ == Kind::kTagged ? node_->tag : 0; }

absl::Status Value::IsNot(absl::string_view wanted) const {
  return absl::InvalidArgumentError(
      absl::StrCat("the value is ", KindName(kind_), ", not ", wanted));
}

absl::StatusOr<bool> Value::AsBoolean() const {
  const Value& seen = Seen();
  if (seen.kind_ != Kind::kBoolean) return seen.IsNot("a boolean");
  return seen.boolean();
}

absl::StatusOr<int64_t> Value::AsInteger() const {
  const Value& seen = Seen();
  if (seen.kind_ == Kind::kUnsigned) {
    return absl::OutOfRangeError(absl::StrCat(
        "the integer ", seen.unsigned_integer(), " is beyond the limit of ",
        std::numeric_limits<int64_t>::max()));
  }
  if (seen.kind_ != Kind::kInteger) return seen.IsNot("an integer");
  return seen.integer_;
}

absl::StatusOr<uint64_t> Value::AsUnsigned() const {
  const Value& seen = Seen();
  if (seen.kind_ == Kind::kInteger && seen.integer_ < 0) {
    return absl::OutOfRangeError(
        absl::StrCat("the integer ", seen.integer_, " is negative"));
  }
  if (seen.kind_ != Kind::kInteger && seen.kind_ != Kind::kUnsigned) {
    return seen.IsNot("an integer");
  }
  return seen.unsigned_integer();
}

absl::StatusOr<double> Value::AsDouble() const {
  const Value& seen = Seen();
  switch (seen.kind_) {
    case Kind::kInteger:
      return static_cast<double>(seen.integer_);
    case Kind::kUnsigned:
      return static_cast<double>(seen.unsigned_integer());
    case Kind::kDouble:
      return seen.double_;
    default:
      return seen.IsNot("a number");
  }
}

absl::StatusOr<absl::string_view> Value::AsOctets() const {
  const Value& seen = Seen();
  if (seen.kind_ != Kind::kOctets) return seen.IsNot("octets");
  return seen.string();
}

absl::StatusOr<absl::string_view> Value::AsText() const {
  const Value& seen = Seen();
  if (seen.kind_ != Kind::kText) return seen.IsNot("text");
  return seen.string();
}

absl::StatusOr<absl::Span<const Value>> Value::AsList() const {
  const Value& seen = Seen();
  if (seen.kind_ != Kind::kList) return seen.IsNot("a list");
  return seen.items();
}

absl::StatusOr<absl::Span<const Value::Entry>> Value::AsMap() const {
  const Value& seen = Seen();
  if (seen.kind_ != Kind::kMap) return seen.IsNot("a map");
  return seen.entries();
}

const Value* Value::Find(absl::string_view key) const {
  const absl::Span<const Entry> all = Seen().entries();
  for (size_t i = all.size(); i > 0; --i) {
    const Value& candidate = all[i - 1].key.Seen();
    if (candidate.kind_ != Kind::kOctets && candidate.kind_ != Kind::kText) {
      continue;
    }
    if (candidate.string() == key) return &all[i - 1].value;
  }
  return nullptr;
}

absl::Status Value::TakeItems(std::vector<Value>* items) {
  const Value& seen = Seen();
  if (seen.kind_ != Kind::kList) return seen.IsNot("a list");
  if (seen.node_ == nullptr) return absl::OkStatus();
  const bool alone = node_->HasOneHolder() && seen.node_->HasOneHolder();
  Value* const from = seen.children();
  const size_t count = static_cast<size_t>(seen.node_->size);
  items->reserve(items->size() + count);
  for (size_t i = 0; i < count; ++i) {
    if (alone) {
      items->push_back(std::move(from[i]));
    } else {
      items->push_back(from[i]);
    }
  }
  return absl::OkStatus();
}

namespace {

// Which shared value of one side stands for which of the other: one for one.
class Pairing {
 public:
  enum class Answer { kNew, kSeen, kNo };
  Answer Pair(const Node* a, const Node* b) {
    const auto forth = forth_.emplace(a, b);
    const auto back = back_.emplace(b, a);
    if (forth.first->second != b || back.first->second != a) {
      return Answer::kNo;
    }
    return forth.second ? Answer::kNew : Answer::kSeen;
  }

 private:
  absl::flat_hash_map<const Node*, const Node*> forth_, back_;
};

}  // namespace

bool Value::EqualButForContent(const Value& a, const Value& b) {
  if (a.kind_ != b.kind_) return false;
  if (a.kind_ < Kind::kBoolean) return true;
  if (a.kind_ < Kind::kOctets) {
    return a.integer_ == b.integer_ ||
           (a.kind_ == Kind::kDouble && std::isnan(a.double_) &&
            std::isnan(b.double_));
  }
  if (!a.HasNode() || !b.HasNode()) return a.node_ == b.node_;
  if (a.node_->size != b.node_->size) return false;
  return a.node_->shape == NodeShape::kOctets ? a.string() == b.string()
                                              : a.tag() == b.tag();
}

// Pairs of values that have to be equal wait on a stack. A pair of which both
// have several holders is looked into once.
bool Value::Equal(const Value& a, const Value& b) {
  absl::InlinedVector<std::pair<const Value*, const Value*>, 16> left;
  absl::flat_hash_set<std::pair<const Node*, const Node*>> seen;
  Pairing shared;
  left.emplace_back(&a, &b);
  while (!left.empty()) {
    const Value& x = *left.back().first;
    const Value& y = *left.back().second;
    left.pop_back();
    if (!EqualButForContent(x, y)) return false;
    if (!x.HasNode() || x.node_->shape == NodeShape::kOctets) continue;
    if (x.kind_ == Kind::kShared) {
      const Pairing::Answer answer = shared.Pair(x.node_, y.node_);
      if (answer == Pairing::Answer::kNo) return false;
      if (answer == Pairing::Answer::kSeen) continue;
    } else if (!x.node_->HasOneHolder() && !y.node_->HasOneHolder() &&
               !seen.emplace(x.node_, y.node_).second) {
      continue;
    }
    for (size_t i = 0; i < x.node_->size; ++i) {
      left.emplace_back(x.children() + i, y.children() + i);
    }
  }
  return true;
}

absl::string_view KindName(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::kNull:
      return "null";
    case Value::Kind::kUndefined:
      return "undefined";
    case Value::Kind::kBoolean:
      return "a boolean";
    case Value::Kind::kInteger:
    case Value::Kind::kUnsigned:
      return "an integer";
    case Value::Kind::kDouble:
      return "a floating-point number";
    case Value::Kind::kOctets:
      return "octets";
    case Value::Kind::kText:
      return "text";
    case Value::Kind::kList:
      return "a list";
    case Value::Kind::kMap:
      return "a map";
    case Value::Kind::kShared:
      return "a shared value";
    case Value::Kind::kTagged:
      return "a tagged value";
  }
  return "a value of no kind";
}

}  // namespace forkrpc
