/**
 * What every Spark job here needs: the session, Kryo registration, and checks of the environment
 * before anything long begins, with the memory that training takes. Uses no class of a job.
 */
package parrot.jobs.spark;
