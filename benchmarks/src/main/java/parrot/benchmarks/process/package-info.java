/**
 * Every side of a comparison is a process of its own, so that memory, page faults and environment
 * are its own: a child builds its model once and answers one line for every line it is sent.
 */
package parrot.benchmarks.process;
