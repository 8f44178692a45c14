/**
 * What the cluster does: preprocess, train, evaluate, report, and the command line that starts it.
 * Joins data and model; no arithmetic here.
 */
package parrot.jobs;
