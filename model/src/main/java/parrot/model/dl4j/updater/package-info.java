/**
 * AdamW and its learning rates in the three shapes that DL4J asks for: {@code IUpdater} (what is
 * configured), {@code GradientUpdater} (the moments) and {@code GradientsAccumulator} (how an
 * update reaches the parameters).
 */
package parrot.model.dl4j.updater;
