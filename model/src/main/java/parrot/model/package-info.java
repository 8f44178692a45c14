/**
 * What Parrot computes: configuration, tensors, kernels, layers, weights, and the DL4J graph around
 * them. Knows neither Spark nor how examples are stored.
 */
package parrot.model;
