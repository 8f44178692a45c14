package parrot.datasets.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.DataException;
import parrot.datasets.ReferenceText;

/** A Qwen2 tokenizer without a {@code tokenizer.json}, as its older folders have it. */
class SlowTokenizerTest {
  private static final List<String> TEXTS =
      List.of(
          "the other day, I'll bathe 12 of them",
          "天空是什么颜色？",
          "O café não está aberto.",
          "ما لون السماء؟",
          "Gökyüzü ne renk?",
          "Какого цвета небо?\n\n  the",
          "<|im_start|>user\nthe<|im_end|>");

  @TempDir Path folder;

  @BeforeEach
  void writeSlowFiles() throws IOException {
    JsonNode model = TokenizerJson.qwen2Like().path("model");
    write("vocab.json", model.path("vocab").toString());
    StringBuilder merges = new StringBuilder("#version: 0.2\n");
    model.path("merges").forEach(merge -> merges.append(merge.asText()).append('\n'));
    write("merges.txt", merges.toString());
    write("tokenizer_config.json", "{\"tokenizer_class\": \"Qwen2Tokenizer\"}");
    write(
        "added_tokens.json",
        "{\"<|endoftext|>\": 258, \"<|im_start|>\": 259, \"<|im_end|>\": 260}");
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private HuggingFaceTextTokenizer open(String file) {
    return HuggingFaceTextTokenizer.open(
        ReferenceText.local(), new org.apache.hadoop.fs.Path(folder.resolve(file).toUri()));
  }

  private void tokenizesAsTheFastOne(String file) {
    try (HuggingFaceTextTokenizer fast = TokenizerJson.open();
        HuggingFaceTextTokenizer slow = open(file)) {
      assertThat(slow.vocabularySize()).isEqualTo(fast.vocabularySize());
      for (String text : TEXTS) {
        assertThat(slow.encode(text)).as(text).isEqualTo(fast.encode(text));
        assertThat(slow.decode(slow.encode(text))).isEqualTo(fast.decode(fast.encode(text)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vocab.json", ""})
  void isConverted(String file) {
    tokenizesAsTheFastOne(file);
  }

  @Test
  void takesAddedTokensFromTheConfigurationOrTheVocabulary() throws IOException {
    Files.delete(folder.resolve("added_tokens.json"));
    write(
        "tokenizer_config.json",
        """
        {"tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>",
         "added_tokens_decoder": {
           "259": {"content": "<|im_start|>", "special": true},
           "260": {"content": "<|im_end|>", "special": true}}}
        """);
    ObjectNode vocabulary =
        (ObjectNode) new ObjectMapper().readTree(folder.resolve("vocab.json").toFile());
    write("vocab.json", vocabulary.put("<|endoftext|>", 258).toString());
    tokenizesAsTheFastOne("vocab.json");
  }

  @Test
  void marksSpecialTokensByTheirMap() throws IOException {
    write(
        "added_tokens.json",
        "{\"<|endoftext|>\": 258, \"<|im_start|>\": 259, \"<|im_end|>\": 260, \"<pad>\": 261, \"word\": 262}");
    write("special_tokens_map.json", "{\"pad_token\": {\"content\": \"<pad>\"}}");
    try (HuggingFaceTextTokenizer slow = open("")) {
      assertThat(slow.decode(new int[] {261, 262})).isEqualTo("word");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "version https://git-lfs.github.com/spec/v1|it is a git-lfs pointer in place of the file",
        "<!DOCTYPE html>|it is a web page in place of the file",
        "''|it is empty; download it again"
      })
  void saysWhatLiesInPlaceOfAFile(String content, String message) throws IOException {
    for (String file : List.of("merges.txt", "vocab.json", "tokenizer.json")) {
      write(file, content);
      assertThatThrownBy(() -> open(""))
          .isInstanceOf(DataException.class)
          .hasMessageContaining(file + ": " + message);
    }
  }

  @Test
  void saysWhichFileLacksWhat() throws IOException {
    write("merges.txt", "#version: 0.2\nt h\nq q\n");
    assertThatThrownBy(() -> open("vocab.json"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("/vocab.json: line 3 of merges.txt makes qq, which is not in vocab")
        .hasMessageEndingWith("put the tokenizer.json of the model there instead");
    Files.delete(folder.resolve("merges.txt"));
    assertThatThrownBy(() -> open("")).hasMessageEndingWith("there is no merges.txt beside it");
    writeSlowFiles();
    write("added_tokens.json", "{\"<|endoftext|>\": 258}");
    assertThatThrownBy(() -> open(""))
        .hasMessageContaining("no file gives <|im_start|> an id; name it in added_tokens.json");
    write("added_tokens.json", "{\"<|endoftext|>\": 258, \"<|im_start|>\": 258}");
    assertThatThrownBy(() -> open("")).hasMessageContaining("two added tokens have the id 258");
    write("added_tokens.json", "{\"the\": 9}");
    write("tokenizer_config.json", "{\"tokenizer_class\": \"LlamaTokenizer\"}");
    assertThatThrownBy(() -> open(""))
        .hasMessageEndingWith("its tokenizer_class is LlamaTokenizer (must be Qwen2Tokenizer)");
    Files.delete(folder.resolve("vocab.json"));
    assertThatThrownBy(() -> open(""))
        .hasMessageEndingWith("the folder has neither tokenizer.json nor vocab.json");
  }
}
