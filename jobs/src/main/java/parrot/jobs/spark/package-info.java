/**
 * What every Spark job here needs: the session, Kryo registration, and checks of the environment
 * before anything long begins. Knows no single job.
 */
package parrot.jobs.spark;
