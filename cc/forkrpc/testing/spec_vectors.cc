// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/spec_vectors.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"

namespace forkrpc {
namespace {

[[noreturn]] void Fail(absl::string_view path, absl::string_view why) {
  std::fprintf(stderr, "%s\n", absl::StrCat(path, ": ", why).c_str());
  std::exit(1);
}

}  // namespace

std::vector<spec::Vector> ReadSpecVectors(absl::string_view area) {
  const char* const runfiles = std::getenv("TEST_SRCDIR");
  const char* const workspace = std::getenv("TEST_WORKSPACE");
  const std::string path = absl::StrCat(
      runfiles == nullptr ? "." : runfiles, "/",
      workspace == nullptr ? "." : workspace, "/spec/vectors/", area, ".json");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) Fail(path, "cannot be read");
  const std::string json(std::istreambuf_iterator<char>(stream), {});
  spec::VectorFile file;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &file);
  if (!status.ok()) Fail(path, status.ToString());
  if (file.vectors().empty() ||
      file.count() != static_cast<uint32_t>(file.vectors_size())) {
    Fail(path, absl::StrCat(file.vectors_size(), " vectors, the count says ",
                            file.count()));
  }
  return {file.vectors().begin(), file.vectors().end()};
}

}  // namespace forkrpc
