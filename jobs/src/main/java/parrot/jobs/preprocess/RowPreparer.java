package parrot.jobs.preprocess;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.conversation.ChatFormat;
import parrot.datasets.conversation.ControlTokens;
import parrot.datasets.conversation.Conversation;
import parrot.datasets.conversation.FormattedConversation;
import parrot.datasets.conversation.TextTokenizer;
import parrot.datasets.conversation.UnusableConversationException;
import parrot.datasets.image.DataUri;
import parrot.datasets.image.ImageDecoder;
import parrot.datasets.image.ImagePreparation;
import parrot.datasets.image.ImageSignature;
import parrot.datasets.image.RgbImage;
import parrot.datasets.image.UnusableImageException;
import parrot.datasets.language.Language;
import parrot.datasets.language.LanguageIdentifier;
import parrot.datasets.near.TextPrint;
import parrot.datasets.shard.ShardSchema;
import parrot.datasets.shard.TrainingExample;
import parrot.datasets.source.ImageRoot;
import parrot.datasets.source.Reject;
import parrot.datasets.source.RejectReason;
import parrot.datasets.source.SourceExample;
import parrot.datasets.source.SourceRow;
import parrot.datasets.storage.Digests;

/** Turns a source row into a training example, or says why it cannot be one. */
final class RowPreparer {
  private final PreprocessOptions options;
  private final ImageRoot images;
  private final ImageDecoder decoder;
  private final ImagePreparation preparation;
  private final TextTokenizer tokenizer;
  private final BenchmarkImages benchmarkImages;

  /**
   * @param benchmarkImages images that must not be trained on
   */
  RowPreparer(
      PreprocessOptions options,
      ImageRoot images,
      TextTokenizer tokenizer,
      BenchmarkImages benchmarkImages) {
    this.options = options;
    this.images = images;
    this.decoder = new ImageDecoder(options.imageRules());
    this.preparation = new ImagePreparation(options.vision(), options.imageSize());
    this.tokenizer = tokenizer;
    this.benchmarkImages = benchmarkImages;
  }

  /** What became of a row: a {@link PreparedRow} or a {@link Rejected} one. */
  sealed interface RowOutcome permits PreparedRow, Rejected {}

  /** A row that cannot be trained on. */
  record Rejected(Reject reject) implements RowOutcome {
    private static Rejected of(SourceExample source, RejectReason reason, String message) {
      return new Rejected(new Reject(source.origin(), source.id(), reason, message));
    }
  }

  /**
   * @throws IOException if the file system fails, which is not a defect of the row
   */
  RowOutcome prepare(SourceRow source) throws IOException {
    return source instanceof SourceExample example
        ? prepare(example)
        : new Rejected((Reject) source);
  }

  private RowOutcome prepare(SourceExample source) throws IOException {
    try {
      return format(source);
    } catch (UnusableConversationException e) {
      return Rejected.of(source, RejectReason.of(e.problem()), e.getMessage());
    } catch (UnusableImageException e) {
      return Rejected.of(source, RejectReason.of(e.reason()), e.at(imageName(source)).getMessage());
    }
  }

  private RowOutcome format(SourceExample source) throws IOException {
    Conversation conversation = source.conversation();
    if (conversation.hasImageToken()) {
      conversation = conversation.withImageFirst();
    }
    Language language;
    try {
      language = language(source);
    } catch (DataException e) {
      return Rejected.of(source, RejectReason.UNKNOWN_LANGUAGE, e.getMessage());
    }
    Optional<BenchmarkImages.Leak> asked =
        benchmarkImages.findQuestion(source.conversation().text());
    if (asked.isPresent()) {
      return Rejected.of(
          source, asked.get().reason(), "Cannot use the text: " + asked.get().message());
    }
    FormattedConversation formatted =
        ChatFormat.format(conversation, tokenizer, options.controlTokens())
            .requireAnswerAndImageWithin(options.maxLength(), options.visualTokens());
    int kept = keptTokens(formatted.inputIds());
    int[] ids = Arrays.copyOf(formatted.inputIds(), kept);
    int[] labels = Arrays.copyOf(formatted.labels(), kept);
    // The image last: it is what costs time.
    Image image = source.imagePath().isPresent() ? image(source.imagePath().get()) : null;
    byte[] pixels = image == null ? null : image.pixels();
    Optional<BenchmarkImages.Leak> leak =
        image == null ? Optional.empty() : benchmarkImages.find(pixels, image.decoded());
    if (leak.isPresent()) {
      return Rejected.of(
          source,
          leak.get().reason(),
          "Cannot use the image " + imageName(source) + ": " + leak.get().message());
    }
    return new PreparedRow(
        new TrainingExample(
            source.id(), language, ids, labels, pixels, source.origin(), scores(source, image)),
        content(pixels, formatted.prompt()),
        kept < formatted.inputIds().length,
        notes(source),
        prints(source, image));
  }

