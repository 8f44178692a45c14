/**
 * Model folders: safetensors in and out and PyTorch files in, single or in shards with an index,
 * under the published tensor names; the list of tensors that a configuration asks for; starting
 * values for parts that a checkpoint does not hold; and models blended with another or changed by
 * an adapter. Files lie in any Hadoop file system.
 */
package parrot.model.weights;
