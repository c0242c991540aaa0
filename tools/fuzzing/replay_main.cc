// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The main of a fuzz target where libFuzzer is not: runs the target once on
// each file named on the command line, and on each file directly in a directory
// named there. Prints how many inputs were run.
//
// A target that finds a fault ends the process itself; the input run last is
// then the last line on stderr. Exit status 2 if an input cannot be read, or if
// there is none: a run without inputs shows nothing.

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

bool IsDirectory(const std::string& path) {
  struct stat found;
  return stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

// Adds the files directly in `directory`, sorted; false if it cannot be read.
bool AddFilesIn(const std::string& directory, std::vector<std::string>* files) {
  DIR* const stream = opendir(directory.c_str());
  if (stream == nullptr) return false;
  std::vector<std::string> found;
  while (const dirent* entry = readdir(stream)) {
    const std::string path = directory + "/" + entry->d_name;
    if (!IsDirectory(path)) found.push_back(path);
  }
  closedir(stream);
  std::sort(found.begin(), found.end());
  files->insert(files->end(), found.begin(), found.end());
  return true;
}

// Runs the target on the file's octets; false if it cannot be read.
bool Replay(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  // A block of just the right size, so that AddressSanitizer sees a read
  // behind the end.
  const std::vector<uint8_t> octets(std::istreambuf_iterator<char>(stream), {});
  if (!stream) return false;
  std::fprintf(stderr, "%s\n", path.c_str());
  LLVMFuzzerTestOneInput(octets.data(), octets.size());
  return true;
}

int Unreadable(const std::string& path) {
  std::fprintf(stderr, "%s: cannot be read\n", path.c_str());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i) {
    const std::string path = argv[i];
    if (!IsDirectory(path)) {
      files.push_back(path);
    } else if (!AddFilesIn(path, &files)) {
      return Unreadable(path);
    }
  }
  if (files.empty()) {
    std::fprintf(stderr, "no inputs: name files or directories to replay\n");
    return 2;
  }
  for (const std::string& file : files) {
    if (!Replay(file)) return Unreadable(file);
  }
  std::printf("replayed %zu inputs\n", files.size());
  return 0;
}
