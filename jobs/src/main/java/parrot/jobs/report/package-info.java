/**
 * Reports that open without a network: one HTML file with its own style, charts and images. Reads
 * what runs leave in files ({@code run.json}, metrics, scores, predictions, manifests); asks no
 * model and starts no Spark.
 */
package parrot.jobs.report;
