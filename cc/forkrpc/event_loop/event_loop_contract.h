// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// EventLoopContract: the tests that every EventLoop passes.
//
// A loop's own test says how that loop is made, run and stopped, and gets all
// tests of the contract in event_loop.h:
//
//   struct LibuvHarness {
//     EventLoop* loop() { return &loop_; }
//     void Run() { loop_.Run(); }
//     void Stop() { loop_.Stop(); }
//     LibuvLoop loop_;
//   };
//   INSTANTIATE_EVENT_LOOP_CONTRACT(Libuv, LibuvHarness);
//
// Two more parts are for some harnesses only: where an exception may leave
// Run(), and where the harness opens no descriptor itself.
//
//   INSTANTIATE_EVENT_LOOP_EXCEPTION_CONTRACT(Libuv, LibuvHarness);
//   INSTANTIATE_EVENT_LOOP_DESCRIPTOR_CONTRACT(Libuv, LibuvHarness);

#ifndef FORKRPC_EVENT_LOOP_EVENT_LOOP_CONTRACT_H_
#define FORKRPC_EVENT_LOOP_EVENT_LOOP_CONTRACT_H_

#include "forkrpc/event_loop/end_watch_contract.h"
#include "forkrpc/event_loop/exception_contract.h"
#include "forkrpc/event_loop/fairness_contract.h"
#include "forkrpc/event_loop/fd_watch_contract.h"
#include "forkrpc/event_loop/file_watch_contract.h"
#include "forkrpc/event_loop/loop_end_contract.h"
#include "forkrpc/event_loop/low_descriptor_contract.h"
#include "forkrpc/event_loop/task_contract.h"
#include "forkrpc/event_loop/timer_contract.h"
#include "gtest/gtest.h"

// To be used in namespace forkrpc, or below it.
#define INSTANTIATE_EVENT_LOOP_CONTRACT(Name, Harness)              \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, FdWatchContract, Harness);   \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, FileWatchContract, Harness); \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, TimerContract, Harness);     \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, TaskContract, Harness);      \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, FairnessContract, Harness);  \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, LoopEndContract, Harness);   \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, EndWatchContract, Harness)

#define INSTANTIATE_EVENT_LOOP_EXCEPTION_CONTRACT(Name, Harness) \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, ExceptionContract, Harness)

#define INSTANTIATE_EVENT_LOOP_DESCRIPTOR_CONTRACT(Name, Harness) \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, LowDescriptorContract, Harness)

#endif  // FORKRPC_EVENT_LOOP_EVENT_LOOP_CONTRACT_H_
