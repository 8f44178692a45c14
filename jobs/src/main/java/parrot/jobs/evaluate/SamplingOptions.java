package parrot.jobs.evaluate;

import parrot.model.generate.Sampling;
import picocli.CommandLine.Option;

/** How the words of an answer are chosen. */
final class SamplingOptions {
  @Option(
      names = "--temperature",
      paramLabel = "NUMBER",
      defaultValue = "0",
      description =
          "0 takes the likeliest token each time; 1 draws as the model says, more flattens that"
              + " (default: ${DEFAULT-VALUE}).")
  private double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      defaultValue = "0",
      description = "Draw from the N likeliest tokens alone (default: 0, from all).")
  private int topK;

  @Option(
      names = "--top-p",
      paramLabel = "SHARE",
      defaultValue = "1",
      description =
          "Draw from the likeliest tokens that have this share together (default: ${DEFAULT-VALUE}).")
  private double topP;

  @Option(
      names = "--min-p",
      paramLabel = "SHARE",
      defaultValue = "0",
      description =
          "Draw from tokens with this share of the likeliest one's probability"
              + " (default: ${DEFAULT-VALUE}).")
  private double minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description = "Above 1 makes repetitions less likely (default: ${DEFAULT-VALUE}).")
  private double repetitionPenalty;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of what is drawn; the same seed draws the same (default: ${DEFAULT-VALUE}).")
  private long seed;

  /**
   * @throws IllegalArgumentException if a value has no meaning
   */
  Sampling sampling() {
    return new Sampling(temperature, topK, topP, minP, repetitionPenalty, seed);
  }
}
