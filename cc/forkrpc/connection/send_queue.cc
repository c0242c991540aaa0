// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/send_queue.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <iterator>
#include <optional>

#include "absl/base/optimization.h"

namespace forkrpc {
namespace {

constexpr size_t kInitialCapacity = 4096;

}  // namespace

void SendQueue::Grow(size_t n) {
  const size_t closed = places_ == nullptr ? 0 : CloseHoles();
  const size_t waiting = end_ - begin_;
  // Moving down is enough, and cheap, if it frees at least half or moves
  // nothing.
  if (capacity_ - waiting >= n &&
      (waiting == 0 || begin_ + closed >= capacity_ / 2)) {
    std::memmove(block_.get(), block_.get() + begin_, waiting);
  } else {
    const size_t capacity =
        std::max({kInitialCapacity, 2 * capacity_, waiting + n});
    std::unique_ptr<char[]> block(new char[capacity]);
    if (waiting > 0) std::memcpy(block.get(), block_.get() + begin_, waiting);
    block_ = std::move(block);
    capacity_ = capacity;
  }
  begin_ = 0;
  end_ = waiting;
}

void SendQueue::Borrow(absl::string_view payload) {
  pieces_.push_back(Piece{end_place(), payload, nullptr});
  size_beside_ += payload.size();
}

std::deque<SendQueue::Piece>::iterator SendQueue::PieceBehind(uint64_t place) {
  return std::upper_bound(
      pieces_.begin(), pieces_.end(), place,
      [](uint64_t at, const Piece& piece) { return at < piece.behind; });
}

absl::Span<const absl::string_view> SendQueue::Buffers() {
  if (ABSL_PREDICT_TRUE(pieces_.empty() && places_ == nullptr)) {
    buffers_[0] = {block_.get() + begin_, end_ - begin_};
    return absl::MakeConstSpan(buffers_, end_ == begin_ ? 0 : 1);
  }
  size_t count = 0;
  uint64_t done = gone_;  // the octets in front of it are offered
  const auto offer_up_to = [&](uint64_t place) {
    if (place == done || count == kMaxBuffers) return;
    buffers_[count++] = {at(done), static_cast<size_t>(place - done)};
    done = place;
  };
  auto piece = pieces_.begin();
  const auto offer_pieces_up_to = [&](uint64_t place) {
    for (; piece != pieces_.end() && piece->behind <= place; ++piece) {
      offer_up_to(piece->behind);
      if (count == kMaxBuffers) return;
      buffers_[count++] = piece->octets;
    }
    offer_up_to(place);
  };
  if (places_ != nullptr) {
    for (const auto& [begin, end] : places_->holes()) {
      offer_pieces_up_to(begin);
      if (count == kMaxBuffers) break;
      done = end;
      piece = PieceBehind(end);
    }
  }
  offer_pieces_up_to(end_place());
  return absl::MakeConstSpan(buffers_, count);
}

void SendQueue::PopPiece() {
  pieces_.pop_front();
  if (owned_ > 0) --owned_;
}

// A piece that is at the same place as a hole is in front of it.
bool SendQueue::FrontIsHole() const {
  return places_ != nullptr && !places_->holes().empty() &&
         places_->holes().begin()->first == gone_ &&
         (pieces_.empty() || pieces_.front().behind > gone_);
}

void SendQueue::DropFrontHole() {
  const auto [begin, end] = *places_->holes().begin();
  begin_ += end - begin;
  size_beside_ += end - begin;
  gone_ = whole_ = end;
  while (!pieces_.empty() && pieces_.front().behind <= end) PopPiece();
  places_->DropFirstHole();
}

void SendQueue::FindWhole() {
  while (whole_ < gone_) {
    const uint64_t payload = whole_ + HeaderSize(layout_);
    const bool beside = !pieces_.empty() && pieces_.front().behind == payload;
    whole_ = payload + (beside ? 0 : LengthAt(whole_));
  }
}

void SendQueue::Consume(size_t n) {
  assert(n <= size());
  if (n == size()) return RunEmpty();
  while (n > 0) {
    uint64_t to = gone_ + n;
    if (!pieces_.empty()) to = std::min(to, pieces_.front().behind);
    if (places_ != nullptr && !places_->holes().empty()) {
      to = std::min(to, places_->holes().begin()->first);
    }
    n -= to - gone_;
    begin_ += to - gone_;
    gone_ = to;
    if (n > 0 && !FrontIsHole()) {
      Piece& front = pieces_.front();
      const size_t taken = std::min(n, front.octets.size());
      front.octets.remove_prefix(taken);
      size_beside_ -= taken;
      n -= taken;
      if (!front.octets.empty()) break;
      whole_ = std::max(whole_, gone_);
      PopPiece();
    }
    if (FrontIsHole()) DropFrontHole();
  }
  FindWhole();
}

void SendQueue::FindPlaces(uint32_t newest) {
  places_->SkipTo(whole_);
  const size_t known = places_->size();
  auto piece = PieceBehind(places_->end());
  while (places_->end() < end_place()) {
    const uint64_t frame = places_->end();
    uint64_t size = HeaderSize(layout_);
    if (piece != pieces_.end() && piece->behind == frame + size) {
      ++piece;
    } else {
      size += LengthAt(frame);
    }
    places_->Append(
        layout_ == FrameLayout::kLength ? 0 : LoadBigEndian32(at(frame)), size);
  }
  if (layout_ == FrameLayout::kLength) places_->Number(known, newest);
}

bool SendQueue::RemoveWaiting(uint32_t id, uint32_t newest) {
  if (places_ == nullptr) places_ = std::make_unique<FramePlaces>(whole_);
  FindPlaces(newest);
  const std::optional<uint64_t> frame = places_->Take(id, whole_);
  if (!frame.has_value()) return false;
  uint64_t end = *frame + HeaderSize(layout_);
  const auto piece = PieceBehind(end - 1);
  if (piece != pieces_.end() && piece->behind == end) {
    size_beside_ -= piece->octets.size();
    piece->octets = {};
    piece->own = nullptr;
  } else {
    end += LengthAt(*frame);
  }
  size_beside_ -= end - *frame;
  places_->AddHole(*frame, end);
  if (empty()) {
    RunEmpty();
  } else if (FrontIsHole()) {
    DropFrontHole();
  }
  return true;
}

size_t SendQueue::CloseHoles() {
  size_t closed = 0;
  auto piece = pieces_.begin();
  size_t kept = 0, kept_owned = 0;
  const auto keep_pieces_up_to = [&](uint64_t place) {
    for (; piece != pieces_.end() && piece->behind <= place; ++piece) {
      if (static_cast<size_t>(piece - pieces_.begin()) < owned_) ++kept_owned;
      piece->behind -= closed;
      if (kept != static_cast<size_t>(piece - pieces_.begin())) {
        pieces_[kept] = std::move(*piece);
      }
      ++kept;
    }
  };
  const FramePlaces::Holes& holes = places_->holes();
  for (auto hole = holes.begin(); hole != holes.end(); ++hole) {
    keep_pieces_up_to(hole->first);
    while (piece != pieces_.end() && piece->behind <= hole->second) ++piece;
    const auto next = std::next(hole);
    const uint64_t to = next == holes.end() ? end_place() : next->first;
    std::memmove(at(hole->first) - closed, at(hole->second), to - hole->second);
    closed += hole->second - hole->first;
  }
  keep_pieces_up_to(end_place());
  pieces_.erase(pieces_.begin() + static_cast<ptrdiff_t>(kept), pieces_.end());
  owned_ = kept_owned;
  places_->CloseHoles(whole_);
  end_ -= closed;
  size_beside_ += closed;
  return closed;
}

void SendQueue::OwnBorrowed() {
  if (owned_ == pieces_.size()) return;
  if (places_ == nullptr && pieces_.size() == 1 &&
      pieces_.front().behind == end_place()) {
    // One large payload behind everything else, as when one call is made at a
    // time: there may be room for it, and none has to be made each time anew.
    const absl::string_view octets = pieces_.front().octets;
    const bool begun = whole_ == end_place();
    pieces_.clear();
    size_beside_ = 0;
    std::memcpy(Extend(octets.size()), octets.data(), octets.size());
    // What is left of a payload looks like none in the block.
    if (begun) whole_ = end_place();
    return;
  }
  // Each is copied once, however many are queued.
  for (; owned_ < pieces_.size(); ++owned_) {
    Piece& piece = pieces_[owned_];
    if (piece.octets.empty()) continue;  // its frame was removed
    piece.own.reset(new char[piece.octets.size()]);
    std::memcpy(piece.own.get(), piece.octets.data(), piece.octets.size());
    piece.octets = {piece.own.get(), piece.octets.size()};
  }
}

void SendQueue::Clear() {
  if (ABSL_PREDICT_FALSE(!pieces_.empty())) pieces_.clear();
  begin_ = end_ = size_beside_ = owned_ = 0;
  gone_ = whole_ = 0;
  if (ABSL_PREDICT_FALSE(places_ != nullptr)) places_ = nullptr;
}

void SendQueue::RunEmpty() {
  Clear();
  if (capacity_ > kRetainedCapacity) {
    block_.reset();
    capacity_ = 0;
  }
}

}  // namespace forkrpc
