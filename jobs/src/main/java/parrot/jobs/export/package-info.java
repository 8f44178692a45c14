/** Commands that write a model: as the published Python code opens it, or blended with another. */
package parrot.jobs.export;
