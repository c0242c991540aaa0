// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/random_list.h"

namespace forkrpc {

std::vector<std::string> RandomList::List() {
  std::vector<std::string> list(Below(8));
  for (std::string& item : list) item = Item();
  return list;
}

std::string RandomList::Item() {
  size_t size;
  switch (Below(8)) {
    case 0:
      size = 0;
      break;
    case 1:
      size = 126 + Below(4);
      break;
    case 2:
      size = Below(20) == 0 ? 16382 + Below(4) : Below(400);
      break;
    default:
      size = Below(12);
  }
  std::string item(size, '\0');
  for (char& octet : item) octet = static_cast<char>(Below(256));
  return item;
}

std::string RandomList::Octets() {
  static constexpr unsigned char kTelling[] = {0x00, 0x01, 0x02, 0x05, 0x7f,
                                               0x80, 0x80, 0x81, 0xbf, 0xff};
  std::string octets(Below(25), '\0');
  const bool lengths_only = Below(2) == 0;
  for (char& octet : octets) {
    octet = static_cast<char>(lengths_only || Below(2) == 0
                                  ? kTelling[Below(sizeof(kTelling))]
                                  : Below(256));
  }
  return octets;
}

}  // namespace forkrpc
