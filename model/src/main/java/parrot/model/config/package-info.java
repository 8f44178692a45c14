/**
 * The strict reader of configurations, and the records read from published {@code config.json}
 * files. Values that are impossible, contradictory or ask for something that is not computed here
 * are errors; keys that do not change the computation are kept and written back.
 */
package parrot.model.config;
