package parrot.datasets.shapes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import parrot.datasets.conversation.Turn;
import parrot.datasets.language.Language;

/**
 * The world's {@code tokenizer.json}: a byte-level BPE in Hugging Face's format with Qwen2's
 * pre-tokenizer.
 */
public final class ShapesTokenizer {
  /** The shipped file, on the class path. */
  static final String RESOURCE = "/parrot/datasets/shapes/tokenizer.json";

  /** All tokens, the special ones included; a multiple of 512 because matrix products like that. */
  public static final int VOCABULARY_SIZE = 1536;

  /** Qwen's special tokens, in the order of their ids; they come after all others. */
  public static final List<String> SPECIAL_TOKENS =
      List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>");

  /** Apart from the world's own shares, so that changing those leaves the tokenizer as it is. */
  private static final TextShares TEXT =
      new TextShares(0.15, 0.06, 0.25, 0.08, 0.30, 0.05, 0.08, 0.03, 0);

  private static final ConversationShares CONVERSATIONS =
      new ConversationShares(0.30, 0.12, 0.38, 0.12, 0.08);

  private static final int EXAMPLES_PER_LANGUAGE = 2500;
  private static final int ANSWER_WEIGHT = 2000;
  private static final long SEED = 20250101;

  private ShapesTokenizer() {}

  /** The shipped file's text. */
  public static String json() {
    try (InputStream in = ShapesTokenizer.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("Cannot read " + RESOURCE + ": not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Trains the tokenizer on the world's own text, the six languages alike, and returns its file's
   * text.
   */
  public static String train() {
    BytePairTrainer trainer = new BytePairTrainer();
    for (Language language : Language.PUBLISHED) {
      LanguageMixture alone = LanguageMixture.parse(language.tag() + "=1");
      ShapesWorld world =
          new ShapesWorld(
              ShapesConfig.builder()
                  .seed(SEED)
                  .languages(alone)
                  .textLanguages(alone)
                  .captionsInAllLanguages(true)
                  .textShares(TEXT)
                  .conversationShares(CONVERSATIONS)
                  .build());
      for (int i = 0; i < EXAMPLES_PER_LANGUAGE; i++) {
        add(trainer, world.caption(Split.TRAIN, i));
        add(trainer, world.conversation(Split.TRAIN, i));
        add(trainer, world.text(Split.TRAIN, i));
        trainer.add("system\nYou are a helpful assistant.");
      }
      // An answer begins without the space that the same words have among the options: without
      // weight of their own such words would fall to pieces.
      for (String word : words(Wording.of(language))) {
        trainer.add(word, ANSWER_WEIGHT);
      }
    }
    return file(trainer.train(VOCABULARY_SIZE - SPECIAL_TOKENS.size()));
  }

  private static List<String> words(Wording wording) {
    List<Answer> answers = new ArrayList<>();
    for (ShapeColor color : ShapeColor.values()) {
      answers.add(new Answer.OfColor(color));
    }
    for (ShapeKind kind : ShapeKind.values()) {
      answers.add(new Answer.OfKind(kind));
    }
    for (ShapeSize size : ShapeSize.values()) {
      answers.add(new Answer.OfSize(size));
    }
    for (int count = 1; count <= Place.values().length; count++) {
      answers.add(new Answer.OfCount(count, null));
    }
    return answers.stream().map(wording::option).toList();
  }

  private static void add(BytePairTrainer trainer, ShapesExample example) {
    for (Turn turn : example.turns()) {
      trainer.add((turn.role().tag().equals("gpt") ? "assistant\n" : "user\n") + turn.value());
      trainer.add("\n");
    }
  }

  private static String file(BytePairTrainer.Model model) {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    ArrayNode added = root.putArray("added_tokens");
    for (String token : SPECIAL_TOKENS) {
      added
          .addObject()
          .put("id", model.vocabulary().size() + added.size() - 1)
          .put("content", token)
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    root.putObject("normalizer").put("type", "NFC");
    ObjectNode sequence = root.putObject("pre_tokenizer").put("type", "Sequence");
    ArrayNode steps = sequence.putArray("pretokenizers");
    ObjectNode split = steps.addObject().put("type", "Split");
    split.putObject("pattern").put("Regex", BytePairTrainer.PRE_TOKENS);
    split.put("behavior", "Isolated").put("invert", false);
    byteLevel(steps.addObject());
    byteLevel(root.putObject("post_processor"));
    byteLevel(root.putObject("decoder"));
    ObjectNode bpe = root.putObject("model").put("type", "BPE");
    bpe.putNull("dropout").putNull("unk_token");
    bpe.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
    bpe.put("fuse_unk", false).put("byte_fallback", false);
    ObjectNode vocabulary = bpe.putObject("vocab");
    model.vocabulary().forEach(vocabulary::put);
    ArrayNode merges = bpe.putArray("merges");
    model.merges().forEach(merge -> merges.add(merge.left() + " " + merge.right()));
    try {
      DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
      DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
      printer.indentObjectsWith(indenter);
      printer.indentArraysWith(indenter);
      return mapper.writer(printer).writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void byteLevel(ObjectNode node) {
    node.put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", false)
        .put("use_regex", false);
  }

  /**
   * Writes the trained file; how the shipped one was made.
   *
   * @param arguments the file to write
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 1) {
      throw new IllegalArgumentException("Usage: ShapesTokenizer FILE");
    }
    Files.writeString(Path.of(arguments[0]), train());
  }
}
