package parrot.datasets.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import parrot.datasets.matching.Match;

/** Yes/no questions in pairs about one image, as MME asks them (arXiv 2306.13394). */
final class ImagePairs {
  private ImagePairs() {}

  /**
   * Pairs, each as its first question, right if both are; none unless all questions are yes/no ones
   * whose image is known, and each image of a category has two.
   */
  static List<ScoredQuestion> of(List<ScoredQuestion> questions) {
    Map<List<String>, List<ScoredQuestion>> byImage = new LinkedHashMap<>();
    for (ScoredQuestion question : questions) {
      BenchmarkItem item = question.item();
      boolean yesNo = item.open().filter(one -> one.kind() == AnswerKind.YES_NO).isPresent();
      if (!yesNo || item.imageHash().isEmpty()) {
        return List.of();
      }
      byImage
          .computeIfAbsent(List.of(item.category(), item.imageHash()), key -> new ArrayList<>())
          .add(question);
    }
    boolean twos = byImage.values().stream().allMatch(pair -> pair.size() == 2);
    return twos ? byImage.values().stream().map(ImagePairs::both).toList() : List.of();
  }

  private static ScoredQuestion both(List<ScoredQuestion> pair) {
    ScoredQuestion one = pair.get(0);
    ScoredQuestion other = pair.get(1);
    boolean hit = one.hit() && other.hit();
    List<Match> matches = new ArrayList<>(one.matches());
    matches.addAll(other.matches());
    return new ScoredQuestion(
        one.item(),
        one.rule(),
        one.chance() * other.chance(),
        matches,
        hit ? 1 : 0,
        hit,
        one.unparsable() || other.unparsable(),
        one.refused() || other.refused(),
        one.missing() || other.missing());
  }
}
