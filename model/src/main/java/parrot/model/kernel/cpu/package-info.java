/** Kernels for processors: oneDNN for matrix products, the Vector API for the rest. */
package parrot.model.kernel.cpu;
