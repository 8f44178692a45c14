package parrot.datasets.shapes;

/**
 * Shares of the tasks of the text corpus; any positive sum.
 *
 * @param caption a description made into the English caption, asked for as in stage 1
 * @param ownCaption the same in another language, asked for in that language
 * @param shortAnswer a question about a description, answered in a word or two
 * @param sentence the same answered in a sentence
 * @param choice the same with options, answered as {@link ShapesConfig#multipleChoiceAnswers} says
 * @param choiceText the same with a line that asks for the option's text
 * @param letters options without a description: which option says this, what does that option say
 * @param facts opposites, corners, sums
 * @param severalTurns two to four questions about one description, with and without options
 */
public record TextShares(
    double caption,
    double ownCaption,
    double shortAnswer,
    double sentence,
    double choice,
    double choiceText,
    double letters,
    double facts,
    double severalTurns) {

  public static final TextShares DEFAULT =
      new TextShares(0.10, 0.05, 0.14, 0.05, 0.10, 0.03, 0.06, 0.03, 0.44);

  public TextShares {
    ConversationShares.check(
        caption,
        ownCaption,
        shortAnswer,
        sentence,
        choice,
        choiceText,
        letters,
        facts,
        severalTurns);
  }

  double[] weights() {
    return new double[] {
      caption, ownCaption, shortAnswer, sentence, choice, choiceText, letters, facts, severalTurns
    };
  }
}
