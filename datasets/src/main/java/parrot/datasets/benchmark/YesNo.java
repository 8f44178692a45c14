package parrot.datasets.benchmark;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import parrot.datasets.language.Language;
import parrot.datasets.language.UnicodeText;
import parrot.datasets.matching.FinalPart;
import parrot.datasets.matching.Match;
import parrot.datasets.matching.Reason;

/**
 * Reads yes or no from an answer. The published rules count an answer that has one of the English
 * words and not the other (VLMEvalKit's {@code YOrN_Extraction}); {@link MatchingRule#MULTILINGUAL}
 * also takes the words of the question's language, and the first word if both occur ("No, there is
 * no dog. Yes, there is a cat").
 */
final class YesNo {
  static final char YES = 'Y';
  static final char NO = 'N';

  private static final Pattern NO_WORD = Pattern.compile("[^\\p{L}\\p{M}\\p{N}]+");

  /** Chinese has no spaces between words; the longer ones first. */
  private static final Pattern CHINESE =
      Pattern.compile("(不存在|不正确|不是|没有|不对|错误|存在|正确|是的|对的|否|是|有|对)");

  private YesNo() {}

  /**
   * Yes or no as a benchmark writes its right answers: one word, of any of the six languages, or
   * its first letter in English; empty if it is neither.
   */
  static Optional<Character> of(String answer) {
    String letter = UnicodeText.strip(answer).toUpperCase(Locale.ROOT);
    if (letter.equals("Y") || letter.equals("N")) {
      return Optional.of(letter.charAt(0));
    }
    return Language.PUBLISHED.stream()
        .map(language -> alone(answer, language))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<Character> alone(String answer, Language language) {
    List<String> words = words(answer, language);
    return words.size() == 1 ? meaning(words.get(0), language) : Optional.empty();
  }

  static Match match(String answer, MatchingRule rule, Language language) {
    boolean multilingual = rule == MatchingRule.MULTILINGUAL;
    Optional<String> said = multilingual ? FinalPart.of(answer) : Optional.of(answer);
    if (said.isEmpty()) {
      return new Match(Optional.empty(), Reason.CUT_OFF);
    }
    String text = said.get();
    List<String> words = words(text, multilingual ? language : Language.EN);
    Language spoken = multilingual ? language : Language.EN;
    List<Character> named =
        words.stream()
            .map(word -> meaning(word, spoken).or(() -> meaning(word, Language.EN)))
            .flatMap(Optional::stream)
            .toList();
    if (named.isEmpty()) {
      return new Match(Optional.empty(), Reason.NONE_NAMED);
    }
    boolean both = named.contains(YES) && named.contains(NO);
    boolean first =
        meaning(words.get(0), spoken).or(() -> meaning(words.get(0), Language.EN)).isPresent();
    if (both && !(multilingual && first)) {
      return new Match(Optional.empty(), Reason.SEVERAL_NAMED);
    }
    return new Match(Optional.of(named.get(0)), both ? Reason.LETTER_FIRST : Reason.STATED);
  }

  /** Words in lower case; of Chinese, which has no spaces, the words that mean yes or no. */
  private static List<String> words(String text, Language language) {
    String lower = text.toLowerCase(language.locale());
    String spaced =
        language.equals(Language.ZH) ? CHINESE.matcher(lower).replaceAll(" $1 ") : lower;
    return List.of(NO_WORD.split(spaced)).stream().filter(word -> !word.isEmpty()).toList();
  }

  private static Optional<Character> meaning(String word, Language language) {
    if (yes(language).contains(word)) {
      return Optional.of(YES);
    }
    return no(language).contains(word) ? Optional.of(NO) : Optional.empty();
  }

  private static Set<String> yes(Language language) {
    return switch (language.tag()) {
      case "en" -> Set.of("yes");
      case "zh" -> Set.of("是", "是的", "有", "对", "对的", "存在", "正确");
      case "pt" -> Set.of("sim");
      case "ar" -> Set.of("نعم", "أجل", "اجل", "بلى");
      case "tr" -> Set.of("evet", "var");
      case "ru" -> Set.of("да");
      default -> Set.of();
    };
  }

  private static Set<String> no(Language language) {
    return switch (language.tag()) {
      case "en" -> Set.of("no");
      case "zh" -> Set.of("不是", "没有", "没", "不对", "不", "否", "不存在", "不正确", "错", "错误");
      case "pt" -> Set.of("não", "nao");
      case "ar" -> Set.of("لا", "كلا", "لأ");
      case "tr" -> Set.of("hayır", "hayir", "yok");
      case "ru" -> Set.of("нет");
      default -> Set.of();
    };
  }
}
