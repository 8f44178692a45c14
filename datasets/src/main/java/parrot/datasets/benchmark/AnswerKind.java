package parrot.datasets.benchmark;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import parrot.datasets.UsageException;

/** What answers a benchmark without options asks for, and by which published rule they count. */
public enum AnswerKind {
  /** Yes or no: POPE (arXiv 2305.10355), MME (arXiv 2306.13394). */
  YES_NO,
  /** A few words, by agreement with the answers of people: VQA (arXiv 1505.00468), TextVQA. */
  VQA,
  /** A few words, by edit distance: DocVQA, InfographicVQA (ANLS, arXiv 1907.00490). */
  ANLS,
  /** A number within 5 %, or a word: ChartQA (arXiv 2203.10244). */
  RELAXED,
  /** One of the right answers, in any case. */
  EXACT,
  /** A description, which is kept and not scored. */
  CAPTION;

  /** In a name, which kind it tells; the first that fits. */
  private static final List<Published> PUBLISHED =
      List.of(
          new Published("pope", YES_NO),
          new Published("textvqa", VQA),
          new Published("docvqa", ANLS),
          new Published("infovqa", ANLS),
          new Published("infographicvqa", ANLS),
          new Published("chartqa", RELAXED),
          new Published("ocrvqa", EXACT),
          new Published("gqa", EXACT),
          new Published("vqa", VQA),
          new Published("vizwiz", VQA),
          new Published("coco", CAPTION),
          new Published("caption", CAPTION),
          new Published("flickr", CAPTION),
          new Published("nocaps", CAPTION));

  private record Published(String name, AnswerKind kind) {}

  /** As it is written in files and on the command line: {@code yes-no}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The kind of a name.
   *
   * @throws UsageException if there is none; the message lists those there are
   */
  public static AnswerKind of(String label) {
    return Arrays.stream(values())
        .filter(kind -> kind.label().equalsIgnoreCase(label))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "%s is not a kind of answers (must be one of %s)"
                        .formatted(
                            label,
                            String.join(
                                ", ", Arrays.stream(values()).map(AnswerKind::label).toList()))));
  }

  /**
   * The kind of a benchmark that does not say it: by its name, else yes or no if all its right
   * answers are, else exact.
   */
  static AnswerKind publishedFor(String benchmark, Collection<String> answers) {
    boolean yesNo =
        !answers.isEmpty() && answers.stream().allMatch(answer -> YesNo.of(answer).isPresent());
    String name = benchmark.toLowerCase(Locale.ROOT);
    Optional<AnswerKind> told =
        PUBLISHED.stream()
            .filter(one -> name.contains(one.name()))
            .map(Published::kind)
            .findFirst();
    return yesNo ? YES_NO : told.filter(kind -> kind != YES_NO).orElse(EXACT);
  }
}
