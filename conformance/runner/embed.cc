// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Build-time tool: writes the source that holds the specification and the
// cases. Usage: embed DOCUMENT.md... CASE... ; the specification is its
// documents in the order given; the cases' paths hold ".../cases/".

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

namespace {

constexpr char kFolder[] = "/cases/";
// No line of a case or of the specification ends a raw string so.
constexpr char kDelimiter[] = "FORKRPC_EMBED";

bool IsDocument(const std::string& path) {
  return path.size() > 3 && path.compare(path.size() - 3, 3, ".md") == 0;
}

bool PrintLiteral(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in.good() && text.empty()) {
    std::cerr << "embed: " << path << ": empty or unreadable\n";
    return false;
  }
  if (text.find(kDelimiter) != std::string::npos) {
    std::cerr << "embed: " << path << ": holds " << kDelimiter << "\n";
    return false;
  }
  std::cout << "R\"" << kDelimiter << "(" << text << ")" << kDelimiter << "\"";
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> documents(argv + 1, argv + argc);
  const auto first_case =
      std::stable_partition(documents.begin(), documents.end(), IsDocument);
  std::vector<std::string> paths(first_case, documents.end());
  documents.erase(first_case, documents.end());
  if (documents.empty() || paths.empty()) {
    std::cerr << "usage: embed DOCUMENT.md... CASE...\n";
    return 2;
  }
  std::sort(paths.begin(), paths.end());
  std::cout << "#include \"conformance/runner/embedded.h\"\n"
               "namespace forkrpc::conformance {\n"
               "absl::string_view EmbeddedSpec() {\n  return ";
  for (const std::string& document : documents) {
    if (!PrintLiteral(document)) return 1;
    std::cout << " \"\\n\\n\"\n";
  }
  std::cout << ";\n}\nstd::vector<SourceFile> EmbeddedCases() {\n"
               "  return {\n";
  for (const std::string& path : paths) {
    const size_t at = path.rfind(kFolder);
    if (at == std::string::npos) {
      std::cerr << "embed: " << path << ": is not below cases/\n";
      return 1;
    }
    std::cout << "{\"" << path.substr(at + sizeof(kFolder) - 1) << "\", ";
    if (!PrintLiteral(path)) return 1;
    std::cout << "},\n";
  }
  std::cout << "  };\n}\n}  // namespace forkrpc::conformance\n";
  return std::cout.good() ? 0 : 1;
}
