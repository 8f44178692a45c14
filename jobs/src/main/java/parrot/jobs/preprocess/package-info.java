/**
 * The scheduled job that turns raw conversations and images into shards. Every row that comes in
 * leaves as written, duplicate or rejected with a reason, and the three add up; what comes out does
 * not depend on how many machines there were. No format is known here: those are in {@code
 * parrot.datasets}.
 */
package parrot.jobs.preprocess;
