"""A toolchain that compiles for aarch64 Linux: Debian's cross compiler.

`aarch64_toolchain` makes a repository for `bazel build --config=aarch64`. The C and C++
libraries come with the cross compiler's packages; all others are Debian's arm64 packages,
which tools/releasing/aarch64_libraries unpacks into .local/aarch64, so that the machine
needs no foreign architecture. Nothing of it is read unless --config=aarch64 asks for it.
"""

_TRIPLET = "aarch64-linux-gnu"

_BUILD = """
load("@bazel_tools//tools/cpp:unix_cc_toolchain_config.bzl", "cc_toolchain_config")

package(default_visibility = ["//visibility:public"])

cc_toolchain_suite(
    name = "toolchain",
    toolchains = {"aarch64": ":gcc"},
)

filegroup(name = "nothing")

cc_toolchain(
    name = "gcc",
    all_files = ":nothing",
    compiler_files = ":nothing",
    dwp_files = ":nothing",
    linker_files = ":nothing",
    objcopy_files = ":nothing",
    strip_files = ":nothing",
    toolchain_config = ":config",
)

cc_toolchain_config(
    name = "config",
    abi_libc_version = "local",
    abi_version = "local",
    compile_flags = %r,
    compiler = "gcc",
    cpu = "aarch64",
    cxx_builtin_include_directories = %r,
    host_system_name = "local",
    link_flags = %r,
    link_libs = ["-lstdc++", "-lm"],
    opt_compile_flags = ["-g0", "-O2", "-DNDEBUG", "-ffunction-sections", "-fdata-sections"],
    opt_link_flags = ["-Wl,--gc-sections"],
    supports_start_end_lib = False,
    target_libc = "local",
    target_system_name = %r,
    tool_paths = %r,
    toolchain_identifier = "forkrpc_aarch64",
    unfiltered_compile_flags = [
        "-fno-canonical-system-headers",
        "-Wno-builtin-macro-redefined",
        "-D__DATE__=\\"redacted\\"",
        "-D__TIMESTAMP__=\\"redacted\\"",
        "-D__TIME__=\\"redacted\\"",
    ],
)
"""

def _include_folders(ctx, compiler):
    """The folders in which the compiler looks for headers, as it says itself."""
    said = ctx.execute([compiler, "-E", "-x", "c++", "-v", "/dev/null"]).stderr
    folders = []
    inside = False
    for line in said.splitlines():
        if line.startswith("#include <...>"):
            inside = True
        elif line.startswith("End of search list"):
            inside = False
        elif inside:
            folders.append(str(ctx.path(line.strip())))
    return folders

def _impl(ctx):
    tools = {}
    for name, program in {
        "ar": "ar",
        "cpp": "cpp",
        "dwp": "dwp",
        "gcc": "gcc",
        "gcov": "gcov",
        "ld": "ld",
        "llvm-cov": "llvm-cov",
        "nm": "nm",
        "objcopy": "objcopy",
        "objdump": "objdump",
        "strip": "strip",
    }.items():
        path = ctx.which("%s-%s" % (_TRIPLET, program))
        if path == None and name in ["ar", "gcc", "ld"]:
            fail("%s-%s is not installed (package g++-%s)" % (_TRIPLET, program, _TRIPLET))
        tools[name] = str(path) if path else "/bin/false"
    tree = str(ctx.path(Label("//:WORKSPACE")).dirname) + "/.local/aarch64"
    headers = tree + "/usr/include"
    archives = "%s/usr/lib/%s" % (tree, _TRIPLET)
    if not ctx.path(headers).exists:
        fail("%s is missing: run tools/releasing/aarch64_libraries" % headers)
    ctx.file("BUILD.bazel", _BUILD % (
        # What __FILE__ of a header is must not tell where the checkout is.
        ["-isystem", headers, "-ffile-prefix-map=%s=" % tree, "-fstack-protector", "-fno-omit-frame-pointer"],
        [headers] + _include_folders(ctx, tools["gcc"]),
        ["-L" + archives, "-Wl,-z,relro,-z,now", "-pass-exit-codes"],
        _TRIPLET,
        tools,
    ))

aarch64_toolchain = repository_rule(
    implementation = _impl,
    local = True,
    environ = ["PATH"],
    doc = "Debian's cross compiler to aarch64 as @NAME//:toolchain, for --crosstool_top.",
)
