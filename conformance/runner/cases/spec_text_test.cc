// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cases/spec_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/runner/cases/embedded.h"

namespace forkrpc::conformance {
namespace {

using ::testing::HasSubstr;

TEST(SpecTextTest, ReadsSentencesSectionsAndLevels) {
  const absl::StatusOr<SpecText> spec = SpecText::Parse(
      "# Title\n"
      "## 1. First (FRM)\n"
      "- **[FR-FRM-001]** A sender MUST do this,\n"
      "  and that.\n"
      "prose that SHOULD be left alone\n"
      "## 2. Second\n"
      "- **[FR-ERR-002]** It SHOULD x; a child MAY y.\n"
      "- **[FR-ERR-003]** It MAY y and SHOULD x, then it MUST z.\n");
  ASSERT_TRUE(spec.ok()) << spec.status();
  ASSERT_EQ(spec->requirements().size(), 3u);
  const Requirement* first = spec->Find("FR-FRM-001");
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->sentence, "A sender MUST do this, and that.");
  EXPECT_EQ(first->section, "1. First (FRM)");
  EXPECT_EQ(first->level, MUST);
  EXPECT_EQ(spec->Find("FR-ERR-002")->level, SHOULD);
  EXPECT_EQ(spec->Find("FR-ERR-003")->level, MUST);
  EXPECT_EQ(spec->Find("FR-ERR-004"), nullptr);
}

TEST(SpecTextTest, ReadsAnchoredSentencesAsPlainText) {
  const absl::StatusOr<SpecText> spec = SpecText::Parse(
      "## Ids\n"
      "- <a id=\"FR-SID-001\"></a>**[FR-SID-001]** A\n"
      "  [parent](README.md#terms) MUST NOT send `id 0`.\n"
      "- **[FR-SID-002]** The old form MAY stand beside it.\n"
      "- <a id=\"note\"></a>No requirement, though it has an anchor.\n");
  ASSERT_TRUE(spec.ok()) << spec.status();
  ASSERT_EQ(spec->requirements().size(), 2u);
  EXPECT_EQ(spec->Find("FR-SID-001")->sentence, "A parent MUST NOT send id 0.");
  EXPECT_EQ(spec->Find("FR-SID-001")->section, "Ids");
}

TEST(SpecTextTest, PlainTextHasNoMarkup) {
  EXPECT_EQ(PlainText("a [b](c.md#d) e [`f`](g), `h[i](j)`"),
            "a b e f, h[i](j)");
  // What is no link stays.
  EXPECT_EQ(PlainText("[a] (b) [c]"), "[a] (b) [c]");
  EXPECT_EQ(PlainText("[a] b [c](d)"), "[a] b c");
  EXPECT_EQ(PlainText("[a](b"), "[a](b");
}

TEST(SpecTextTest, RefusesATextThatCannotBeCited) {
  const auto message = [](absl::string_view text) {
    return std::string(SpecText::Parse(text).status().message());
  };
  EXPECT_THAT(message("no list"), HasSubstr("no requirement"));
  EXPECT_THAT(message("- **[FR-A-1]** It MUST."), HasSubstr("line 1"));
  EXPECT_THAT(message("- **[FR-FRM-001]** It does."), HasSubstr("no MUST"));
  EXPECT_THAT(message("- **[FR-FRM-001]** It MUST.\n"
                      "- **[FR-FRM-001]** It MUST."),
              HasSubstr("line 2: FR-FRM-001 stands twice"));
  EXPECT_THAT(message("\n- <a id=\"FR-FRM-002\"></a>**[FR-FRM-001]** It MUST."),
              HasSubstr("line 2: the anchor of FR-FRM-001 is \"FR-FRM-002\""));
  EXPECT_THAT(message("- <a id=\"FR-A-1\"></a>**[FR-A-1]** It MUST."),
              HasSubstr("line 1: expected"));
}

TEST(SpecTextTest, TheSpecificationIsCitable) {
  const absl::StatusOr<SpecText> spec = SpecText::Parse(EmbeddedSpec());
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_GE(spec->requirements().size(), 60u);
  EXPECT_EQ(spec->Find("FR-SID-005")->level, SHOULD);
  // From whichever document has the serialisers.
  EXPECT_NE(spec->Find("FR-SER-001"), nullptr);
}

}  // namespace
}  // namespace forkrpc::conformance
