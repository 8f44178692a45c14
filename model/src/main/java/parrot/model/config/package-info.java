/**
 * Records read from published {@code config.json} files, and the folder that a model lies in.
 * Values that are impossible, contradictory or ask for something that is not computed here are
 * errors; keys that do not change the computation are kept and written back.
 */
package parrot.model.config;
