/**
 * The whole network: which parts it has, where their parameters lie, and a step over a ragged
 * batch.
 */
package parrot.model.network;