  private static SortedMap<String, Object> scores(SourceExample source, Image image) {
    SortedMap<String, Object> scores = new TreeMap<>(source.columns());
    if (image != null) {
      scores.put(ShardSchema.IMAGE_WIDTH, image.decoded().width());
      scores.put(ShardSchema.IMAGE_HEIGHT, image.decoded().height());
    }
    return scores;
  }

  private byte[] prints(SourceExample source, Image image) {
    if (options.nearDuplicates() == NearDuplicates.KEEP) {
      return new byte[0];
    }
    ByteBuffer prints =
        ByteBuffer.allocate(TextPrint.BYTES + (image == null ? 0 : ImageSignature.BYTES));
    TextPrint.of(source.conversation().text()).put(prints);
    if (image != null) {
      ImageSignature.of(image.decoded()).put(prints);
    }
    return prints.array();
  }

  private SortedSet<String> notes(SourceExample source) {
    SortedSet<String> notes = new TreeSet<>(source.notes());
    if (ChatFormat.hasControlToken(source.conversation(), tokenizer)) {
      notes.add(
          options.controlTokens() == ControlTokens.TEXT
              ? "control tokens in the text, kept as text"
              : "control tokens in the text, learned as such");
    }
    return notes;
  }

  /** A whole image, and what the vision encoder gets of it. */
  private record Image(RgbImage decoded, byte[] pixels) {}

  private Image image(String path) throws IOException {
    byte[] file = DataUri.is(path) ? DataUri.bytes(path) : images.read(path);
    try {
      RgbImage decoded = decoder.decode(file);
      return new Image(decoded, preparation.prepare(decoded));
    } catch (UnusableImageException | EnvironmentException e) {
      throw e; // a missing native library is not a fault of the row
    } catch (RuntimeException e) {
      // Whatever a decoder fails on, one file must not stop the job.
      throw new UnusableImageException(
          UnusableImageException.Reason.UNREADABLE,
          "the decoder failed (" + e + ")",
          "replace the file or remove the row");
    }
  }

  private static String imageName(SourceExample source) {
    return source.imagePath().map(DataUri::shortened).orElse("");
  }

  /**
   * @throws DataException if it is unknown
   */
  private Language language(SourceExample source) {
    Optional<String> declared = source.language().filter(Language::isDeclared);
    if (declared.isPresent()) {
      return Language.of(declared.get());
    }
    if (options.language() != null) {
      return options.language();
    }
    Optional<Language> identified = LanguageIdentifier.identify(source.conversation().text());
    return identified.orElseThrow(
        () ->
            new DataException(
                "Cannot tell the language of the text (add the field language, or pass"
                    + " --language)"));
  }

  /** How many tokens fit; an image fits whole or not at all. */
  private int keptTokens(int[] ids) {
    int positions = 0;
    for (int i = 0; i < ids.length; i++) {
      positions += ids[i] == ChatFormat.IMAGE_ID ? options.visualTokens() : 1;
      if (positions > options.maxLength()) {
        return i;
      }
    }
    return ids.length;
  }

  private static byte[] content(byte[] pixels, String prompt) {
    MessageDigest digest = Digests.sha256();
    if (pixels != null) {
      digest.update(pixels);
    }
    digest.update(prompt.getBytes(StandardCharsets.UTF_8));
    return digest.digest();
  }
}
