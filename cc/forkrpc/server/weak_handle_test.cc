// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/server/weak_handle.h"

#include <memory>
#include <utility>

#include "gtest/gtest.h"

namespace forkrpc {
namespace {

struct Target {
  WeakSource<Target> source{this};
};

TEST(WeakHandleTest, IsNullWhenItsObjectIsGone) {
  auto target = std::make_unique<Target>();
  WeakHandle<Target> handle = target->source.MakeHandle();
  WeakHandle<Target> other = target->source.MakeHandle();
  EXPECT_EQ(handle.get(), target.get());
  other.reset();
  EXPECT_FALSE(other.is_set());
  EXPECT_EQ(other.get(), nullptr);
  target = nullptr;
  EXPECT_EQ(handle.get(), nullptr);
  EXPECT_TRUE(handle.is_set());
}

TEST(WeakHandleTest, IsNullOnceItWasCut) {
  Target target;
  const WeakHandle<Target> handle = target.source.MakeHandle();
  target.source.Cut();
  EXPECT_EQ(handle.get(), nullptr);
  EXPECT_EQ(target.source.MakeHandle().get(), nullptr);
}

TEST(WeakHandleTest, Moves) {
  Target target;
  Target other;
  WeakHandle<Target> handle = target.source.MakeHandle();
  WeakHandle<Target> moved = std::move(handle);
  EXPECT_FALSE(handle.is_set());
  EXPECT_EQ(moved.get(), &target);
  handle = other.source.MakeHandle();
  handle = std::move(moved);
  EXPECT_EQ(handle.get(), &target);
  EXPECT_FALSE(WeakHandle<Target>().is_set());
}

}  // namespace
}  // namespace forkrpc
