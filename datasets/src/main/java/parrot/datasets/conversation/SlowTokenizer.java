package parrot.datasets.conversation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;

/**
 * A Qwen2 tokenizer in the files of transformers' slow class: {@code vocab.json}, {@code
 * merges.txt}, and tokens added in {@code added_tokens.json} or in {@code tokenizer_config.json}.
 */
final class SlowTokenizer {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** How Qwen2 cuts text before its merges. */
  private static final String SPLIT =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private static final List<String> CONTROL =
      List.of(TextTokenizer.START_OF_TURN, TextTokenizer.END_OF_TURN, TextTokenizer.END_OF_TEXT);

  private static final Set<String> CLASSES =
      Set.of("", "Qwen2Tokenizer", "Qwen2TokenizerFast", "PreTrainedTokenizerFast");

  private final FileSystem files;
  private final Path folder;
  private final JsonNode config;

  SlowTokenizer(FileSystem files, Path folder) throws IOException {
    this.files = files;
    this.folder = folder;
    this.config = read("tokenizer_config.json");
  }

  /**
   * The same tokenizer as a {@code tokenizer.json}.
   *
   * @throws DataException if it is of another class, its files contradict each other, or it lacks
   *     the chat format's tokens
   */
  byte[] toJson() throws IOException {
    String type = config.path("tokenizer_class").asText("");
    if (!CLASSES.contains(type)) {
      throw unusable("its tokenizer_class is %s (must be Qwen2Tokenizer)".formatted(type));
    }
    JsonNode vocabulary = read(TokenizerFile.SLOW);
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    root.set("added_tokens", added(vocabulary));
    root.putObject("normalizer").put("type", "NFC");
    ArrayNode steps =
        root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
    ObjectNode split = steps.addObject().put("type", "Split");
    split.putObject("pattern").put("Regex", SPLIT);
    split.put("behavior", "Isolated").put("invert", false);
    byteLevel(steps.addObject());
    byteLevel(root.putObject("post_processor"));
    byteLevel(root.putObject("decoder"));
    ObjectNode model = root.putObject("model").put("type", "BPE").putNull("dropout");
    model.putNull("unk_token").put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
    model.put("fuse_unk", false).put("byte_fallback", false);
    model.set("vocab", vocabulary);
    model.set("merges", merges(vocabulary));
    return JSON.writeValueAsBytes(root);
  }

  private static void byteLevel(ObjectNode node) {
    node.put("type", "ByteLevel").put("add_prefix_space", false);
    node.put("trim_offsets", false).put("use_regex", false);
  }

  private ArrayNode merges(JsonNode vocabulary) throws IOException {
    Path file = new Path(folder, "merges.txt");
    if (!files.exists(file)) {
      throw unusable("there is no merges.txt beside it");
    }
    String text = new String(TokenizerFile.content(files, file), StandardCharsets.UTF_8);
    ArrayNode merges = JsonNodeFactory.instance.arrayNode();
    String[] lines = text.split("\r?\n");
    for (int i = 0; i < lines.length; i++) {
      if (lines[i].isBlank() || i == 0 && lines[i].startsWith("#version")) {
        continue;
      }
      String[] pair = lines[i].split(" ");
      if (pair.length != 2) {
        throw unusable("line %d of merges.txt is not two tokens: %s".formatted(i + 1, lines[i]));
      }
      if (!vocabulary.has(pair[0] + pair[1])) {
        throw unusable(
            "line %d of merges.txt makes %s, which is not in vocab.json; put the tokenizer.json of the model there instead"
                .formatted(i + 1, pair[0] + pair[1]));
      }
      merges.add(lines[i]);
    }
    return merges;
  }

  /**
   * Added tokens by id, as {@code tokenizer_config.json} or {@code added_tokens.json} name them.
   */
  private ArrayNode added(JsonNode vocabulary) throws IOException {
    Map<Integer, ObjectNode> tokens = new TreeMap<>();
    Set<String> special = special();
    for (Map.Entry<String, JsonNode> token : read("added_tokens.json").properties()) {
      String content = token.getKey();
      put(tokens, token.getValue().asText(), content, special.contains(content), config);
    }
    for (Map.Entry<String, JsonNode> token : config.path("added_tokens_decoder").properties()) {
      JsonNode options = token.getValue();
      String content = options.path("content").asText();
      boolean isSpecial = options.path("special").asBoolean() || special.contains(content);
      put(tokens, token.getKey(), content, isSpecial, options);
    }
    for (String token : CONTROL) {
      if (tokens.values().stream()
          .noneMatch(added -> added.get("content").asText().equals(token))) {
        if (!vocabulary.path(token).isInt()) {
          throw unusable(
              "no file gives %s an id; name it in added_tokens.json, or put the tokenizer.json of the model there"
                  .formatted(token));
        }
        put(tokens, vocabulary.get(token).asText(), token, true, config);
      }
    }
    for (ObjectNode token : tokens.values()) {
      JsonNode known = vocabulary.path(token.get("content").asText());
      if (known.isInt() && known.intValue() != token.get("id").intValue()) {
        throw unusable(
            "%s has the id %s in vocab.json and is added with the id %s"
                .formatted(token.get("content").asText(), known, token.get("id")));
      }
    }
    return JsonNodeFactory.instance.arrayNode().addAll(tokens.values());
  }

  private void put(
      Map<Integer, ObjectNode> tokens,
      String id,
      String content,
      boolean special,
      JsonNode options) {
    if (!id.matches("\\d{1,9}")) {
      throw unusable("the added token %s has the id %s (must be a number)".formatted(content, id));
    }
    ObjectNode token = JsonNodeFactory.instance.objectNode();
    token.put("id", Integer.parseInt(id)).put("content", content);
    for (String option : new String[] {"single_word", "lstrip", "rstrip", "normalized"}) {
      token.put(option, options.path(option).asBoolean());
    }
    token.put("special", special);
    ObjectNode other = tokens.put(Integer.parseInt(id), token);
    if (other != null && !other.get("content").asText().equals(content)) {
      throw unusable(
          "two added tokens have the id %s: %s and %s"
              .formatted(id, other.get("content").asText(), content));
    }
  }

  /** Tokens that are left out of decoded text. */
  private Set<String> special() throws IOException {
    Set<String> special = new HashSet<>(CONTROL);
    for (JsonNode source : new JsonNode[] {config, read("special_tokens_map.json")}) {
      for (Map.Entry<String, JsonNode> entry : source.properties()) {
        if (entry.getKey().endsWith("_token")) {
          special.add(content(entry.getValue()));
        }
      }
      source.path("additional_special_tokens").forEach(token -> special.add(content(token)));
    }
    return special;
  }

  private static String content(JsonNode token) {
    return token.isObject() ? token.path("content").asText() : token.asText();
  }

  /** A JSON object; empty if there is no such file, which only {@code vocab.json} must be. */
  private JsonNode read(String name) throws IOException {
    Path file = new Path(folder, name);
    if (!name.equals(TokenizerFile.SLOW) && !files.exists(file)) {
      return JsonNodeFactory.instance.objectNode();
    }
    try {
      JsonNode json = JSON.readTree(TokenizerFile.content(files, file));
      if (json.isObject()) {
        return json;
      }
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw unusable("%s is not JSON (line %d)".formatted(name, line));
    }
    throw unusable(name + " is not a JSON object");
  }

  private DataException unusable(String why) {
    return new DataException(
        "Cannot use tokenizer %s: %s".formatted(new Path(folder, TokenizerFile.SLOW), why));
  }
}
