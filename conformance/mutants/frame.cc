// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include <utility>

#include "conformance/mutants/mutation.h"

namespace forkrpc::mutants {

uint32_t Load32(const char* octets) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    value = value << 8 | static_cast<unsigned char>(octets[i]);
  }
  return value;
}

std::string Store32(uint32_t value) {
  std::string octets;
  for (int shift = 24; shift >= 0; shift -= 8) {
    octets += static_cast<char>(value >> shift);
  }
  return octets;
}

uint32_t Frame::id() const { return Load32(header.data()); }

void Frame::set_id(uint32_t id) { header.replace(0, 4, Store32(id)); }

void Frame::set_payload(std::string octets) {
  payload = std::move(octets);
  header.replace(header.size() - 4, 4,
                 Store32(static_cast<uint32_t>(payload.size())));
}

std::vector<Operator> AllOperators() {
  std::vector<Operator> all;
  AddSendingOperators(&all);
  AddReceivingOperators(&all);
  AddFlowOperators(&all);
  AddChildOperators(&all);
  AddChildEndOperators(&all);
  AddParentOperators(&all);
  AddParentEndOperators(&all);
  return all;
}

}  // namespace forkrpc::mutants
