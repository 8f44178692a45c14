/** AdamW and its learning rates as DL4J's updaters want them. */
package parrot.model.dl4j.updater;
