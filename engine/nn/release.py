"""What TensorFlow keeps of trainings that are over, and how it is given back.

TensorFlow has no end of life for code that XLA compiled, nor for gradients of one's own (`tf.custom_gradient`, which
Keras's optimisers use as well). Over the variants a run would leave 47 MB and 400 memory mappings behind on average,
and at 65,530 mappings Linux ends the process. There is no public way to free either, so this relies on TensorFlow's
insides; where another version has other insides, memory grows and nothing else happens.

What still stays is the graph of each function that XLA compiled, with the stack of each of its operations, which
TensorFlow never lets go of: some 10 MB for a run unlike any of the last few (see `engine.nn.graph_cache`).
"""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress

import tensorflow as tf

COMPILERS = {
    "xla_device_compiler": "N10tensorflow14DeviceCompilerIN3xla15LocalExecutableENS1_11LocalClientEEE",
    "pjrt_device_compiler": "N10tensorflow14DeviceCompilerIN3xla22PjRtLoadedExecutableENS1_10PjRtClientEEE",
    "device_compilation_profiler": "N10tensorflow25DeviceCompilationProfilerE",
}
"""What a device keeps of compilations, and the C++ types of that, as a compiler writes them."""


def release() -> None:
    """Free what nothing refers to any more, and all that XLA compiled: what is still in use is compiled anew when it
    is called next. To be called between two runs, on the thread that calls TensorFlow; takes 0.05 s."""
    for part in (_forget_gradients, gc.collect, _forget_kernels, _forget_compiled, _trim):
        with suppress(Exception):  # see above: memory is all that may be lost
            part()


def _forget_gradients() -> None:
    """They are looked up while a graph is made, and hold that graph."""
    from tensorflow.python.framework import ops

    registered = ops.gradient_registry._registry
    for name in [name for name in registered if name.startswith("CustomGradient-")]:
        del registered[name]


def _forget_kernels() -> None:
    from tensorflow.python.eager import context

    context.context().clear_kernel_cache()


def _forget_compiled() -> None:
    from tensorflow.core.framework.resource_handle_pb2 import ResourceHandleProto
    from tensorflow.core.framework.tensor_pb2 import TensorProto

    for device in tf.config.list_logical_devices():
        with tf.device(device.name):
            place = tf.zeros([]).backing_device
            for name, kind in COMPILERS.items():
                handle = ResourceHandleProto(device=place, container="localhost", name=name, hash_code=_hash(kind))
                tensor = TensorProto(dtype=tf.resource.as_datatype_enum, resource_handle_val=[handle])
                resource = tf.io.parse_tensor(tensor.SerializeToString(), tf.resource)
                tf.raw_ops.DestroyResourceOp(resource=resource, ignore_lookup_error=True)


def _hash(text: str) -> int:
    """TensorFlow's hash of `text`, 64 bits, put together from its remainders by two divisors."""
    low, rest = (
        int(tf.raw_ops.StringToHashBucket(string_tensor=text, num_buckets=buckets)) for buckets in (2**62, 2**63 - 1)
    )
    return rest if rest % 2**62 == low else rest + 2**63 - 1


def _trim() -> None:
    """glibc keeps freed memory for itself until told otherwise; other libraries do not know the call."""
    ctypes.CDLL(None).malloc_trim(0)
