/**
 * Memory that kernels work on: typed, shaped views outside the heap, on the host or on a device.
 * Knows nothing of layers or of what the numbers mean.
 */
package parrot.model.tensor;
