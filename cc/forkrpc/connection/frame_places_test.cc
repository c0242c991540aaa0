// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/frame_places.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using Hole = std::pair<uint64_t, uint64_t>;

std::vector<Hole> HolesOf(const FramePlaces& places) {
  return {places.holes().begin(), places.holes().end()};
}

TEST(FramePlacesTest, FindsEachFrameOnce) {
  FramePlaces places(5);
  // Over the wrap, and with one left out.
  for (const uint32_t id : {0xFFFFFFFEu, 0xFFFFFFFFu, 1u, 3u}) {
    places.Append(id, 10);
  }
  EXPECT_EQ(places.end(), 45u);
  EXPECT_EQ(places.Take(1, 5), 25u);
  EXPECT_EQ(places.Take(1, 5), std::nullopt) << "a second time";
  EXPECT_EQ(places.Take(2, 5), std::nullopt) << "left out";
  EXPECT_EQ(places.Take(4, 5), std::nullopt) << "not there yet";
  EXPECT_EQ(places.Take(0xFFFFFFFE, 15), std::nullopt) << "in front";
  EXPECT_EQ(places.Take(0xFFFFFFFF, 15), 15u);
  EXPECT_EQ(places.Take(3, 36), std::nullopt);
  EXPECT_EQ(places.Take(3, 35), 35u);
}

TEST(FramePlacesTest, NumbersFramesBackwards) {
  FramePlaces places(0);
  places.Append(0, 10);
  places.Number(0, 0xFFFFFFFE);
  for (int i = 0; i < 3; ++i) places.Append(0, 10);
  places.Number(1, 2);
  EXPECT_EQ(places.Take(0xFFFFFFFE, 0), 0u);
  EXPECT_EQ(places.Take(0xFFFFFFFF, 0), 10u);
  EXPECT_EQ(places.Take(1, 0), 20u);
  EXPECT_EQ(places.Take(2, 0), 30u);
}

TEST(FramePlacesTest, HolesThatTouchAreOne) {
  FramePlaces places(0);
  places.AddHole(10, 20);
  places.AddHole(30, 40);
  EXPECT_EQ(HolesOf(places), (std::vector<Hole>{{10, 20}, {30, 40}}));
  places.AddHole(40, 50);
  places.AddHole(5, 10);
  EXPECT_EQ(HolesOf(places), (std::vector<Hole>{{5, 20}, {30, 50}}));
  places.AddHole(20, 30);
  EXPECT_EQ(HolesOf(places), (std::vector<Hole>{{5, 50}}));
  places.DropFirstHole();
  EXPECT_TRUE(places.holes().empty());
}

TEST(FramePlacesTest, WhatIsBehindHolesMovesDown) {
  FramePlaces places(0);
  for (uint32_t id = 1; id <= 6; ++id) places.Append(id, 10);
  for (const uint32_t id : {2u, 4u, 6u}) {
    const std::optional<uint64_t> place = places.Take(id, 0);
    ASSERT_TRUE(place.has_value());
    places.AddHole(*place, *place + 10);
  }
  places.CloseHoles(5);
  EXPECT_TRUE(places.holes().empty());
  EXPECT_EQ(places.size(), 2u) << "3 and 5";
  EXPECT_EQ(places.end(), 30u);
  EXPECT_EQ(places.Take(1, 0), std::nullopt);
  EXPECT_EQ(places.Take(2, 0), std::nullopt);
  EXPECT_EQ(places.Take(3, 0), 10u);
  EXPECT_EQ(places.Take(5, 0), 20u);
}

}  // namespace
}  // namespace forkrpc
