/**
 * The operations that a device must offer, and what offers them: plain loops as the oracle, oneDNN
 * and the Vector API on the processor. Sizes and memory only; no layer, no parameter name.
 *
 * <p>Arguments come in the order outputs, saved values, inputs, sizes. Gradients carry the prefix
 * {@code d}. Gradients of parameters accumulate; gradients of activations overwrite.
 */
package parrot.model.kernel;
