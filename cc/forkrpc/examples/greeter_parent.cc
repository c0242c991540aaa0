#include <iostream>

#include "forkrpc/client/blocking_client.h"

int main(int argc, char** argv) {
  forkrpc::SpawnOptions worker;
  worker.argv = {argc > 1 ? argv[1] : "./greeter_worker"};
  auto client = forkrpc::BlockingClient::Spawn(worker, {});
  if (!client.ok()) {
    std::cerr << client.status() << "\n";
    return 1;
  }
  for (const char* name : {"Ada", "Grace"}) {
    absl::StatusOr<std::string> response = (*client)->Call(name);
    if (!response.ok()) {
      std::cerr << response.status() << "\n";
      return 1;
    }
    std::cout << *response << "\n";
  }
  return (*client)->Close().ok() ? 0 : 1;
}
