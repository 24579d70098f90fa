// What `bridge.rs` calls of c10d, the part of libtorch that connects processes: its store and its Gloo collectives.
//
// Every function returns null, or the reason why it failed, to be freed with `libtorch_free_text`.

// c10d's header includes five of Gloo's, which libtorch does not ship; `build.rs` puts empty ones in their place. The
// class that is used here names these types through pointers only, so that their contents do not matter.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#ifndef WITH_GLOO_HEADERS
namespace gloo {
class Context {
 public:
  void setTimeout(std::chrono::milliseconds);
};
namespace rendezvous {
class Store {
 public:
  virtual ~Store() = default;
  virtual void set(const std::string&, const std::vector<char>&) = 0;
  virtual std::vector<char> get(const std::string&) = 0;
  virtual void wait(const std::vector<std::string>&) = 0;
  virtual void wait(const std::vector<std::string>&, const std::chrono::milliseconds&) = 0;
};
} // namespace rendezvous
namespace transport {
class Device;
class UnboundBuffer;
} // namespace transport
} // namespace gloo
#endif

#include "reason.h"

#include <c10/util/Logging.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

using Milliseconds = std::chrono::milliseconds;
using Store = c10::intrusive_ptr<c10d::Store>;
using Gloo = c10::intrusive_ptr<c10d::ProcessGroupGloo>;

extern "C" {

// A rank that is gone is an error that this program words itself; c10d would print stacks of C++ beside it.
void ranks_silence_log() {
  if (!std::getenv("TORCH_CPP_LOG_LEVEL")) {
    FLAGS_caffe2_log_level = c10::GLOG_FATAL;
  }
}

char* ranks_store_open(
    const char* host, uint16_t port, bool serves, const char* prefix, int64_t milliseconds, Store** store) {
  return reason_of([&] {
    c10d::TCPStoreOptions options;
    options.port = port;
    options.isServer = serves;
    options.waitWorkers = false;
    options.timeout = Milliseconds(milliseconds);
    auto tcp = c10::make_intrusive<c10d::TCPStore>(host, options);
    *store = new Store(c10::make_intrusive<c10d::PrefixStore>(prefix, tcp));
  });
}

void ranks_store_close(Store* store) {
  delete store;
}

char* ranks_store_set(Store* store, const char* key, const uint8_t* bytes, size_t count) {
  return reason_of([&] { (*store)->set(key, std::vector<uint8_t>(bytes, bytes + count)); });
}

char* ranks_store_add(Store* store, const char* key, int64_t amount, int64_t* sum) {
  return reason_of([&] { *sum = (*store)->add(key, amount); });
}

char* ranks_store_has(Store* store, const char* key, bool* there) {
  return reason_of([&] { *there = (*store)->check({key}); });
}

// `bytes` is the caller's, to be freed with `ranks_free_bytes`.
char* ranks_store_get(Store* store, const char* key, uint8_t** bytes, size_t* count) {
  return reason_of([&] {
    const std::vector<uint8_t> value = (*store)->get(key);
    *count = value.size();
    *bytes = static_cast<uint8_t*>(malloc(value.size() + 1));
    memcpy(*bytes, value.data(), value.size());
  });
}

void ranks_free_bytes(uint8_t* bytes) {
  free(bytes);
}

// `name` is that of a network interface or, where `is_host`, of this machine; empty means the machine's own name.
char* ranks_gloo_open(
    Store* store, int rank, int size, const char* name, bool is_host, int64_t milliseconds, Gloo** gloo) {
  return reason_of([&] {
    auto options = c10d::ProcessGroupGloo::Options::create(Milliseconds(milliseconds));
    options->devices.push_back(
        !*name    ? c10d::ProcessGroupGloo::createDefaultDevice()
        : is_host ? c10d::ProcessGroupGloo::createDeviceForHostname(name)
                  : c10d::ProcessGroupGloo::createDeviceForInterface(name));
    options->threads = 1;
    *gloo = new Gloo(c10::make_intrusive<c10d::ProcessGroupGloo>(*store, rank, size, options));
  });
}

void ranks_gloo_close(Gloo* gloo) {
  delete gloo;
}

char* ranks_gloo_sum(Gloo* gloo, at::Tensor* tensor) {
  return reason_of([&] {
    std::vector<at::Tensor> tensors{*tensor};
    (*gloo)->allreduce(tensors)->wait();
  });
}

char* ranks_gloo_broadcast(Gloo* gloo, at::Tensor* tensor) {
  return reason_of([&] {
    std::vector<at::Tensor> tensors{*tensor};
    (*gloo)->broadcast(tensors)->wait();
  });
}

} // extern "C"
