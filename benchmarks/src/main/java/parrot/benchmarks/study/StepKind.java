package parrot.benchmarks.study;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The commands of the program that a study may run, and how each goes on after it was killed. */
enum StepKind {
  SHAPES(false, "--overwrite", ""),
  PREPROCESS(true, "--overwrite", ""),
  ASSEMBLE(false, "--overwrite", ""),
  /** Goes on from its newest checkpoint. */
  TRAIN(true, "--resume", "metrics.jsonl"),
  /** Asks only what it has not asked yet. */
  EVALUATE(true, "", "scores.json");

  private final boolean onSpark;
  private final String again;
  private final String result;

  StepKind(boolean onSpark, String again, String result) {
    this.onSpark = onSpark;
    this.again = again;
    this.result = result;
  }

  /** As the command is called. */
  String command() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<StepKind> of(String command) {
    return Arrays.stream(values()).filter(kind -> kind.command().equals(command)).findFirst();
  }

  static List<String> commands() {
    return Arrays.stream(values()).map(StepKind::command).toList();
  }

  /** Whether it takes a Spark master. */
  boolean onSpark() {
    return onSpark;
  }

  /** Options by which it starts, or goes on if a former try was killed. */
  List<String> again() {
    return again.isEmpty() ? List.of() : List.of(again);
  }

  /** The file in its folder that figures are read from; empty if it has none. */
  String result() {
    return result;
  }
}
