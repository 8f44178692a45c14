package parrot.jobs.evaluate;

import picocli.CommandLine.Option;

/** Whether answers may depend, in their last bits, on what is answered beside them. */
public final class FastOption {
  @Option(
      names = "--fast",
      description =
          "In bf16, answer many questions at a time in a faster way: the last bits of the model's"
              + " numbers, and so perhaps a word, then depend on what is answered at the same time."
              + " Changes nothing in f32.")
  private boolean fast;

  public boolean given() {
    return fast;
  }
}
