/**
 * Model folders, and safetensors in and out under the published tensor names: single files, shards
 * with an index, the list of tensors that a configuration asks for, and starting values for parts
 * that a checkpoint does not hold. Files lie in any Hadoop file system.
 */
package parrot.model.weights;
