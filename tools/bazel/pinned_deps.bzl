"""The repositories of mode "pinned": archives by version and published sha256.

The versions are Debian 12's own, so that both modes agree. Each sha256 is the
one published for that archive; see README.md for how they were checked.
"""

load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_archive")

# What our BUILD files name.
_DIRECT = {
    "bazel_skylib": dict(
        url = "https://github.com/bazelbuild/bazel-skylib/archive/refs/tags/1.0.3.tar.gz",
        sha256 = "7ac0fa88c0c4ad6f5b9ffb5e09ef81e235492c873659e6bb99efb89d11246bcb",
        strip_prefix = "bazel-skylib-1.0.3",
    ),
    "com_github_google_benchmark": dict(
        url = "https://github.com/google/benchmark/archive/refs/tags/v1.7.1.tar.gz",
        sha256 = "6430e4092653380d9dc4ccb45a1e2dc9259d581f4866dc0759713126056bc1d7",
        strip_prefix = "benchmark-1.7.1",
    ),
    "com_google_absl": dict(
        url = "https://github.com/abseil/abseil-cpp/archive/refs/tags/20220623.1.tar.gz",
        sha256 = "91ac87d30cc6d79f9ab974c51874a704de9c2647c40f6932597329a282217ba8",
        strip_prefix = "abseil-cpp-20220623.1",
    ),
    "com_google_googletest": dict(
        url = "https://github.com/google/googletest/archive/refs/tags/release-1.12.1.tar.gz",
        sha256 = "81964fe578e9bd7c94dfdb09c8e4d6e6759e19967e397dbea48d1c10e45d0df2",
        strip_prefix = "googletest-release-1.12.1",
    ),
    "com_google_protobuf": dict(
        url = "https://github.com/protocolbuffers/protobuf/archive/refs/tags/v21.12.tar.gz",
        sha256 = "22fdaf641b31655d4b2297f9981fa5203b2866f8332d3c6333f6b0107bb320de",
        strip_prefix = "protobuf-21.12",
    ),
    "libcbor": dict(
        url = "https://github.com/PJK/libcbor/archive/v0.8.0.tar.gz",
        sha256 = "618097166ea4a54499646998ccaa949a5816e6a665cf1d6df383690895217c8b",
        strip_prefix = "libcbor-0.8.0",
        build_file = "@forkrpc//tools/bazel:libcbor.BUILD",
    ),
    "libuv": dict(
        url = "https://github.com/libuv/libuv/archive/refs/tags/v1.44.2.tar.gz",
        sha256 = "e6e2ba8b4c349a4182a33370bb9be5e23c51b32efb9b9e209d0e8556b73a48da",
        strip_prefix = "libuv-1.44.2",
        build_file = "@forkrpc//tools/bazel:libuv.BUILD",
    ),
    "nlohmann_json": dict(
        url = "https://github.com/nlohmann/json/archive/refs/tags/v3.11.2.tar.gz",
        sha256 = "d69f9deb6a75e2580465c6c4c5111b89c4dc2fa94e3a85fcd2ffcd9a143d9273",
        strip_prefix = "json-3.11.2",
        build_file = "@forkrpc//tools/bazel:nlohmann_json.BUILD",
    ),
    # Abseil asks for wasm32, which the one inside Bazel 4.2.3 does not have.
    "platforms": dict(
        url = "https://github.com/bazelbuild/platforms/archive/refs/tags/0.0.6.tar.gz",
        sha256 = "1626b708a06989c2365f3101c9c937153e03ee39faaaeab98a2c204e9d015a0d",
        strip_prefix = "platforms-0.0.6",
    ),
    # 0.0.2 and later do not load in Bazel 4.2.3.
    "rules_cc": dict(
        url = "https://github.com/bazelbuild/rules_cc/archive/refs/tags/0.0.1.tar.gz",
        sha256 = "935e2644125fccb36fa858495697301f7834d980d0e16419943b9618af2771a4",
        strip_prefix = "rules_cc-0.0.1",
    ),
    "rules_proto": dict(
        url = "https://github.com/bazelbuild/rules_proto/archive/refs/tags/4.0.0.tar.gz",
        sha256 = "66bfdf8782796239d3875d37e7de19b1d94301e8972b3cbd2446b332429b4df1",
        strip_prefix = "rules_proto-4.0.0",
    ),
}

# What protobuf's own BUILD file loads or links, in the versions that its
# protobuf_deps.bzl names.
_FOR_PROTOBUF = {
    "rules_java": dict(
        url = "https://github.com/bazelbuild/rules_java/archive/981f06c3d2bd10225e85209904090eb7b5fb26bd.zip",
        sha256 = "7979ece89e82546b0dcd1dff7538c34b5a6ebc9148971106f0e3705444f00665",
        strip_prefix = "rules_java-981f06c3d2bd10225e85209904090eb7b5fb26bd",
    ),
    "rules_pkg": dict(
        url = "https://github.com/bazelbuild/rules_pkg/archive/refs/tags/0.7.0.tar.gz",
        sha256 = "e110311d898c1ff35f39829ae3ec56e39c0ef92eb44de74418982a114f51e132",
        strip_prefix = "rules_pkg-0.7.0",
    ),
    "rules_python": dict(
        url = "https://github.com/bazelbuild/rules_python/archive/refs/tags/0.8.0.tar.gz",
        sha256 = "9fcf91dbcc31fde6d1edb15f117246d912c33c36f44cf681976bd886538deba6",
        strip_prefix = "rules_python-0.8.0",
    ),
    "zlib": dict(
        url = "https://github.com/madler/zlib/archive/refs/tags/v1.2.13.tar.gz",
        sha256 = "1525952a0a567581792613a9723333d7f8cc20b87a81f920fb8bc7e3f2251428",
        strip_prefix = "zlib-1.2.13",
        build_file = "@com_google_protobuf//:third_party/zlib.BUILD",
    ),
}

def pinned_dependencies():
    """Defines each repository unless the workspace has it already."""
    have = native.existing_rules()
    for group in (_DIRECT, _FOR_PROTOBUF):
        for name, archive in group.items():
            if name not in have:
                http_archive(name = name, **archive)

def pinned_archive(name):
    """Defines one of them, for what MODULE.bazel cannot have of the registry."""
    http_archive(name = name, **_DIRECT[name])
