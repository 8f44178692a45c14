package parrot.jobs.report;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import parrot.jobs.evaluate.Difference;
import parrot.jobs.metrics.MetricsLine;

/**
 * Everything that a report shows, and nothing about how. Languages are tags ({@code zh}); shares
 * and accuracies are from 0 to 1. Lists and maps may be empty: their sections are left out.
 *
 * @param title what ran
 * @param subtitle when, where and how large, in one line
 * @param stages training runs, in order
 * @param evaluations in the order to show them; the one that matters most has the role MAIN
 * @param comparisons of evaluations over the same questions
 * @param examples images with questions and answers
 * @param asked questions asked freely, without options
 * @param data data sets that were made
 * @param configurations texts by name, such as a resolved YAML
 * @param versions by what they are of
 * @param timings of steps, in order
 * @param commands to try next, with what they do
 */
public record ReportData(
    String title,
    String subtitle,
    List<Stage> stages,
    List<Evaluation> evaluations,
    List<Comparison> comparisons,
    List<Example> examples,
    List<Asked> asked,
    List<DataSet> data,
    Map<String, String> configurations,
    Map<String, String> versions,
    List<Timing> timings,
    List<Command> commands) {

  /**
   * A training run.
   *
   * @param accuracies of its checkpoints, by benchmark
   */
  public record Stage(
      String name, String description, List<MetricsLine> rounds, List<AccuracyByStep> accuracies) {}

  /**
   * Accuracies of a run's checkpoints.
   *
   * @param benchmark with the metric, in words
   * @param languages by tag, then by step
   */
  public record AccuracyByStep(
      String benchmark, Map<String, SortedMap<Integer, Double>> languages) {}

  /** What an evaluation is there for. */
  public enum Role {
    /** The result. */
    MAIN,
    /** The same model at an earlier stage. */
    STAGE,
    /** Another model, to compare with. */
    BASELINE,
    /** The main model before a blank image. */
    BLANK
  }

  /**
   * An evaluation in several languages.
   *
   * @param benchmark such as MMMB
   * @param metric such as {@code plain} or {@code circular}
   * @param average the interval of the mean of the languages, if it is known
   * @param languages accuracy by language, in order
   * @param categories accuracy by category, then by language
   * @param notes what could not be asked or scored, and why
   */
  public record Evaluation(
      String name,
      Role role,
      String benchmark,
      String metric,
      Optional<Interval> average,
      Map<String, Accuracy> languages,
      Map<String, Map<String, Accuracy>> categories,
      List<String> notes) {}

  /**
   * A 95 % interval.
   *
   * @param clusters of answers that are not independent
   */
  public record Interval(double low, double high, long clusters) {}

  /**
   * How many questions were answered right.
   *
   * @param n questions
   * @param low lower end of the 95 % interval of the accuracy
   * @param high upper end
   * @param chance what guessing gives
   * @param unparsable answers that name no option
   * @param missing questions without an answer
   * @param problem why there is no result; empty where there is one
   */
  public record Accuracy(
      long n,
      double accuracy,
      double low,
      double high,
      double chance,
      long unparsable,
      long refused,
      long missing,
      String problem) {
    boolean failed() {
      return !problem.isEmpty();
    }
  }

  /**
   * How much better one evaluation is than another on the same questions, with its interval.
   *
   * @param n answers of each
   * @param questions clusters of them: translations of a question are one
   * @param smallest the smallest difference that these questions show at 80 % power
   * @param pValue of the languages, corrected after Holm
   * @param verdict in words
   */
  public record Comparison(
      String name,
      String than,
      String benchmark,
      String metric,
      String language,
      long n,
      long questions,
      double difference,
      double low,
      double high,
      double smallest,
      double pValue,
      String verdict) {
    /**
     * A difference of two evaluations.
     *
     * @param name of the first, as {@code than} is of the second
     */
    public static Comparison of(String name, String than, Difference one) {
      return new Comparison(
          name,
          than,
          one.benchmark(),
          one.metric(),
          one.language(),
          one.comparison().n(),
          one.comparison().clusters(),
          one.comparison().difference(),
          one.comparison().low(),
          one.comparison().high(),
          one.comparison().smallestDifference(),
          one.pValue(),
          one.verdict().label());
    }

    boolean tooSmall() {
      return Math.abs(difference) < smallest;
    }
  }

  /**
   * An image with the same question in several languages.
   *
   * @param mediaType of the image, such as {@code image/png}
   * @param image its file; empty for a question about none
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier
  public record Example(String name, String mediaType, byte[] image, List<Answered> answers) {}

  /**
   * @param options text by letter
   * @param answer the right letter
   * @param prediction what the model said
   * @param matched the letter it counts as; empty for none
   */
  public record Answered(
      String language,
      String question,
      Map<String, String> options,
      String answer,
      String prediction,
      String matched) {
    boolean right() {
      return !matched.isEmpty() && matched.equals(answer);
    }
  }

  /** A question asked freely. */
  @SuppressWarnings("ArrayRecordComponent") // a carrier
  public record Asked(
      String language, String question, String answer, String mediaType, byte[] image) {}

  /** Rows that came in and what became of them. */
  public record DataSet(
      String name,
      long read,
      long written,
      long duplicate,
      long rejected,
      Map<String, Long> languages,
      Map<String, Long> reasons) {}

  /** How long a step took. */
  public record Timing(String step, double seconds) {}

  /** A command to type, and what it does. */
  public record Command(String does, String line) {}
}
