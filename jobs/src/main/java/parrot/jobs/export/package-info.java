/**
 * Commands that write a model: put together from parts, as the published Python code opens it,
 * blended with another, or with an adapter merged into it.
 */
package parrot.jobs.export;
