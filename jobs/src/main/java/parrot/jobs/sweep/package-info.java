/**
 * Many models evaluated on many benchmarks, and the page that shows it. Nothing is asked or scored
 * here: each model is an evaluation of its own.
 */
package parrot.jobs.sweep;
