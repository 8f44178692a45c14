/**
 * AdamW and its learning rates, and how DL4J has parameters updated in place: {@code IUpdater}
 * (what is configured), {@code GradientUpdater} (the moments) and {@code GradientsAccumulator} (how
 * an update reaches the parameters).
 */
package parrot.model.dl4j.updater;
