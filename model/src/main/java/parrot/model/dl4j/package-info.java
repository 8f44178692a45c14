/**
 * The DL4J graph around the network: the vertex and its last layer, the updater with its schedule,
 * and the bridge between ragged batches and DL4J's data sets. Nothing but the batch, the loss, the
 * parameters and the gradients crosses into DL4J; no arithmetic of the network is here.
 */
package parrot.model.dl4j;
