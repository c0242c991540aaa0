"""@forkrpc_rules for MODULE.bazel; Bazel before 6 cannot load this file."""

load("//tools/bazel:rules.bzl", "module_rules")

rules = module_extension(
    implementation = lambda ctx: module_rules(
        is_root = any([m.is_root for m in ctx.modules if m.name == "forkrpc"]),
    ),
)
