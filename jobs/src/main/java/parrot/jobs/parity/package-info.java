/**
 * Proof that a ported checkpoint means the same here: reference cases are computed and held against
 * what another implementation computed. The cases' folders describe themselves; nothing here
 * computes what the model and datasets modules do not offer to everyone.
 */
package parrot.jobs.parity;
