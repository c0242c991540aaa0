"""forkrpc_dependencies(): every external repository that forkrpc needs.

Both modes define the same repositories with the same labels. A repository that
the calling workspace has already defined is left alone.
"""

load("@forkrpc_deps_mode//:mode.bzl", "DEPS_MODE")
load("//tools/bazel:optional_deps.bzl", "optional_dependencies")
load("//tools/bazel:pinned_deps.bzl", "pinned_dependencies")
load("//tools/bazel:rules.bzl", "native_rules")
load("//tools/bazel:system_deps.bzl", "system_dependencies")

# buildifier: disable=unnamed-macro
def forkrpc_dependencies(mode = DEPS_MODE):
    """Defines the external repositories.

    Args:
      mode: "system" (Debian packages) or "pinned" (archives by sha256).
    """
    if mode == "system":
        system_dependencies()
    elif mode == "pinned":
        pinned_dependencies()
    else:
        fail("forkrpc_dependencies: mode is %r; use \"system\" or \"pinned\"" % mode)
    optional_dependencies()
    native_rules()
