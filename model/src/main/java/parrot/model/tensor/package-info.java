/**
 * Memory that kernels work on: typed, shaped views of off-heap buffers. Knows nothing of layers or
 * of what the numbers mean.
 */
package parrot.model.tensor;
