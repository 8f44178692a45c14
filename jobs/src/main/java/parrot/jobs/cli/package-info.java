/**
 * The command line: commands, exit codes, messages, progress. Loads no Spark class before a command
 * that needs one runs, so that {@code --help} answers at once.
 */
package parrot.jobs.cli;
