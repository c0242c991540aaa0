"""The same for MODULE.bazel; Bazel before 6 cannot load this file."""

load("//tools/bazel:optional_deps.bzl", "optional_dependencies")

optional_deps = module_extension(
    implementation = lambda _ctx: optional_dependencies(have = {}),
)
