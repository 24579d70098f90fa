// What `bridge.rs` calls of libtorch that tch does not bind: updates of many tensors at once, settings of the process,
// and a count of operator calls.

#include "reason.h"

#include <ATen/Context.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_copy.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/empty_like.h>
#include <ATen/record_function.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace {

std::vector<at::Tensor> list(at::Tensor* const* tensors, size_t count) {
  std::vector<at::Tensor> found;
  found.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    found.push_back(*tensors[i]);
  }
  return found;
}

// Strides of dimensions of one element say nothing.
bool lie_alike(const at::Tensor& a, const at::Tensor& b) {
  for (int64_t d = 0; d < a.dim(); ++d) {
    if (a.size(d) != 1 && a.stride(d) != b.stride(d)) {
      return false;
    }
  }
  return true;
}

// Copies of those `tensors` whose elements lie in another order than those of `models`, in that order.
void follow_layout(std::vector<at::Tensor>& tensors, const std::vector<at::Tensor>& models) {
  std::vector<at::Tensor> copies, originals;
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (!lie_alike(tensors[i], models[i])) {
      originals.push_back(tensors[i]);
      copies.push_back(at::empty_like(models[i]));
      tensors[i] = copies.back();
    }
  }
  if (!copies.empty()) {
    at::_foreach_copy_(copies, originals);
  }
}

struct Count {
  int64_t all = 0;
  int64_t outermost = 0;
};

std::mutex counts_lock;
std::map<std::string, Count> counts;
thread_local int depth = 0;

std::unique_ptr<at::ObserverContext> enter(const at::RecordFunction& function) {
  const std::lock_guard<std::mutex> lock(counts_lock);
  Count& count = counts[function.name()];
  ++count.all;
  if (depth++ == 0) {
    ++count.outermost;
  }
  return nullptr;
}

void leave(const at::RecordFunction&, at::ObserverContext*) {
  --depth;
}

} // namespace

extern "C" {

void libtorch_free_text(char* text) {
  free(text);
}

// One update of Adam. The fused operator goes through memory element by element, so all four tensors of a parameter
// have to lie alike; gradients are copied where they do not, moments are the caller's care.
char* libtorch_adam(
    at::Tensor* const* parameters,
    at::Tensor* const* gradients,
    at::Tensor* const* first_moments,
    at::Tensor* const* second_moments,
    size_t count,
    at::Tensor* step,
    double rate,
    double beta1,
    double beta2,
    double weight_decay,
    double epsilon) {
  return reason_of([&] {
    const at::NoGradGuard no_grad;
    const auto of = list(parameters, count);
    auto along = list(gradients, count);
    follow_layout(along, of);
    const auto first = list(first_moments, count);
    const auto second = list(second_moments, count);
    for (size_t i = 0; i < count; ++i) {
      TORCH_CHECK(lie_alike(first[i], of[i]) && lie_alike(second[i], of[i]), "moments lie in another order");
    }
    const std::vector<at::Tensor> steps(count, *step);
    at::_fused_adam_(
        of, along, first, second, {}, steps, rate, beta1, beta2, weight_decay, epsilon, /*amsgrad=*/false,
        /*maximize=*/false);
  });
}

// `tensors += weight * (towards - tensors)`.
char* libtorch_lerp(at::Tensor* const* tensors, at::Tensor* const* towards, size_t count, double weight) {
  return reason_of([&] {
    const at::NoGradGuard no_grad;
    const auto moved = list(tensors, count);
    auto goals = list(towards, count);
    follow_layout(goals, moved);
    at::_foreach_lerp_(moved, goals, weight);
  });
}

void libtorch_allow_tf32(bool allowed) {
  at::globalContext().setAllowTF32CuBLAS(allowed);
  at::globalContext().setAllowTF32CuDNN(allowed);
}

// 0 means all.
void libtorch_set_cudnn_candidates(int count) {
  at::globalContext().setBenchmarkLimitCuDNN(count);
}

int libtorch_cudnn_candidates() {
  return at::globalContext().benchmarkLimitCuDNN();
}

// Switches autocast to bfloat16 on or off for this thread; returns whether it was on.
bool libtorch_enter_autocast(bool cuda, bool enabled) {
  const auto device = cuda ? at::kCUDA : at::kCPU;
  const bool before = at::autocast::is_autocast_enabled(device);
  at::autocast::set_autocast_dtype(device, at::kBFloat16);
  at::autocast::set_autocast_enabled(device, enabled);
  at::autocast::increment_nesting();
  return before;
}

void libtorch_leave_autocast(bool cuda, bool before) {
  if (at::autocast::decrement_nesting() == 0) {
    at::autocast::clear_cache();
  }
  at::autocast::set_autocast_enabled(cuda ? at::kCUDA : at::kCPU, before);
}

// The stream on which libtorch queues this thread's work of a GPU, as a `cudaStream_t`; makes that GPU the current one.
char* libtorch_cuda_stream(int device, void** stream) {
  return reason_of([&] {
    const c10::Device gpu(c10::kCUDA, static_cast<c10::DeviceIndex>(device));
    const c10::impl::VirtualGuardImpl guard(c10::kCUDA);
    guard.setDevice(gpu);
    *stream = guard.getStreamNativeHandle(guard.getStream(gpu));
  });
}

// Counts the operator calls of this thread, and of the backward passes that it starts, from zero.
uint64_t libtorch_start_counting() {
  {
    const std::lock_guard<std::mutex> lock(counts_lock);
    counts.clear();
  }
  return at::addThreadLocalCallback(at::RecordFunctionCallback(enter, leave).scopes({at::RecordScope::FUNCTION}));
}

// Gives every operator's name with how often it was called, and how often not from within another.
void libtorch_stop_counting(
    uint64_t handle, void (*each)(void*, const char*, int64_t, int64_t), void* receiver) {
  at::removeCallback(handle);
  const std::lock_guard<std::mutex> lock(counts_lock);
  for (const auto& [name, count] : counts) {
    each(receiver, name.c_str(), count.all, count.outermost);
  }
}

} // extern "C"
