/**
 * Models as stages of other people's Spark jobs, over the engine that everything else is answered
 * by. No files are written here, and nothing is scored.
 */
package parrot.jobs.dataframe;
