// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/transport/wire_terms.h"

#include <stdlib.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using Variables = std::vector<std::pair<std::string, std::string>>;

TEST(WireTermsTest, AValueIsReadAsItIsWritten) {
  for (const std::string name : {"sync", "async", "a:b", ":", "caf\xc3\xa9"}) {
    for (const uint64_t inode :
         {uint64_t{0}, uint64_t{12345}, std::numeric_limits<uint64_t>::max()}) {
      const std::string value = FormatWireTerm({name, inode});
      EXPECT_EQ(value, absl::StrCat(name, ":", inode));
      const std::optional<WireTerm> term = ParseWireTerm(value);
      ASSERT_TRUE(term.has_value()) << value;
      EXPECT_EQ(term->name, name);
      EXPECT_EQ(term->inode, inode);
    }
  }
}

TEST(WireTermsTest, OtherValuesAreNone) {
  for (const char* value :
       {"", "async", ":", ":5", "async:", "async: 5", "async:+5", "async:-5",
        "async:5 ", "async:0x5", "async:18446744073709551616", "5:async"}) {
    EXPECT_FALSE(ParseWireTerm(value).has_value()) << "'" << value << "'";
  }
}

TEST(WireTermsTest, TheParentNamesTheInodeAndOnlyWhatItSays) {
  const SocketPair pair = *MakeSocketPair();
  const int fd = pair.theirs.get();
  const uint64_t inode = *WireInode(fd);
  EXPECT_NE(inode, *WireInode(pair.ours.get()));
  EXPECT_EQ(WireEnvironment({"async", "json"}, fd),
            (Variables{{"FORKRPC_FORM", absl::StrCat("async:", inode)},
                       {"FORKRPC_SERIALISER", absl::StrCat("json:", inode)}}));
  EXPECT_EQ(WireEnvironment({"sync", ""}, fd),
            (Variables{{"FORKRPC_FORM", absl::StrCat("sync:", inode)}}));
  EXPECT_EQ(WireEnvironment({"", "json"}, fd),
            (Variables{{"FORKRPC_SERIALISER", absl::StrCat("json:", inode)}}));
  EXPECT_EQ(WireEnvironment({}, fd), Variables());
  EXPECT_EQ(WireEnvironment({"async", "json"}, -1), Variables());
}

TEST(WireTermsTest, TheWorkerTakesWhatIsSaidOfItsWireAndLeavesNothing) {
  const SocketPair pair = *MakeSocketPair();
  for (const bool ours : {false, true}) {
    const int said_of = ours ? pair.ours.get() : pair.theirs.get();
    for (const auto& [name, value] :
         WireEnvironment({"async", "json"}, said_of)) {
      setenv(name.c_str(), value.c_str(), 1);
    }
    const WireTerms terms = TakeWireTerms(pair.ours.get());
    EXPECT_EQ(terms.form, ours ? "async" : "");
    EXPECT_EQ(terms.serialiser, ours ? "json" : "");
    EXPECT_EQ(getenv("FORKRPC_FORM"), nullptr);
    EXPECT_EQ(getenv("FORKRPC_SERIALISER"), nullptr);
  }
  setenv("FORKRPC_FORM", "async", 1);
  EXPECT_EQ(TakeWireTerms(pair.ours.get()).form, "");
  EXPECT_EQ(getenv("FORKRPC_FORM"), nullptr);
  setenv("FORKRPC_FORM", "async:0", 1);
  EXPECT_EQ(TakeWireTerms(-1).form, "");  // nothing is open there
}

}  // namespace
}  // namespace forkrpc
