/** The command that writes a model as the published Python code opens it. Computes nothing. */
package parrot.jobs.export;
