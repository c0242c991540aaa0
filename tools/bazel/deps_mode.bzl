"""The one switch between system packages and pinned archives.

A repository rule may read the environment and a WORKSPACE file may not, so the
choice is written into a tiny repository that the next load() reads.
"""

_MODES = ("system", "pinned")

def _impl(ctx):
    mode = ctx.os.environ.get("FORKRPC_DEPS", "system")
    if mode not in _MODES:
        fail("FORKRPC_DEPS is %r; use one of: %s" % (mode, ", ".join(_MODES)))
    ctx.file("BUILD.bazel", "")
    ctx.file("mode.bzl", "DEPS_MODE = %r\n" % mode)

forkrpc_deps_mode = repository_rule(
    implementation = _impl,
    environ = ["FORKRPC_DEPS"],
    local = True,
    doc = "Holds FORKRPC_DEPS (system or pinned) as @NAME//:mode.bzl%DEPS_MODE.",
)
