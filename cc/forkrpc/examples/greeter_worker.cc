#include "absl/strings/str_cat.h"
#include "forkrpc/server/worker_main.h"

int main() {
  return forkrpc::WorkerMain([](forkrpc::ServerCall& call) {
    return absl::StrCat("hello, ", call.request());
  });
}
