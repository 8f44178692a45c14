package parrot.datasets.shapes;

import java.util.List;

/** What a human's turn is made of. */
final class Prompts {
  static final String IMAGE = "<image>\n";

  private Prompts() {}

  /** The question with lettered options and the instruction as the last line, as published. */
  static String choice(String question, List<String> options, String instruction) {
    StringBuilder text = new StringBuilder(question);
    for (int i = 0; i < options.size(); i++) {
      text.append('\n').append((char) ('A' + i)).append(". ").append(options.get(i));
    }
    return instruction.isEmpty()
        ? text.toString()
        : text.append('\n').append(instruction).toString();
  }

  static List<String> options(SceneQuestion question, Wording wording) {
    return question.options().stream().map(wording::option).toList();
  }

  /** A question with its options and the published instruction. */
  static String choice(SceneQuestion question, Wording wording) {
    return choice(
        wording.question(question),
        options(question, wording),
        wording.phrases().letterInstruction());
  }

  static String choiceAnswer(
      SceneQuestion question, Wording wording, MultipleChoiceAnswers answers) {
    return answers == MultipleChoiceAnswers.LETTER
        ? String.valueOf(question.letter())
        : wording.option(question.right());
  }

  static String sentence(SceneQuestion question, Wording wording) {
    return wording.question(question) + "\n" + wording.phrases().sentenceInstruction();
  }
}
