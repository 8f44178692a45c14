/**
 * Forward and backward of each part of the network, written once over {@link
 * parrot.model.kernel.Kernels}; no layer touches an element itself, so layers do not know devices.
 *
 * <p>Sizes have one letter each:
 *
 * <table>
 *   <caption>Letters in shape comments</caption>
 *   <tr><td>B</td><td>samples of a batch</td></tr>
 *   <tr><td>N</td><td>tokens of all samples together, visual ones included; samples are never padded</td></tr>
 *   <tr><td>I</td><td>images</td></tr>
 *   <tr><td>P</td><td>visual tokens of an image</td></tr>
 *   <tr><td>D</td><td>hidden size (of the decoder; Dv of the vision tower)</td></tr>
 *   <tr><td>H</td><td>attention heads (K key heads)</td></tr>
 *   <tr><td>F</td><td>feed-forward size</td></tr>
 *   <tr><td>E</td><td>experts</td></tr>
 *   <tr><td>V</td><td>vocabulary</td></tr>
 *   <tr><td>S</td><td>supervised positions</td></tr>
 * </table>
 *
 * <p>{@code forward} and {@code backward} take outputs, saved, inputs, sizes, in that order.
 * Gradients carry the prefix {@code d}. Gradients of parameters accumulate, gradients of
 * activations overwrite.
 */
package parrot.model.layer;
