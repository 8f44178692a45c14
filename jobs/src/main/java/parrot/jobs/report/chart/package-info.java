/**
 * Charts as SVG and the markup they are written with. Takes numbers and names; knows nothing of
 * evaluations and files.
 */
package parrot.jobs.report.chart;
