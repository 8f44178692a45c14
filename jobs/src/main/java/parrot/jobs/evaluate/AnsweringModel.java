package parrot.jobs.evaluate;

import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.conversation.ChatFormat;
import parrot.datasets.conversation.HuggingFaceTextTokenizer;
import parrot.datasets.conversation.TextTokenizer;
import parrot.datasets.image.ImageDecoder;
import parrot.datasets.image.ImagePreparation;
import parrot.datasets.image.VisionEncoder;
import parrot.datasets.language.Language;
import parrot.datasets.storage.FileSystems;
import parrot.model.config.ParrotConfig;
import parrot.model.config.RouterGuide;
import parrot.model.generate.EngineLimits;
import parrot.model.generate.EnginePool;
import parrot.model.generate.GeneratedAnswer;
import parrot.model.generate.GenerationEngine;
import parrot.model.generate.GenerationListener;
import parrot.model.generate.GenerationRequest;
import parrot.model.generate.GenerationSettings;
import parrot.model.kernel.DeviceException;
import parrot.model.kernel.KernelProvider;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.network.GuideTokens;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;
import parrot.model.weights.ModelFolder;

/**
 * A model that answers questions about images. Any number of threads may ask at once; they share
 * its weights.
 */
public final class AnsweringModel implements AutoCloseable {
  private static final Map<Key, AnsweringModel> SHARED = new HashMap<>();

  private final ModelFolder folder;
  private final HuggingFaceTextTokenizer tokenizer;
  private final EnginePool engines;
  private final EncodedImages images = new EncodedImages();
  private final AnsweringOptions options;
  private final ImagePreparation preparation;
  private final Set<Integer> stops;
  private int users;

  private record Key(String folder, String fingerprint, AnsweringOptions options) {}

