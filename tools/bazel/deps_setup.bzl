"""Second step of the set-up: toolchains that live in the repositories of the first."""

load("@rules_proto//proto:repositories.bzl", "rules_proto_toolchains")

def forkrpc_setup():
    rules_proto_toolchains()
