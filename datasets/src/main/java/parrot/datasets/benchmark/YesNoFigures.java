package parrot.datasets.benchmark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import parrot.datasets.matching.Match;

/**
 * What is published of yes/no questions beside accuracy: precision, recall and F1 of yes, and the
 * share of yes (POPE, arXiv 2305.10355); and MME's score (arXiv 2306.13394), the sum over
 * categories of accuracy and paired accuracy in points. An answer that is neither is not a yes.
 */
final class YesNoFigures {
  private static final Set<String> COGNITION =
      Set.of(
          "code_reasoning", "commonsense_reasoning", "numerical_calculation", "text_translation");

  private YesNoFigures() {}

  static SortedMap<String, Double> of(List<ScoredQuestion> plain, List<ScoredQuestion> paired) {
    SortedMap<String, Double> figures = new TreeMap<>();
    boolean yesNo =
        plain.stream()
            .allMatch(
                one -> one.item().open().filter(o -> o.kind() == AnswerKind.YES_NO).isPresent());
    if (plain.isEmpty() || !yesNo) {
      return figures;
    }
    addYes(figures, "", plain);
    Map<String, List<ScoredQuestion>> categories = byCategory(plain);
    if (categories.size() > 1 && paired.isEmpty()) {
      categories.forEach((category, own) -> addYes(figures, " of " + category, own));
    }
    if (!paired.isEmpty()) {
      addMme(figures, categories, byCategory(paired));
    }
    return figures;
  }

  private static Map<String, List<ScoredQuestion>> byCategory(List<ScoredQuestion> questions) {
    return questions.stream()
        .collect(
            Collectors.groupingBy(
                one -> one.item().category(), LinkedHashMap::new, Collectors.toList()));
  }

  private static void addYes(
      SortedMap<String, Double> figures, String of, List<ScoredQuestion> questions) {
    int yes = 0;
    int said = 0;
    int both = 0;
    for (ScoredQuestion question : questions) {
      boolean isYes =
          question
              .item()
              .open()
              .filter(asked -> !asked.accepted().isEmpty())
              .flatMap(asked -> YesNo.of(asked.accepted().get(0)))
              .equals(Optional.of(YesNo.YES));
      boolean saidYes =
          question.matches().stream()
              .map(Match::option)
              .anyMatch(option -> option.equals(Optional.of(YesNo.YES)));
      yes += isYes ? 1 : 0;
      said += saidYes ? 1 : 0;
      both += isYes && saidYes ? 1 : 0;
    }
    figures.put("precision" + of, said == 0 ? 0 : (double) both / said);
    figures.put("recall" + of, yes == 0 ? 0 : (double) both / yes);
    figures.put("f1" + of, yes + said == 0 ? 0 : 2.0 * both / (yes + said));
    figures.put("yes ratio" + of, (double) said / questions.size());
  }

  private static void addMme(
      SortedMap<String, Double> figures,
      Map<String, List<ScoredQuestion>> plain,
      Map<String, List<ScoredQuestion>> paired) {
    for (String category : plain.keySet()) {
      double points =
          100 * ScoredQuestion.score(plain.get(category)).accuracy()
              + 100 * ScoredQuestion.score(paired.get(category)).accuracy();
      String part =
          COGNITION.contains(category.toLowerCase(Locale.ROOT)) ? "cognition" : "perception";
      figures.merge("mme " + part, points, Double::sum);
    }
  }
}
