/**
 * Which rows say or show nearly the same: prints of texts and images, small enough to be compared
 * by the million, and the keys that bring prints that are alike together. Knows no files and no
 * Spark.
 */
package parrot.datasets.near;
