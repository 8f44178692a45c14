package parrot.jobs.evaluate;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.conversation.ChatFormat;
import parrot.datasets.conversation.HuggingFaceTextTokenizer;
import parrot.datasets.conversation.TextTokenizer;
import parrot.datasets.image.ImagePreparation;
import parrot.datasets.image.PixelNormalization;
import parrot.datasets.storage.FileSystems;
import parrot.model.config.ParrotConfig;
import parrot.model.generate.GeneratorPool;
import parrot.model.kernel.Kernels;
import parrot.model.weights.ModelFolder;

/**
 * A model that answers questions about images. Any number of threads may ask at once; they share
 * its weights.
 */
public final class AnsweringModel implements AutoCloseable {
  /** CLIP's mean in 8 bits; images are padded with it. */
  private static final byte[] MEAN_COLOUR = {122, 116, 104};

  private static final Map<Key, AnsweringModel> SHARED = new HashMap<>();

  private final ModelFolder folder;
  private final HuggingFaceTextTokenizer tokenizer;
  private final GeneratorPool generators;
  private final AnsweringOptions options;
  private final ImagePreparation preparation;
  private final int[] stops;
  private int users;

  private record Key(String folder, String fingerprint, AnsweringOptions options) {}

  private AnsweringModel(
      ModelFolder folder, HuggingFaceTextTokenizer tokenizer, AnsweringOptions options) {
    this.folder = folder;
    this.tokenizer = tokenizer;
    this.options = options;
    ParrotConfig config = folder.config();
    this.preparation = new ImagePreparation(config.vision().imageSize());
    this.stops =
        IntStream.concat(
                IntStream.of(
                    tokenizer.id(TextTokenizer.END_OF_TURN),
                    tokenizer.id(TextTokenizer.END_OF_TEXT)),
                folder.endTokens().stream().mapToInt(Integer::intValue))
            .distinct()
            .toArray();
    this.generators =
        new GeneratorPool(
            config,
            folder.weights(),
            () -> Kernels.create(options.kernels(), options.precision(), options.threads()));
  }

  /**
   * Opens a model of one's own.
   *
   * @throws DataException if it has no tokenizer, or one that does not belong to it
   * @throws parrot.model.ModelException if the folder has no model or a damaged one
   */
  public static AnsweringModel open(
      Path folder, AnsweringOptions options, Configuration configuration) {
    FileSystems.of(folder, configuration);
    ModelFolder model = ModelFolder.open(folder, configuration);
    boolean complete = false;
    try {
      Path file =
          model
              .tokenizer()
              .orElseThrow(
                  () ->
                      new DataException(
                          "Cannot ask model %s: it has no tokenizer.json, nor a vocab.json with merges.txt (put the tokenizer that it was trained with into its folder)"
                              .formatted(folder)));
      HuggingFaceTextTokenizer tokenizer =
          HuggingFaceTextTokenizer.open(FileSystems.of(file, configuration), file);
      int vocabulary = model.config().decoder().vocabSize();
      if (tokenizer.vocabularySize() > vocabulary) {
        tokenizer.close();
        throw new DataException(
            "Cannot ask model %s: its %s has %d tokens (at most %d expected, its vocab_size); it belongs to another model"
                .formatted(folder, file.getName(), tokenizer.vocabularySize(), vocabulary));
      }
      AnsweringModel opened = new AnsweringModel(model, tokenizer, options);
      complete = true;
      return opened;
    } finally {
      if (!complete) {
        model.close();
      }
    }
  }

  /**
   * Borrows the model of this JVM, opened when it is first asked for; models that are not in use
   * make room for it. Closing gives it back.
   *
   * @param fingerprint of the model as it must be: another one in the same folder is another model
   */
  static synchronized Borrowed borrow(
      Path folder, String fingerprint, AnsweringOptions options, Configuration configuration) {
    Key key = new Key(folder.toString(), fingerprint, options);
    AnsweringModel model = SHARED.get(key);
    if (model == null) {
      closeIdle();
      model = open(folder, options, configuration);
      SHARED.put(key, model);
    }
    model.users++;
    return new Borrowed(model);
  }

  /** Frees the models of this JVM that are not in use. */
  public static synchronized void closeIdle() {
    Iterator<AnsweringModel> models = SHARED.values().iterator();
    while (models.hasNext()) {
      AnsweringModel model = models.next();
      if (model.users == 0) {
        model.close();
        models.remove();
      }
    }
  }

  private static synchronized void giveBack(AnsweringModel model) {
    model.users--;
  }

  /** A model that others use too. */
  record Borrowed(AnsweringModel model) implements AutoCloseable {
    @Override
    public void close() {
      giveBack(model);
    }
  }

  /**
   * Asks one question, decoding greedily.
   *
   * @param question as a user types it; the image's place is put before it, and {@code <image>} in
   *     it is left out
   * @param image an image file, or null for a question without one
   * @return the answer, without white space around it
   * @throws DataException if the image cannot be read or the question is too long
   */
  public String answer(String question, byte[] image) {
    int size = preparation.size();
    float[] pixels = null;
    if (image != null) {
      byte[] prepared = options.blank() ? blank(size) : preparation.prepare(image);
      pixels = PixelNormalization.normalize(prepared, size);
    }
    // Benchmarks spell the image's place out; it has one already.
    String text =
        question.contains(ChatFormat.IMAGE)
            ? question.replace(ChatFormat.IMAGE, "").strip()
            : question;
    String query = image == null ? text : ChatFormat.queryWithImage(text);
    int[] prompt = ChatFormat.formatQuery(query, tokenizer).inputIds();
    checkLength(prompt, pixels != null);
    try (GeneratorPool.Lease lease = generators.borrow()) {
      int[] answer = lease.generator().generate(prompt, pixels, options.maxNewTokens(), stops);
      return tokenizer.decode(answer).strip();
    }
  }

  private void checkLength(int[] prompt, boolean hasImage) {
    long length =
        (long) prompt.length
            + (hasImage ? folder.config().visualTokens() - 1 : 0)
            + options.maxNewTokens();
    int limit =
        Math.min(
            folder.config().tokenizerModelMaxLength(),
            folder.config().decoder().maxPositionEmbeddings());
    if (length > limit) {
      throw new DataException(
          "Cannot ask the question: with its image and %d tokens of answer it has %d tokens (at most %d); make it shorter"
              .formatted(options.maxNewTokens(), length, limit));
    }
  }

  private static byte[] blank(int size) {
    byte[] pixels = new byte[3 * size * size];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = MEAN_COLOUR[i % 3];
    }
    return pixels;
  }

  @Override
  public void close() {
    generators.close();
    tokenizer.close();
    folder.close();
  }
}
