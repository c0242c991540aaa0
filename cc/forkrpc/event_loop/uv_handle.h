// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// UvHandle: a handle of libuv that is closed when its owner lets go of it.
//
// libuv uses a handle's memory until some turns after it was closed, so it is
// on the heap and libuv's callback frees it; the owner need not wait. Once
// closed, a handle calls nothing of the owner's. One thread, that of the loop.
//
//   UvHandle<uv_timer_t> timer;
//   if (uv_timer_init(loop, timer.get()) == 0) timer.OpenedBy(this);

#ifndef FORKRPC_EVENT_LOOP_UV_HANDLE_H_
#define FORKRPC_EVENT_LOOP_UV_HANDLE_H_

#include <stdlib.h>
#include <uv.h>

namespace forkrpc {

// libuv's functions that are called with this only fail when memory has run
// out.
inline void MustWork(int result) {
  if (result != 0) abort();
}

// Invariant: libuv knows the handle iff is_open_.
template <typename T>
class UvHandle {
 public:
  UvHandle() : handle_(new T) {}
  ~UvHandle() { Close(); }
  UvHandle(const UvHandle&) = delete;
  UvHandle& operator=(const UvHandle&) = delete;

  T* get() const { return handle_; }
  uv_handle_t* base() const { return reinterpret_cast<uv_handle_t*>(handle_); }

  // To be called when libuv's init function has taken the handle; callbacks
  // find `owner` by Owner().
  void OpenedBy(void* owner) {
    is_open_ = true;
    handle_->data = owner;
  }
  template <typename Owner>
  static Owner* OwnerOf(T* handle) {
    return static_cast<Owner*>(handle->data);
  }

  // The handle must not be used after it.
  void Close() {
    if (handle_ == nullptr) return;
    if (is_open_) {
      uv_close(base(), [](uv_handle_t* handle) {
        delete reinterpret_cast<T*>(handle);
      });
    } else {
      delete handle_;
    }
    handle_ = nullptr;
  }

 private:
  T* handle_;
  bool is_open_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_UV_HANDLE_H_
