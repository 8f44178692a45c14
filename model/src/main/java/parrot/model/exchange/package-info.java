/**
 * What replicas tell each other between steps: how values are encoded, averaged and stepped on, a
 * chunk of the flat vectors at a time. Plain arithmetic on arrays of bytes; no Spark, no network.
 */
package parrot.model.exchange;
