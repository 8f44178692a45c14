package parrot.datasets.shapes;

import java.util.Objects;
import parrot.datasets.DataException;

/**
 * What world to make; {@link #builder()} starts from the defaults.
 *
 * @param seed examples are a function of the seed and their index alone
 * @param captions stage 1 examples to train on
 * @param conversations stage 2 examples to train on
 * @param text examples of the text corpus to train on; 0 for none
 * @param heldout examples of each of these kinds that are made and not trained on
 * @param benchmarkQuestions questions per language
 * @param languages of conversations
 * @param textLanguages of the text corpus
 * @param captionsInAllLanguages captions by {@code languages} too; otherwise English, as real ones
 *     are
 * @param imageSize width and height in pixels
 * @param jpegShare share of images written as JPEG; the others are PNG
 * @param multipleChoiceAnswers what multiple choice questions are answered by in training
 */
public record ShapesConfig(
    long seed,
    int captions,
    int conversations,
    int text,
    int heldout,
    int benchmarkQuestions,
    LanguageMixture languages,
    LanguageMixture textLanguages,
    boolean captionsInAllLanguages,
    int imageSize,
    double jpegShare,
    MultipleChoiceAnswers multipleChoiceAnswers,
    ConversationShares conversationShares,
    TextShares textShares) {

  /** Below this a small shape is a few pixels. */
  static final int SMALLEST_PICTURE = 28;

  /** Above this the world is too large for what it is. */
  static final int LARGEST_PICTURE = 2048;

  public ShapesConfig {
    notNegative("captions", captions);
    notNegative("conversations", conversations);
    notNegative("text", text);
    notNegative("heldout", heldout);
    notNegative("benchmarkQuestions", benchmarkQuestions);
    Objects.requireNonNull(languages, "languages");
    Objects.requireNonNull(textLanguages, "textLanguages");
    Objects.requireNonNull(multipleChoiceAnswers, "multipleChoiceAnswers");
    Objects.requireNonNull(conversationShares, "conversationShares");
    Objects.requireNonNull(textShares, "textShares");
    if (imageSize < SMALLEST_PICTURE || imageSize > LARGEST_PICTURE) {
      throw new DataException(
          "Invalid imageSize: "
              + imageSize
              + (" (must be " + SMALLEST_PICTURE + " to " + LARGEST_PICTURE + ")"));
    }
    if (!(jpegShare >= 0 && jpegShare <= 1)) {
      throw new DataException("Invalid jpegShare: " + jpegShare + " (must be 0 to 1)");
    }
  }

  private static void notNegative(String key, int value) {
    if (value < 0) {
      throw new DataException("Invalid " + key + ": " + value + " (must not be negative)");
    }
  }

  /** The defaults, to be changed one by one. */
  public static Builder builder() {
    return new Builder();
  }

  /** This configuration, to be changed one by one. */
  Builder toBuilder() {
    return new Builder()
        .seed(seed)
        .captions(captions)
        .conversations(conversations)
        .text(text)
        .heldout(heldout)
        .benchmarkQuestions(benchmarkQuestions)
        .languages(languages)
        .textLanguages(textLanguages)
        .captionsInAllLanguages(captionsInAllLanguages)
        .imageSize(imageSize)
        .jpegShare(jpegShare)
        .multipleChoiceAnswers(multipleChoiceAnswers)
        .conversationShares(conversationShares)
        .textShares(textShares);
  }

  /** Collects a configuration; its values are checked at the end. */
  public static final class Builder {
    private long seed = 1;
    private int captions = 8000;
    private int conversations = 16000;
    private int text = 0;
    private int heldout = 500;
    private int benchmarkQuestions = 400;
    private LanguageMixture languages = LanguageMixture.ENGLISH_HEAVY;
    private LanguageMixture textLanguages = LanguageMixture.UNIFORM;
    private boolean captionsInAllLanguages = false;
    private int imageSize = 112;
    private double jpegShare = 0.75;
    private MultipleChoiceAnswers multipleChoiceAnswers = MultipleChoiceAnswers.LETTER;
    private ConversationShares conversationShares = ConversationShares.DEFAULT;
    private TextShares textShares = TextShares.DEFAULT;

    private Builder() {}

    public Builder seed(long value) {
      seed = value;
      return this;
    }

    public Builder captions(int value) {
      captions = value;
      return this;
    }

    public Builder conversations(int value) {
      conversations = value;
      return this;
    }

    public Builder text(int value) {
      text = value;
      return this;
    }

    public Builder heldout(int value) {
      heldout = value;
      return this;
    }

    public Builder benchmarkQuestions(int value) {
      benchmarkQuestions = value;
      return this;
    }

    public Builder languages(LanguageMixture value) {
      languages = value;
      return this;
    }

    public Builder textLanguages(LanguageMixture value) {
      textLanguages = value;
      return this;
    }

    public Builder captionsInAllLanguages(boolean value) {
      captionsInAllLanguages = value;
      return this;
    }

    public Builder imageSize(int value) {
      imageSize = value;
      return this;
    }

    public Builder jpegShare(double value) {
      jpegShare = value;
      return this;
    }

    public Builder multipleChoiceAnswers(MultipleChoiceAnswers value) {
      multipleChoiceAnswers = value;
      return this;
    }

    public Builder conversationShares(ConversationShares value) {
      conversationShares = value;
      return this;
    }

    public Builder textShares(TextShares value) {
      textShares = value;
      return this;
    }

    /**
     * @throws DataException if a value is out of range
     */
    public ShapesConfig build() {
      return new ShapesConfig(
          seed,
          captions,
          conversations,
          text,
          heldout,
          benchmarkQuestions,
          languages,
          textLanguages,
          captionsInAllLanguages,
          imageSize,
          jpegShare,
          multipleChoiceAnswers,
          conversationShares,
          textShares);
    }
  }
}
