/**
 * The contract of devices: the operations that each must offer ({@link
 * parrot.model.kernel.Kernels}), the checks of their arguments, and how a device is found by name.
 * Each device has a package of its own below this one and its line in {@code META-INF/services};
 * nothing else names it. Sizes and memory only; no layer, no parameter name.
 *
 * <p>Arguments come in the order outputs, saved values, inputs, sizes. Gradients carry the prefix
 * {@code d}. Gradients of parameters accumulate; gradients of activations overwrite.
 */
package parrot.model.kernel;
