// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Build-time tool: writes the source that holds the specification, its vectors
// and the cases. Usage: embed DOCUMENT.md... CASE... VECTORS... ; the
// specification is its documents in the order given; the paths of cases hold
// ".../cases/", those of vectors ".../vectors/".

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

namespace {

constexpr char kCases[] = "/cases/";
constexpr char kVectors[] = "/vectors/";
// No line of a case or of the specification ends a raw string so.
constexpr char kDelimiter[] = "FORKRPC_EMBED";

bool IsDocument(const std::string& path) {
  return path.size() > 3 && path.compare(path.size() - 3, 3, ".md") == 0;
}

bool IsVectors(const std::string& path) {
  return path.rfind(kVectors) != std::string::npos;
}

bool Read(const std::string& path, std::string* octets) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    std::cerr << "embed: " << path << ": unreadable\n";
    return false;
  }
  octets->assign(std::istreambuf_iterator<char>(in), {});
  return true;
}

bool PrintLiteral(const std::string& path) {
  std::string text;
  if (!Read(path, &text)) return false;
  if (text.empty()) {
    std::cerr << "embed: " << path << ": empty\n";
    return false;
  }
  if (text.find(kDelimiter) != std::string::npos) {
    std::cerr << "embed: " << path << ": holds " << kDelimiter << "\n";
    return false;
  }
  std::cout << "R\"" << kDelimiter << "(" << text << ")" << kDelimiter << "\"";
  return true;
}

// Any octets, as a string_view: a raw string would end at a NUL and lose
// carriage returns. Always three digits, so that no digit behind joins them.
bool PrintOctets(const std::string& path) {
  std::string octets;
  if (!Read(path, &octets)) return false;
  std::cout << "absl::string_view(\"";
  for (const char c : octets) {
    const unsigned octet = static_cast<unsigned char>(c);
    const bool plain = octet >= ' ' && octet <= '~' && c != '"' && c != '\\' &&
                       c != '?';  // trigraphs
    if (plain) {
      std::cout << c;
    } else {
      std::cout << '\\' << octet / 64 << octet / 8 % 8 << octet % 8;
    }
    if (c == '\n') std::cout << "\"\n\"";
  }
  std::cout << "\", " << octets.size() << ")";
  return true;
}

// "{"NAME", OCTETS}," for each file, NAME being what stands behind `folder`.
template <typename Print>
bool PrintFiles(const std::vector<std::string>& paths,
                const std::string& folder, Print print) {
  for (const std::string& path : paths) {
    const size_t at = path.rfind(folder);
    if (at == std::string::npos) {
      std::cerr << "embed: " << path << ": is not below " << folder << "\n";
      return false;
    }
    std::cout << "{\"" << path.substr(at + folder.size()) << "\", ";
    if (!print(path)) return false;
    std::cout << "},\n";
  }
  return true;
}

// Takes those that `wanted` likes out of *paths, in the order that they have.
template <typename Wanted>
std::vector<std::string> Take(std::vector<std::string>* paths, Wanted wanted) {
  const auto rest = std::stable_partition(paths->begin(), paths->end(), wanted);
  std::vector<std::string> taken(paths->begin(), rest);
  paths->erase(paths->begin(), rest);
  return taken;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> cases(argv + 1, argv + argc);
  std::vector<std::string> vectors = Take(&cases, IsVectors);
  const std::vector<std::string> documents = Take(&cases, IsDocument);
  if (documents.empty() || cases.empty() || vectors.empty()) {
    std::cerr << "usage: embed DOCUMENT.md... CASE... VECTORS...\n";
    return 2;
  }
  std::sort(cases.begin(), cases.end());
  std::sort(vectors.begin(), vectors.end());
  std::cout << "#include \"conformance/runner/cases/embedded.h\"\n"
               "namespace forkrpc::conformance {\n"
               "absl::string_view EmbeddedSpec() {\n  return ";
  for (const std::string& document : documents) {
    if (!PrintLiteral(document)) return 1;
    std::cout << " \"\\n\\n\"\n";
  }
  std::cout << ";\n}\nstd::vector<SourceFile> EmbeddedCases() {\n"
               "  return {\n";
  if (!PrintFiles(cases, kCases, PrintLiteral)) return 1;
  std::cout << "  };\n}\nconst std::vector<EmbeddedFile>& EmbeddedVectors() {\n"
               "  static const auto* const files =\n"
               "      new std::vector<EmbeddedFile>{\n";
  if (!PrintFiles(vectors, kVectors, PrintOctets)) return 1;
  std::cout << "  };\n  return *files;\n}\n"
               "}  // namespace forkrpc::conformance\n";
  return std::cout.good() ? 0 : 1;
}
