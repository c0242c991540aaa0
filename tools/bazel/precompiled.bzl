"""Headers that clang has parsed once, for the many sources that include them.

Three quarters of a test's compilation are GoogleTest's headers. Where the setting
//tools/bazel:precompiled holds (asan, llvm-cov), cc_test of defs.bzl hands what this
rule makes to the compiler with -include-pch; a source still includes what it uses,
as every other configuration, so the step gcc, compiles it without.
"""

load("@forkrpc_rules//:cc_common.bzl", "Info", "common", "find_toolchain")

def _impl(ctx):
    toolchain = find_toolchain(ctx)
    features = common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )
    context = common.merge_cc_infos(
        cc_infos = [dep[Info] for dep in ctx.attr.deps],
    ).compilation_context
    out = ctx.actions.declare_file(ctx.label.name + ".pch")
    variables = common.create_compile_variables(
        feature_configuration = features,
        cc_toolchain = toolchain,
        # A source of ours would be remembered by its path in the sandbox, and what
        # is read must be a header of the system: the least of the C library's.
        source_file = "/usr/include/stdc-predef.h",
        output_file = out.path,
        user_compile_flags = ctx.fragments.cpp.copts + ctx.fragments.cpp.cxxopts,
        include_directories = context.includes,
        quote_include_directories = context.quote_includes,
        system_include_directories = context.system_includes,
        preprocessor_defines = context.defines,
        use_pic = True,
    )
    flags = common.get_memory_inefficient_command_line(
        feature_configuration = features,
        action_name = "c++-compile",
        variables = variables,
    )
    ctx.actions.run(
        mnemonic = "CppPrecompile",
        executable = common.get_tool_for_action(
            feature_configuration = features,
            action_name = "c++-compile",
        ),
        # Templates once, too; and no time of a header, which a cache does not keep.
        arguments = [
            "-fpch-instantiate-templates",
            "-Xclang",
            "-fno-pch-timestamp",
            "-x",
            "c++-header",
        ] + ["-include" + header for header in ctx.attr.headers] + flags,
        inputs = depset(transitive = [toolchain.all_files, context.headers]),
        outputs = [out],
        env = common.get_environment_variables(
            feature_configuration = features,
            action_name = "c++-compile",
            variables = variables,
        ),
    )
    return [
        DefaultInfo(files = depset([out])),
        # What depends on it has the file beside it when it is compiled.
        Info(compilation_context = common.create_compilation_context(
            headers = depset([out]),
        )),
    ]

precompiled_header = rule(
    implementation = _impl,
    attrs = {
        "deps": attr.label_list(
            doc = "what the headers are of",
            providers = [Info],
        ),
        "headers": attr.string_list(
            doc = "as a source includes them; of the system, or of deps",
            mandatory = True,
        ),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    },
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
    doc = "Makes NAME.pch of headers, with the flags of every C++ source.",
)
