/**
 * Which rows are trained on, in which order and mixture of languages, and by which replica: a
 * function of seed and epoch alone.
 */
package parrot.datasets.order;
