// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Build-time tool: writes the source that holds the specification and the
// cases. Usage: embed SPEC CASE... ; the cases' paths hold ".../cases/".

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
  if (argc < 3) {
    std::cerr << "usage: embed SPEC CASE...\n";
    return 2;
  }
  std::vector<std::string> paths(argv + 2, argv + argc);
  std::sort(paths.begin(), paths.end());
  std::cout << "#include \"conformance/runner/embedded.h\"\n"
               "namespace forkrpc::conformance {\n"
               "absl::string_view EmbeddedSpec() {\n  return ";
  if (!PrintLiteral(argv[1])) return 1;
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
