#include <iostream>

#include "forkrpc/client/worker.h"
#include "forkrpc/event_loop/libuv_loop.h"

int main(int argc, char** argv) {
  forkrpc::LibuvLoop loop;
  forkrpc::SpawnOptions program;
  program.argv = {argc > 1 ? argv[1] : "./greeter_worker"};
  forkrpc::WorkerOptions options;
  options.on_destroy = [&] { loop.Stop(); };
  auto greeter = forkrpc::Worker::Spawn(program, options, &loop);
  if (!greeter.ok()) {
    std::cerr << greeter.status() << "\n";
    return 1;
  }
  bool failed = false;
  (*greeter)->Call("Ada", [&](absl::StatusOr<absl::string_view> response) {
    if (response.ok()) std::cout << *response << "\n";
    failed = !response.ok();
    if (failed) std::cerr << response.status() << "\n";
  });
  greeter->reset();  // drains: the call is answered, then the worker ends
  loop.Run();
  return failed ? 1 : 0;
}
