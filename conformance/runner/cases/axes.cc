// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cases/axes.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "conformance/runner/wire/frame_scanner.h"

namespace forkrpc::conformance {
namespace {

constexpr uint64_t kMostSize = uint64_t{16} << 20;
constexpr uint32_t kRandomSplits = 3;
constexpr uint32_t kMostRandomSplits = 100;

// Calls visit(Part*) for each part below `message`.
template <typename Visit>
void VisitParts(google::protobuf::Message* message, const Visit& visit) {
  if (message->GetDescriptor() == Part::descriptor()) {
    visit(static_cast<Part*>(message));
    return;
  }
  const google::protobuf::Reflection* const reflection =
      message->GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    if (field->message_type() == nullptr) continue;
    if (!field->is_repeated()) {
      VisitParts(reflection->MutableMessage(message, field), visit);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
      VisitParts(reflection->MutableRepeatedMessage(message, field, i), visit);
    }
  }
}

bool HasSizeParts(Case c) {
  bool any = false;
  VisitParts(&c, [&](Part* part) {
    any |= part->has_size() || part->has_size_number();
  });
  return any;
}

template <typename Values>
bool HasTwice(const Values& values) {
  return std::set<uint64_t>(values.begin(), values.end()).size() !=
         static_cast<size_t>(values.size());
}

absl::Status Invalid(absl::string_view what) {
  return absl::InvalidArgumentError(what);
}

std::vector<Transport> TransportsOf(const Case& c) {
  std::vector<Transport> transports;
  for (const int transport : c.axes().transport()) {
    transports.push_back(static_cast<Transport>(transport));
  }
  if (!transports.empty()) return transports;
  if (c.role() == PARENT) return {SOCKETPAIR, UNIX, TCP};
  return {SOCKETPAIR, PIPES, UNIX, TCP};
}

// Each chunking with its split's number, 0 unless it is random.
std::vector<std::pair<Chunking, uint32_t>> ChunkingsOf(const Case& c) {
  std::vector<std::pair<Chunking, uint32_t>> chunkings;
  for (const int chunking : c.axes().chunking()) {
    if (chunking != RANDOM_SPLITS) {
      chunkings.emplace_back(static_cast<Chunking>(chunking), 0);
      continue;
    }
    const uint32_t count = c.axes().random_splits() == 0
                               ? kRandomSplits
                               : c.axes().random_splits();
    for (uint32_t i = 1; i <= count; ++i) {
      chunkings.emplace_back(RANDOM_SPLITS, i);
    }
  }
  if (chunkings.empty()) chunkings.emplace_back(WHOLE, 0);
  return chunkings;
}

}  // namespace

absl::Status CheckAxes(const Case& c) {
  const Axes& axes = c.axes();
  // Text format takes any number for an enum.
  for (const int form : c.forms()) {
    if (form != SYNC && form != ASYNC) return Invalid("a form is none");
  }
  for (const int transport : axes.transport()) {
    if (transport < SOCKETPAIR || transport > TCP) {
      return Invalid("a transport is none");
    }
    if (transport == PIPES && c.role() == PARENT) {
      return Invalid("a parent has no pipes");
    }
  }
  for (const int chunking : axes.chunking()) {
    if (chunking < WHOLE || chunking > RANDOM_SPLITS) {
      return Invalid("a chunking is none");
    }
  }
  if (HasTwice(c.forms()) || HasTwice(axes.transport()) ||
      HasTwice(axes.chunking()) || HasTwice(axes.sizes())) {
    return Invalid("a form or a value of an axis stands twice");
  }
  for (const uint64_t size : axes.sizes()) {
    if (size > kMostSize) {
      return Invalid(absl::StrCat("size ", size, " is beyond 16 MiB"));
    }
  }
  if (axes.random_splits() > kMostRandomSplits) {
    return Invalid("random_splits is beyond 100");
  }
  if (HasSizeParts(c) != !axes.sizes().empty()) {
    return Invalid(axes.sizes().empty()
                       ? "a payload has the size of the axis, which has none"
                       : "there are sizes, but no payload has them");
  }
  return absl::OkStatus();
}

std::vector<CaseRun> AxesOf(const Case& c) {
  std::vector<std::optional<uint64_t>> sizes(c.axes().sizes().begin(),
                                             c.axes().sizes().end());
  if (sizes.empty()) sizes.emplace_back(std::nullopt);
  std::vector<CaseRun> runs;
  for (const int form : c.forms()) {
    for (const Transport transport : TransportsOf(c)) {
      for (const auto& [chunking, split] : ChunkingsOf(c)) {
        for (const std::optional<uint64_t>& size : sizes) {
          runs.push_back(
              {&c, static_cast<Form>(form), transport, chunking, split, size});
        }
      }
    }
  }
  return runs;
}

Case AtSize(const Case& c, uint64_t size) {
  Case sized = c;
  VisitParts(&sized, [&](Part* part) {
    if (part->has_size()) {
      part->mutable_pattern()->set_count(size);
    } else if (part->has_size_number()) {
      std::string number;
      AppendU32(static_cast<uint32_t>(size), &number);
      part->set_octets(number);
    }
  });
  sized.mutable_axes()->clear_sizes();
  return sized;
}

}  // namespace forkrpc::conformance
