/**
 * Checks that a ported checkpoint computes the same here: reference cases are computed and compared
 * with the results of another implementation. Cases are recognised by the files in their folders.
 * All computation is done by the model and datasets modules.
 */
package parrot.jobs.parity;
