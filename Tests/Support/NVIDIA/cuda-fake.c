// The fake driver's functions, called as Sources/CCUDA calls them: compiled, never run. What the table says is held
// against NVIDIA's header in cuda-calls.c, so what agrees with it here is what NVIDIA declares.
#include "FakeCUDA/configuration.c"
#include "FakeCUDA/driver.c"
#undef ENTER
#include "FakeCUDA/memory.c"
#undef ENTER
#include "FakeCUDA/kernels.c"
#include "FakeCUDA/blas.c"

#define CCUDA_TYPES_H
#define ccuda_context struct context *
#define ccuda_module struct module *
#define ccuda_function struct function *
#define ccuda_stream struct stream *
#define ccuda_event struct event *
#define ccuda_address uint64_t
#define ccuda_uuid void
#define ccuda_result int32_t
#define ccuda_attribute int32_t
#define ccuda_jit_option int32_t
#define ccublas_handle void *
#include "CCUDACalls.h"

#define CALLED(wrapper, symbol, older, parameters, arguments) \
    int call_##wrapper parameters; \
    int call_##wrapper parameters { return symbol arguments; }
CCUDA_CALLS(CALLED)
#define CALLED_BLAS(wrapper, symbol, parameters, arguments) CALLED(wrapper##_blas, symbol, none, parameters, arguments)
CCUBLAS_CALLS(CALLED_BLAS)
