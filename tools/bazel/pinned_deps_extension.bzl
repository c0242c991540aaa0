"""Pinned archives that the registry does not have, for MODULE.bazel."""

load("//tools/bazel:pinned_deps.bzl", "pinned_archive")

pinned_deps = module_extension(
    implementation = lambda _ctx: pinned_archive("libcbor"),
)
