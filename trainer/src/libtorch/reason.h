// How the bridges to libtorch tell what went wrong: null, or a text to be freed with `libtorch_free_text`.
#pragma once

#include <c10/util/Exception.h>
#include <cstring>
#include <exception>

template <typename Work>
char* reason_of(Work work) {
  try {
    work();
    return nullptr;
  } catch (const c10::Error& error) {
    return strdup(error.what_without_backtrace());
  } catch (const std::exception& error) {
    return strdup(error.what());
  } catch (...) {
    return strdup("unknown reason");
  }
}
