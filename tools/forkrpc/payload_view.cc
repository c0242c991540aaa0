// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/payload_view.h"

#include <utility>

#include "forkrpc/serialiser/string_pack_reader.h"
#include "tools/forkrpc/payload_codec.h"
#include "tools/forkrpc/value_codec.h"

namespace forkrpc::cli {
namespace {

// Takes strings until the budget is spent.
class Shower {
 public:
  Shower(size_t budget, PayloadView* view) : budget_(budget), view_(view) {}

  void Show(absl::string_view item) {
    if (budget_ == 0) {
      view_->truncated = true;
      return;
    }
    --budget_;
    view_->strings.emplace_back(item.substr(0, budget_));
    view_->truncated |= item.size() > budget_;
    budget_ -= view_->strings.back().size();
  }

 private:
  size_t budget_;
  PayloadView* const view_;
};

void ViewStringPack(absl::string_view payload, size_t budget,
                    PayloadView* view) {
  Shower shower(budget, view);
  StringPackOptions options;
  options.max_items = payload.size();  // all there can be
  StringPackReader reader(payload, options);
  absl::string_view item;
  while (reader.Next(&item)) shower.Show(item);
  view->status = reader.status();
}

void ViewProtobuf(absl::string_view payload, size_t budget, PayloadView* view) {
  PayloadStrings strings;
  view->status = DecodeStrings(Serialiser::kProtobuf, payload, &strings);
  Shower shower(budget, view);
  for (const absl::string_view item : strings.views) shower.Show(item);
}

void ViewValues(Serialiser serialiser, absl::string_view payload, size_t budget,
                PayloadView* view) {
  std::vector<Value> values;
  view->status = DecodeValues(serialiser, payload, &values);
  if (!view->status.ok()) return;
  std::string notation = NotationText(Value::List(std::move(values)));
  if (notation.size() > budget) {
    view->truncated = true;
    // Not within a character.
    const auto is_inner = [&notation](size_t at) {
      return (static_cast<unsigned char>(notation[at]) & 0xc0) == 0x80;
    };
    while (budget > 0 && is_inner(budget)) --budget;
    notation.resize(budget);
  }
  view->notation = std::move(notation);
}

}  // namespace

PayloadView ViewPayload(Serialiser serialiser, absl::string_view payload,
                        size_t budget) {
  PayloadView view;
  if (HasValues(serialiser)) {
    ViewValues(serialiser, payload, budget, &view);
  } else if (serialiser == Serialiser::kStringPack) {
    ViewStringPack(payload, budget, &view);
  } else if (serialiser == Serialiser::kProtobuf) {
    ViewProtobuf(payload, budget, &view);
  }
  return view;
}

}  // namespace forkrpc::cli
