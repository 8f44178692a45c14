package parrot.datasets.benchmark;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import parrot.datasets.language.Language;

/**
 * A benchmark's question as published Parrot is asked it: hint, question, options, and an
 * instruction in the benchmark's language, or in English for languages beyond the published six. A
 * question with a Chinese character anywhere gets the Chinese instruction, whatever the benchmark
 * says, as the published evaluation does.
 */
public final class MultipleChoicePrompt {
  private MultipleChoicePrompt() {}

  /**
   * The prompt's text, without the image token; see {@code ChatFormat.queryWithImage}. A caption is
   * asked for in the benchmark's own words.
   */
  public static String of(BenchmarkItem item, Language language) {
    boolean caption = item.open().filter(asked -> asked.kind() == AnswerKind.CAPTION).isPresent();
    return caption
        ? item.hint().map(hint -> hint + "\n").orElse("") + item.question()
        : of(item.question(), item.hint(), item.options(), language);
  }

  /**
   * The prompt's text from its parts.
   *
   * @param options text by letter, in the order to ask them; where there are none an answer in a
   *     few words is asked for
   */
  public static String of(
      String question, Optional<String> hint, Map<Character, String> options, Language language) {
    StringBuilder prompt = new StringBuilder();
    hint.ifPresent(text -> prompt.append(text).append('\n'));
    prompt.append(question);
    if (!options.isEmpty()) {
      prompt.append('\n').append(options(options));
    }
    return prompt + "\n" + instruction(prompt, options.isEmpty(), language);
  }

  /** Options, a line each. */
  static String options(Map<Character, String> options) {
    return options.entrySet().stream()
        .map(option -> option.getKey() + ". " + option.getValue())
        .collect(Collectors.joining("\n"));
  }

  /** The instruction of a question, without the rest of its prompt. */
  static String instruction(BenchmarkItem item, Language language) {
    String shown = item.hint().orElse("") + item.question() + options(item.options());
    return instruction(shown, item.options().isEmpty(), language);
  }

  private static String instruction(CharSequence shown, boolean open, Language language) {
    boolean chinese = shown.chars().anyMatch(c -> c >= 0x4E00 && c <= 0x9FFF);
    return open ? openInstruction(chinese) : instruction(chinese ? Language.ZH : language);
  }

  private static String instruction(Language language) {
    return switch (language.tag()) {
      case "zh" -> "请直接用给定选项中的选项字母回答。";
      case "pt" -> "Responda diretamente com a letra da opção das escolhas dadas.";
      case "ar" -> "أجب مباشرةً بحرف الخيار من الاختيارات المعطاة.";
      case "tr" -> "Verilen seçeneklerden doğrudan seçeneğin harfi ile cevap verin.";
      case "ru" -> "Ответьте буквой варианта из предложенных вариантов напрямую.";
      default -> "Answer with the option's letter from the given choices directly.";
    };
  }

  private static String openInstruction(boolean chinese) {
    return chinese ? "请用单个词或短语回答问题。" : "Answer the question using a single word or phrase.";
  }
}
