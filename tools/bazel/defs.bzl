"""The C++ rules our BUILD files use."""

load("@forkrpc_rules//:cc.bzl", _cc_binary = "cc_binary", _cc_library = "cc_library", _cc_test = "cc_test")

# For the targets that need C++20; comes after .bazelrc's -std=c++17.
CXX20 = ["-std=c++20"]

def cc_library(name, **kwargs):
    # A library below cc/ is included as "forkrpc/...", wherever it is built.
    if native.package_name().startswith("cc/"):
        kwargs.setdefault("strip_include_prefix", "/cc")
    _cc_library(name = name, **kwargs)

def cc_binary(name, **kwargs):
    _cc_binary(name = name, **kwargs)

def cc_test(name, deps = [], copts = [], **kwargs):
    """A GoogleTest with the usual main."""
    precompiled = not copts  # else its flags are not those of gtest_headers
    _cc_test(
        name = name,
        copts = copts + (select({
            "//tools/bazel:precompiled": [
                "-include-pch",
                "$(BINDIR)/tools/bazel/gtest_headers.pch",
            ],
            "//conditions:default": [],
        }) if precompiled else []),
        deps = deps + ["@com_google_googletest//:gtest_main"] + (select({
            "//tools/bazel:precompiled": ["//tools/bazel:gtest_headers"],
            "//conditions:default": [],
        }) if precompiled else []),
        **kwargs
    )

def cc_benchmark(name, deps = [], **kwargs):
    """A google/benchmark program; its main comes from BENCHMARK_MAIN()."""
    _cc_binary(
        name = name,
        testonly = True,
        deps = deps + ["@com_github_google_benchmark//:benchmark"],
        **kwargs
    )

def cc_fuzz_test(name, srcs, deps = [], corpus = [], dictionary = None, max_len = 4096, tags = [], **kwargs):
    """A libFuzzer target that is also a test.

    With --config=fuzz or fuzz-fast (clang) it is a fuzzer, which tools/fuzz
    runs; otherwise it is linked with a plain main that replays the corpus, so
    that every compiler runs every known input in `bazel test`. A corpus without
    files is a failure there.

    Args:
      name: ends with _fuzzer.
      srcs: as of a cc_test.
      deps: as of a cc_test.
      corpus: a filegroup over the folder of the same name, which lies beside
        the target and is named as the target, with _corpus for _fuzzer.
      dictionary: a file for libFuzzer's -dict.
      max_len: octets of the longest input worth trying.
      tags: as of a cc_test; "fuzz" and the length are added.
      **kwargs: as of a cc_test.
    """

    # tools/fuzz runs a copy of it; and an allocation counter's operator new
    # must be found before AddressSanitizer's.
    kwargs.setdefault("linkstatic", True)
    _cc_test(
        name = name,
        srcs = srcs,
        args = ["$(rootpaths %s)" % label for label in corpus],
        data = corpus + ([dictionary] if dictionary else []),
        linkopts = select({
            "//tools/bazel:libfuzzer": ["-fsanitize=fuzzer"],
            "//conditions:default": [],
        }),
        tags = tags + ["fuzz", "max_len=%d" % max_len],
        deps = deps + select({
            "//tools/bazel:libfuzzer": [],
            "//conditions:default": ["//tools/fuzzing:replay_main"],
        }),
        **kwargs
    )