  private AnsweringModel(
      ModelFolder folder, HuggingFaceTextTokenizer tokenizer, AnsweringOptions options) {
    this.folder = folder;
    this.tokenizer = tokenizer;
    this.options = options;
    ParrotConfig config = folder.config();
    this.preparation = preparation(config, new ImageDecoder());
    this.stops = new HashSet<>(folder.endTokens());
    stops.add(tokenizer.id(TextTokenizer.END_OF_TURN));
    stops.add(tokenizer.id(TextTokenizer.END_OF_TEXT));
    this.engines =
        new EnginePool(
            config,
            folder.weights(),
            tokenizer.vocabularySize(),
            !options.fast(),
            () -> Kernels.create(options.kernels(), options.precision(), options.threads()),
            KernelProvider.named(options.kernels())::leased);
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

  /** How many questions a model is asked at a time, and what that takes, for people. */
  public static String capacity(
      Path folder, AnsweringOptions options, Configuration configuration) {
    try (ModelFolder model = ModelFolder.open(folder, configuration)) {
      ElementType type = options.precision() == Precision.BF16 ? ElementType.BF16 : ElementType.F32;
      return EngineLimits.of(model.config(), type).describe(model.config(), type);
    }
  }

  /**
   * Borrows the model of this JVM, opened when it is first asked for; models that are not in use
   * make room for it. Closing gives it back.
   *
   * @param fingerprint of the model as it must be: another one in the same folder is another model
   */
  public static synchronized Borrowed borrow(
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
  public record Borrowed(AnsweringModel model) implements AutoCloseable {
    @Override
    public void close() {
      giveBack(model);
    }
  }

  /**
   * Asks one question, decoding greedily.
   *
   * @param question as a user types it; {@code <image>} in it is left out
   * @param image an image file, or null for a question without one
   * @return the answer, without white space around it
   * @throws DataException if the image cannot be read or the question is too long
   */
  public String answer(String question, byte[] image) {
    return answer(Query.of(question, image)).text();
  }

  /** Asks one question; a problem is thrown. The reply tells how likely each token was. */
  Reply answer(Query query) {
    Reply reply;
    try (Replies<Query> replies = replies(List.of(query).iterator(), same -> same, true)) {
      reply = replies.next().reply();
    }
    if (reply.problem() != null) {
      throw reply.problem();
    }
    return reply;
  }

  /**
   * Asks questions, many at a time; each has the answer that it has alone.
   *
   * @param questions taken as there is room for them
   * @param query what is asked for each
   * @param replies hears of each reply as soon as it is there
   * @throws EnvironmentException if the other questions would fare no better
   */
  <Q> void answer(Iterator<Q> questions, Function<Q, Query> query, BiConsumer<Q, Reply> replies) {
    try (Replies<Q> all = replies(questions, query, false)) {
      all.forEachRemaining(one -> replies.accept(one.question(), one.reply()));
    }
  }

  /**
   * Asks questions as their replies are taken.
   *
   * @param query what is asked for each; a {@link DataException} that it throws is the reply
   * @param logProbabilities whether replies tell how likely each token was
   */
  public <Q> Replies<Q> replies(
      Iterator<Q> questions, Function<Q, Query> query, boolean logProbabilities) {
    return new Replies<>(
        engines.borrow(),
        questions,
        (engine, next, reply) -> submit(engine, () -> query.apply(next), logProbabilities, reply));
  }

  /**
   * Answers prepared queries, many at a time; each has the answer that it has alone. Returns when
   * all are answered and there is no next one.
   *
   * @param queries taken as there is room for them
   * @param listener hears of the answer to a query, on the calling thread
   */
  public <Q> void answer(
      Iterator<Q> queries,
      Function<Q, PreparedQuery> prepared,
      Function<Q, AnswerListener> listener) {
    try (EnginePool.Lease lease = engines.borrow()) {
      GenerationEngine engine = lease.engine();
      Map<GenerationRequest, AnswerListener> listeners = new IdentityHashMap<>();
      while (queries.hasNext() || engine.open() > 0) {
        while (queries.hasNext() && engine.hasRoom()) {
          Q next = queries.next();
          submitPrepared(engine, prepared.apply(next), listener.apply(next), listeners);
        }
        cancelOver(engine, listeners);
        engine.step();
      }
    }
  }

  private static void cancelOver(
      GenerationEngine engine, Map<GenerationRequest, AnswerListener> listeners) {
    listeners
        .entrySet()
        .removeIf(
            one -> {
              boolean over = one.getValue().isOver();
              if (over) {
                engine.cancel(one.getKey());
              }
              return over;
            });
  }

  /** Makes the vision encoder's input of images that a decoder of the caller's takes. */
  public ImagePreparation preparation(ImageDecoder decoder) {
    return preparation(folder.config(), decoder);
  }

  private static ImagePreparation preparation(ParrotConfig config, ImageDecoder decoder) {
    VisionEncoder encoder = VisionEncoder.of(config.vision().family().name());
    return new ImagePreparation(encoder, config.vision().imageSize(), decoder);
  }

  /**
   * Makes of a query what the engine reads; any thread may do so while others are answered.
   *
   * @param images makes the vision encoder's input of the image, as {@link #preparation} does
   * @param maxNewTokens of the answer, which is cut to what the model's window leaves
   * @throws DataException if the image cannot be read or the question alone fills the window
   */
  public PreparedQuery prepare(Query query, ImagePreparation images, int maxNewTokens) {
    int[] prompt = prompt(query);
    int length = length(prompt, query.image() != null);
    int left = window() - length;
    if (left < 1) {
      throw new DataException(
          "Cannot ask the question: it has %d tokens, its image included, and leaves none of the model's %d for an answer; make it shorter"
              .formatted(length, window()));
    }
    byte[] pixels = query.image() == null ? null : images.prepare(query.image());
    GenerationSettings settings =
        new GenerationSettings(Math.min(maxNewTokens, left), stops, query.sampling(), false);
    return new PreparedQuery(prompt, pixels, length, settings, query.stops());
  }

  /**
   * Token ids of a question, with what guides the router.
   *
   * @throws DataException if the model's router is told the language, and it is not known
   */
  private int[] prompt(Query query) {
    int[] ids = ChatFormat.formatQuery(query.shown(), tokenizer).inputIds();
    RouterGuide guide = folder.config().experts().guide();
    if (query.image() == null || guide == RouterGuide.PROMPT) {
      return ids;
    }
    if (guide == RouterGuide.LANGUAGE && query.language().isEmpty()) {
      throw new DataException(
          "Cannot ask the question: this model's experts are told its language (moe_guide: language), which is not known here; evaluate the model on benchmark files");
    }
    int language = query.language().map(Language::index).orElse(0);
    return GuideTokens.before(ids, guide, language, folder.config().decoder().vocabSize());
  }

  private void submitPrepared(
      GenerationEngine engine,
      PreparedQuery query,
      AnswerListener listener,
      Map<GenerationRequest, AnswerListener> listeners) {
    try {
      Tensor image =
          query.pixels() == null
              ? null
              : images.get(
                  query.pixels(), () -> engine.encode(preparation.normalize(query.pixels())));
      GenerationRequest request =
          new GenerationRequest(
              query.prompt(),
              image,
              query.settings(),
              new Speaker(new AnswerText(tokenizer, query.stops()), listener));
      engine.submit(request);
      listeners.put(request, listener);
    } catch (RuntimeException e) {
      listener.answered(Reply.failed(e));
    }
  }

  /** Tells a listener what is said, as far as it is certain. */
  private final class Speaker implements GenerationListener {
    private final AnswerText text;
    private final AnswerListener listener;

    Speaker(AnswerText text, AnswerListener listener) {
      this.text = text;
      this.listener = listener;
    }

    @Override
    public boolean chosen(int token, float[] logits) {
      if (stops.contains(token)) {
        return true;
      }
      boolean ended = text.add(token);
      return listener.said(text.certain(), new TokenLikelihood(token, logits, tokenizer)) && !ended;
    }

    @Override
    public void answered(GeneratedAnswer answer) {
      listener.answered(new Reply(text.whole(), answer, null));
    }

    @Override
    public void failed(RuntimeException reason) {
      listener.answered(Reply.failed(reason));
    }
  }

  private void submit(
      GenerationEngine engine,
      Supplier<Query> asked,
      boolean logProbabilities,
      Consumer<Reply> replies) {
    try {
      Query query = asked.get();
      int[] prompt = prompt(query);
      List<int[]> candidates =
          query.candidates().stream()
              .map(answer -> ChatFormat.formatAnswer(answer, tokenizer))
              .toList();
      int longest =
          candidates.stream().mapToInt(ids -> ids.length).max().orElse(options.maxNewTokens());
      checkLength(prompt, query.image() != null, longest);
      Tensor image =
          query.image() == null
              ? null
              : images.get(query.image(), () -> engine.encode(pixels(query.image())));
      engine.submit(
          new GenerationRequest(
              prompt,
              image,
              new GenerationSettings(longest, stops, query.sampling(), logProbabilities),
              candidates,
              new Listener(query, replies)));
    } catch (EnvironmentException | DeviceException e) {
      throw e;
    } catch (RuntimeException e) {
      replies.accept(Reply.failed(e));
    }
  }

  private float[] pixels(byte[] image) {
    byte[] prepared = options.blank() ? preparation.blank() : preparation.prepare(image);
    return preparation.normalize(prepared);
  }

  /** Turns tokens into text, and ends an answer at a text that ends it. */
  private final class Listener implements GenerationListener {
    private final Query query;
    private final Consumer<Reply> replies;
    private final AnswerText text;

    Listener(Query query, Consumer<Reply> replies) {
      this.query = query;
      this.replies = replies;
      this.text = new AnswerText(tokenizer, query.stops());
    }

    @Override
    public boolean chosen(int token, float[] logits) {
      return query.stops().isEmpty() || stops.contains(token) || !text.add(token);
    }

    @Override
    public void answered(GeneratedAnswer answer) {
      String said =
          query.stops().isEmpty() ? tokenizer.decode(answer.tokens()).strip() : text.whole();
      replies.accept(new Reply(said, answer, null));
    }

    @Override
    public void failed(RuntimeException reason) {
      replies.accept(Reply.failed(reason));
    }
  }

  private void checkLength(int[] prompt, boolean hasImage, int answer) {
    long length = (long) length(prompt, hasImage) + answer;
    if (length > window()) {
      throw new DataException(
          "Cannot ask the question: with its image and %d tokens of answer it has %d tokens (at most %d); make it shorter"
              .formatted(answer, length, window()));
    }
  }

  private int length(int[] prompt, boolean hasImage) {
    return prompt.length + (hasImage ? folder.config().visualTokens() - 1 : 0);
  }

  /** Tokens of question and answer together at most. */
  private int window() {
    return Math.min(
        folder.config().tokenizerModelMaxLength(),
        folder.config().decoder().maxPositionEmbeddings());
  }

  @Override
  public void close() {
    engines.close();
    tokenizer.close();
    folder.close();
  }
}
