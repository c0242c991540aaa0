"""The repositories of mode "system": Debian 12's packages, no network."""

load("//tools/bazel:system_repo.bzl", "system_cc_repo", "text_repo")

# Abseil targets in use: label -> pkg-config module. Add a line here to use
# another one; the pinned archive has them all.
_ABSL = {
    "absl/algorithm:container": "absl_algorithm_container",
    "absl/base": "absl_base",
    "absl/base:config": "absl_config",
    "absl/base:core_headers": "absl_core_headers",
    "absl/base:log_severity": "absl_log_severity",
    "absl/cleanup": "absl_cleanup",
    "absl/container:btree": "absl_btree",
    "absl/container:flat_hash_map": "absl_flat_hash_map",
    "absl/container:flat_hash_set": "absl_flat_hash_set",
    "absl/container:inlined_vector": "absl_inlined_vector",
    "absl/flags:flag": "absl_flags",
    "absl/flags:marshalling": "absl_flags_marshalling",
    "absl/flags:parse": "absl_flags_parse",
    "absl/flags:reflection": "absl_flags_reflection",
    "absl/flags:usage": "absl_flags_usage",
    "absl/functional:any_invocable": "absl_any_invocable",
    "absl/functional:function_ref": "absl_function_ref",
    "absl/memory": "absl_memory",
    "absl/numeric:bits": "absl_bits",
    "absl/random": "absl_random_random",
    "absl/status": "absl_status",
    "absl/status:statusor": "absl_statusor",
    "absl/strings": "absl_strings",
    "absl/strings:str_format": "absl_str_format",
    "absl/synchronization": "absl_synchronization",
    "absl/time": "absl_time",
    "absl/types:optional": "absl_optional",
    "absl/types:span": "absl_span",
    "absl/types:variant": "absl_variant",
    "absl/utility": "absl_utility",
}

_PROTOBUF_EXTRA = """
exports_files(["protoc"])

proto_lang_toolchain(
    name = "cc_toolchain",
    command_line = "--cpp_out=$(OUT)",
    runtime = ":protobuf",
)
"""

# buildifier: disable=unnamed-macro
def system_dependencies():
    """Defines each repository unless the workspace has it already."""
    have = native.existing_rules()

    if "com_google_absl" not in have:
        system_cc_repo(
            name = "com_google_absl",
            libdir_of = "absl_base",
            targets = _ABSL,
        )
    if "com_google_protobuf" not in have:
        system_cc_repo(
            name = "com_google_protobuf",
            libdir_of = "protobuf",
            targets = {
                ":protobuf": "protobuf",
                ":protobuf_lite": "protobuf-lite",
            },
            extra = {"": _PROTOBUF_EXTRA},
            symlinks = {"protoc": "/usr/bin/protoc"},
        )
    if "com_google_googletest" not in have:
        system_cc_repo(
            name = "com_google_googletest",
            libdir_of = "gtest",
            targets = {":gtest": "gmock", ":gtest_main": "gmock_main"},
        )
    if "com_github_google_benchmark" not in have:
        system_cc_repo(
            name = "com_github_google_benchmark",
            libdir_of = "benchmark",
            targets = {":benchmark": "benchmark"},
        )

    if "libuv" not in have:
        system_cc_repo(
            name = "libuv",
            libdir_of = "libuv",
            targets = {":libuv": "libuv"},
        )
    if "libcbor" not in have:
        # Debian has the shared library only.
        system_cc_repo(
            name = "libcbor",
            libdir_of = "libcbor",
            targets = {":libcbor": "libcbor"},
        )
    if "nlohmann_json" not in have:
        system_cc_repo(
            name = "nlohmann_json",
            libdir_of = "nlohmann_json",
            targets = {":json": "nlohmann_json"},
        )

    if "rules_cc" not in have:
        # Debian's rules_cc 0.0.4 does not load in Bazel 4.2.3; ours hands on
        # the native rules.
        text_repo(
            name = "rules_cc",
            files = {
                "BUILD.bazel": "",
                "cc/BUILD.bazel": "",
                "cc/defs.bzl": "\n".join([
                    "%s = native.%s" % (rule, rule)
                    for rule in [
                        "cc_binary",
                        "cc_import",
                        "cc_library",
                        "cc_proto_library",
                        "cc_test",
                        "cc_toolchain",
                        "cc_toolchain_suite",
                        "fdo_prefetch_hints",
                        "fdo_profile",
                        "objc_import",
                        "objc_library",
                    ]
                ]) + "\n",
            },
        )
    if "rules_proto" not in have:
        native.local_repository(name = "rules_proto", path = "/usr/share/bazel/rules/proto")
    if "rules_java" not in have:
        native.local_repository(name = "rules_java", path = "/usr/share/bazel/rules/java")
    if "bazel_skylib" not in have:
        native.local_repository(name = "bazel_skylib", path = "/usr/share/bazel/tools/skylib")
    if "platforms" not in have:
        native.local_repository(name = "platforms", path = "/usr/share/bazel/tools/platforms")
    if "remote_coverage_tools" not in have:
        # `bazel test` asks for it even when no coverage is collected.
        text_repo(
            name = "remote_coverage_tools",
            files = {"BUILD.bazel": """
filegroup(
    name = "coverage_report_generator",
    visibility = ["//visibility:public"],
)
"""},
        )
