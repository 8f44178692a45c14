package parrot.datasets.conversation;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.storage.Digests;

/**
 * A tokenizer from a Hugging Face {@code tokenizer.json}. The arithmetic is the tokenizers
 * library's own, whose native part comes in DJL's jar and is unpacked to DJL's cache folder;
 * nothing is fetched from a network.
 */
public final class HuggingFaceTextTokenizer implements TextTokenizer, AutoCloseable {
  static {
    // Unless it is told so, DJL looks for a better native library on the network where it sees a
    // GPU, and reports its use.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  private final byte[] json;
  private final HuggingFaceTokenizer tokenizer;
  private final Map<String, Integer> ids;
  private final ControlTokenNames controlTokens;
  private final BitSet known = new BitSet(); // ids that a token has
  private final int vocabularySize;
  private final String fingerprint;
  private final String name;
  private final RecentTexts recent = new RecentTexts();
  private HuggingFaceTokenizer withoutControlTokens; // opened when a text first needs it

  private HuggingFaceTextTokenizer(
      byte[] json, HuggingFaceTokenizer tokenizer, Map<String, Integer> ids, String name) {
    this.json = json;
    this.tokenizer = tokenizer;
    this.ids = ids;
    this.controlTokens = ControlTokenNames.of(json);
    ids.values().forEach(known::set);
    this.vocabularySize = 1 + largest(ids);
    this.fingerprint = Digests.sha256(json);
    this.name = name;
  }

  /**
   * Opens a tokenizer for the chat format.
   *
   * @param path as {@link TokenizerFile} says, in any file system
   * @throws DataException if it does not exist, is not a tokenizer, or lacks the chat format's
   *     tokens
   */
  public static HuggingFaceTextTokenizer open(FileSystem fileSystem, Path path) {
    return of(TokenizerFile.read(fileSystem, path), path.toString());
  }

  /**
   * Makes a tokenizer from the content of a {@code tokenizer.json}.
   *
   * @param name what messages call it
   * @throws DataException if it is not a tokenizer or lacks the chat format's tokens
   */
  public static HuggingFaceTextTokenizer of(byte[] json, String name) {
    Map<String, Integer> ids = ids(json, name);
    for (String token : new String[] {START_OF_TURN, END_OF_TURN, END_OF_TEXT}) {
      if (!ids.containsKey(token)) {
        throw new DataException(
            "Cannot use tokenizer %s: it has no token %s (must be a tokenizer of the Qwen family, whose chat format is used)"
                .formatted(name, token));
      }
    }
    HuggingFaceTextTokenizer opened =
        new HuggingFaceTextTokenizer(json, load(json, name), ids, name);
    try {
      opened.checkSpecialTokens();
    } catch (DataException e) {
      opened.close();
      throw e;
    }
    return opened;
  }

  /**
   * One more than the largest id of a {@code tokenizer.json}, without opening it.
   *
   * @param name what messages call it
   * @throws DataException if it is not a tokenizer
   */
  public static int vocabularySize(byte[] json, String name) {
    return 1 + largest(ids(json, name));
  }

  private static int largest(Map<String, Integer> ids) {
    return ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
  }

  private static HuggingFaceTokenizer load(byte[] json, String name) {
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(json),
          Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
    } catch (IOException | RuntimeException e) {
      throw new DataException(
          "Cannot use tokenizer %s: %s (expected a Hugging Face tokenizer.json)"
              .formatted(name, e.getMessage()),
          e);
    }
  }

  /** The chat format is void if its markers fall to pieces. */
  private void checkSpecialTokens() {
    int[] expected = {id(START_OF_TURN), id(END_OF_TURN)};
    int[] encoded = encode(START_OF_TURN + END_OF_TURN);
    if (!Arrays.equals(encoded, expected)) {
      throw new DataException(
          "Cannot use tokenizer %s: %s%s becomes %s (expected %s; the two must be among its added_tokens)"
              .formatted(
                  name,
                  START_OF_TURN,
                  END_OF_TURN,
                  Arrays.toString(encoded),
                  Arrays.toString(expected)));
    }
  }

  /** Every token of the file by its text: the model's vocabulary and the added tokens. */
  private static Map<String, Integer> ids(byte[] json, String name) {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new DataException(
          "Cannot use tokenizer %s: it is not JSON (line %d; expected a Hugging Face tokenizer.json)"
              .formatted(name, e.getLocation() == null ? 1 : e.getLocation().getLineNr()),
          e);
    } catch (IOException e) {
      throw new DataException("Cannot use tokenizer %s: %s".formatted(name, e.getMessage()), e);
    }
    JsonNode vocabulary = root.path("model").path("vocab");
    if (!vocabulary.isObject()) {
      throw new DataException(
          "Cannot use tokenizer %s: it has no model.vocab by token (expected a byte-level BPE tokenizer.json)"
              .formatted(name));
    }
    Map<String, Integer> ids = new HashMap<>();
    Iterator<Map.Entry<String, JsonNode>> tokens = vocabulary.fields();
    while (tokens.hasNext()) {
      Map.Entry<String, JsonNode> token = tokens.next();
      ids.put(token.getKey(), token.getValue().asInt());
    }
    for (JsonNode added : root.path("added_tokens")) {
      ids.put(added.path("content").asText(), added.path("id").asInt());
    }
    return ids;
  }

  @Override
  public int[] encode(String text) {
    return recent.ids(text, unknown -> encode(unknown, tokenizer));
  }

  @Override
  public int[] encodeText(String text) {
    return hasControlToken(text) ? encode(text, withoutControlTokens()) : encode(text);
  }

  @Override
  public boolean hasControlToken(String text) {
    return controlTokens.areIn(text);
  }

  private synchronized HuggingFaceTokenizer withoutControlTokens() {
    if (withoutControlTokens == null) {
      withoutControlTokens = load(controlTokens.removedFrom(json), name);
    }
    return withoutControlTokens;
  }

  private static int[] encode(String text, HuggingFaceTokenizer tokenizer) {
    if (text.isEmpty()) {
      return new int[0];
    }
    // As tokenizer.encode does, which also makes a text and a place in the text of each token.
    long encoding = TokenizersLibrary.LIB.encode(tokenizer.getHandle(), text, false);
    try {
      return Arrays.stream(TokenizersLibrary.LIB.getTokenIds(encoding))
          .mapToInt(Math::toIntExact)
          .toArray();
    } finally {
      TokenizersLibrary.LIB.deleteEncoding(encoding);
    }
  }

  @Override
  public String decode(int[] tokens) {
    long[] real =
        Arrays.stream(tokens).filter(id -> id >= 0 && known.get(id)).asLongStream().toArray();
    return real.length == 0 ? "" : tokenizer.decode(real, true);
  }

  @Override
  public int vocabularySize() {
    return vocabularySize;
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public int id(String token) {
    Integer id = ids.get(token);
    if (id == null) {
      throw new DataException("Cannot find token %s: %s has no such token".formatted(token, name));
    }
    return id;
  }

  @Override
  public synchronized void close() {
    tokenizer.close();
    if (withoutControlTokens != null) {
      withoutControlTokens.close();
    }
  }
}
