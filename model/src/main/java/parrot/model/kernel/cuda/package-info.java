/**
 * Kernels for NVIDIA's cards: our own in CUDA C++, which lie among the resources, and matrix
 * products in cuBLASLt's terms, both behind {@link parrot.model.kernel.cuda.Device}. Nothing here
 * reads a tensor in place.
 */
package parrot.model.kernel.cuda;
