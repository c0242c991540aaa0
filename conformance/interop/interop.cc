// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/interop/interop.h"

#include <algorithm>
#include <cstdint>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "conformance/interop/pair_play.h"
#include "conformance/runner/base/parallel.h"

namespace forkrpc::conformance {
namespace {

struct Pairing {
  const Testee* parent;
  const Testee* child;
  Form form;
};

std::vector<Pairing> AllPairings(const std::vector<Testee>& testees) {
  std::vector<Pairing> all;
  for (const Form form : {SYNC, ASYNC}) {
    for (const Testee& parent : testees) {
      for (const Testee& child : testees) {
        if (parent.Offers(PARENT, form) && child.Offers(CHILD, form)) {
          all.push_back({&parent, &child, form});
        }
      }
    }
  }
  return all;
}

// The shorter of two limits, where 0 is none.
uint64_t Shorter(uint64_t one, uint64_t other) {
  if (one == 0 || other == 0) return std::max(one, other);
  return std::min(one, other);
}

absl::string_view FormWord(Form form) {
  return form == SYNC ? "sync" : "async";
}

InteropPair PlayOne(const Pairing& pairing, const InteropOptions& options) {
  InteropPair pair;
  const std::string& parent = pairing.parent->manifest().name();
  const std::string& child = pairing.child->manifest().name();
  for (const Testee* const each : {pairing.parent, pairing.child}) {
    if (each->not_installed().empty() || !pair.why().empty()) continue;
    pair.set_why(absl::StrCat(each->manifest().name(),
                              " is not installed: ", each->not_installed()));
  }
  pair.set_verdict(InteropPair::NOT_TRIED);
  if (pair.why().empty() && options.interrupted != nullptr &&
      *options.interrupted) {
    pair.set_why("interrupted");
  }
  if (pair.why().empty()) {
    PairOptions play;
    play.form = pairing.form;
    play.max_frame = Shorter(pairing.parent->manifest().max_frame(),
                             pairing.child->manifest().max_frame());
    play.limit = options.limit;
    play.interrupted = options.interrupted;
    if (!options.logs.empty()) {
      play.logs = absl::StrCat(options.logs, "/", parent, "+", child, ".",
                               FormWord(pairing.form));
    }
    pair = PlayPair(play, pairing.parent->Spawn(PARENT, pairing.form),
                    pairing.child->Spawn(CHILD, pairing.form));
  }
  pair.set_form(pairing.form);
  pair.set_parent(parent);
  pair.set_child(child);
  return pair;
}

std::string Cell(const InteropPair& pair) {
  switch (pair.verdict()) {
    case InteropPair::FINE:
      return "ok";
    case InteropPair::BROKEN: {
      const InteropBlame& first = pair.blames(0);
      return absl::StrCat(first.end() == PARENT ? "parent" : "child",
                          first.reqs_size() > 0 ? " " : "",
                          first.reqs_size() > 0 ? first.reqs(0) : "");
    }
    default:
      return "not tried";
  }
}

using Row = std::vector<std::string>;

// The columns as wide as they need be.
std::string Aligned(const std::vector<Row>& rows) {
  std::vector<size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const size_t padding =
          i + 1 < row.size() ? widths[i] - row[i].size() + 2 : 0;
      absl::StrAppend(&line, row[i], std::string(padding, ' '));
    }
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

std::string TableOf(Form form, const InteropReport& report) {
  std::vector<std::string> children;
  std::vector<Row> rows = {{absl::StrCat(FormWord(form), ": parent")}};
  for (const InteropPair& pair : report.pairs()) {
    if (pair.form() != form) continue;
    // Pairs of a parent stand together, its children in the same order.
    if (rows.size() == 1 || rows.back()[0] != pair.parent()) {
      rows.push_back({pair.parent()});
    }
    if (rows.size() == 2) {
      rows[0].push_back(
          absl::StrCat(rows[0].size() == 1 ? "child " : "", pair.child()));
    }
    rows.back().push_back(Cell(pair));
  }
  return rows.size() == 1 ? "" : absl::StrCat(Aligned(rows), "\n");
}

}  // namespace

InteropReport PlayAll(const std::vector<Testee>& testees,
                      const InteropOptions& options) {
  InteropReport report;
  for (const Testee& testee : testees) {
    report.add_testees(testee.manifest().name());
  }
  const std::vector<Pairing> pairings = AllPairings(testees);
  std::vector<InteropPair> pairs(pairings.size());
  std::mutex mutex;
  size_t done = 0;
  InParallel(options.jobs, pairings.size(), [&](size_t i) {
    pairs[i] = PlayOne(pairings[i], options);
    const std::lock_guard<std::mutex> lock(mutex);
    if (options.progress) options.progress(++done, pairings.size());
  });
  for (InteropPair& pair : pairs) *report.add_pairs() = std::move(pair);
  return report;
}

std::string InteropTable(const InteropReport& report) {
  std::string text =
      absl::StrCat(TableOf(SYNC, report), TableOf(ASYNC, report));
  for (const InteropPair& pair : report.pairs()) {
    if (pair.verdict() == InteropPair::FINE) continue;
    const std::string head = absl::StrCat(FormWord(pair.form()), " ",
                                          pair.parent(), " + ", pair.child());
    if (pair.verdict() == InteropPair::NOT_TRIED) {
      absl::StrAppend(&text, head, ": not tried: ", pair.why(), "\n");
    }
    for (const InteropBlame& blame : pair.blames()) {
      absl::StrAppend(&text, head, ", ", pair.stage(), ": the ",
                      blame.end() == PARENT ? "parent" : "child", " ",
                      blame.what());
      for (const std::string& req : blame.reqs()) {
        absl::StrAppend(&text, " ", req);
      }
      absl::StrAppend(&text, "\n");
    }
  }
  return text;
}

}  // namespace forkrpc::conformance
