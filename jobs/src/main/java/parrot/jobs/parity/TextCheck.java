package parrot.jobs.parity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.benchmark.Grouping;
import parrot.datasets.benchmark.Metric;
import parrot.datasets.benchmark.MultipleChoicePrompt;
import parrot.datasets.benchmark.PredictionFile;
import parrot.datasets.benchmark.Score;
import parrot.datasets.benchmark.Scores;
import parrot.datasets.conversation.ByteTokenizer;
import parrot.datasets.conversation.ChatFormat;
import parrot.datasets.conversation.FormattedConversation;
import parrot.datasets.conversation.Role;
import parrot.datasets.conversation.Turn;
import parrot.datasets.language.Language;
import parrot.datasets.matching.PublishedAnswerMatcher;
import parrot.datasets.matching.PublishedAnswerMatcher.Version;
import parrot.datasets.storage.FileSystems;

/**
 * A text case: the chat format, the questions of benchmarks, what answers count as, and circular
 * scores. All must be equal.
 */
final class TextCheck {
  private static final String CHAT = "chat-format.json";
  private static final String PROMPTS = "multiple-choice-prompts.json";
  private static final String ANSWERS = "answer-matching.json";
  private static final String PREDICTIONS = "circular-predictions.tsv";
  private static final String SCORES = "circular-expected.json";
  private static final int BEFORE = 20;
  private static final int BEHIND = 40;

  static final List<String> FILES = List.of(CHAT, PROMPTS, ANSWERS, PREDICTIONS, SCORES);

  private final FileSystem files;
  private final Path folder;
  private final List<Comparison> comparisons = new ArrayList<>();

  private TextCheck(FileSystem files, Path folder) {
    this.files = files;
    this.folder = folder;
  }

  /** Writes and reads all texts of a case. */
  static List<Comparison> run(Path folder, Configuration configuration) throws IOException {
    TextCheck check = new TextCheck(FileSystems.of(folder, configuration), folder);
    check.collect(CHAT, check::chats);
    check.collect(PROMPTS, check::prompts);
    check.collect(ANSWERS, check::answers);
    check.collect(SCORES, check::scores);
    return List.copyOf(check.comparisons);
  }

  private interface Comparing {
    void run() throws IOException;
  }

  private void collect(String file, Comparing comparing) throws IOException {
    try {
      comparing.run();
    } catch (FileNotFoundException e) {
      comparisons.add(Comparison.failed(file, "a file is missing: " + e.getMessage()));
    } catch (JsonProcessingException e) {
      comparisons.add(Comparison.failed(file, "it is not valid JSON: " + e.getOriginalMessage()));
    } catch (RuntimeException e) {
      comparisons.add(
          Comparison.failed(file, e.getMessage() == null ? e.toString() : e.getMessage()));
    }
  }

  private void chats() throws IOException {
    JsonNode cases = json(CHAT);
    List<FormattedConversation> formatted = new ArrayList<>();
    ByteTokenizer tokenizer = new ByteTokenizer();
    for (JsonNode one : cases) {
      if (one.has("query")) {
        formatted.add(ChatFormat.formatQuery(one.get("query").asText(), tokenizer));
        continue;
      }
      List<Turn> turns = new ArrayList<>();
      for (JsonNode turn : field(one, "conversations", CHAT)) {
        turns.add(
            new Turn(
                Role.of(field(turn, "from", CHAT).asText()), field(turn, "value", CHAT).asText()));
      }
      formatted.add(ChatFormat.format(turns, tokenizer));
    }
    compare(
        CHAT,
        "prompt",
        cases,
        i -> formatted.get(i).prompt(),
        one -> field(one, "prompt", CHAT).asText());
    compare(
        CHAT,
        "input_ids",
        cases,
        i -> Arrays.toString(formatted.get(i).inputIds()),
        one -> Arrays.toString(integers(field(one, "input_ids", CHAT))));
    compare(
        CHAT,
        "labels",
        cases,
        i -> Arrays.toString(formatted.get(i).labels()),
        one -> Arrays.toString(integers(field(one, "labels", CHAT))));
  }

  private void prompts() throws IOException {
    JsonNode cases = json(PROMPTS);
    compare(
        PROMPTS,
        "prompt",
        cases,
        i -> {
          JsonNode row = field(cases.get(i), "row", PROMPTS);
          Map<Character, String> options = new TreeMap<>();
          row.fields()
              .forEachRemaining(
                  cell -> {
                    if (cell.getKey().matches("[A-Z]")) {
                      options.put(cell.getKey().charAt(0), cell.getValue().asText());
                    }
                  });
          return MultipleChoicePrompt.of(
              field(row, "question", PROMPTS).asText(),
              Optional.ofNullable(row.get("hint")).map(JsonNode::asText),
              options,
              BenchmarkName.parse(field(cases.get(i), "benchmark", PROMPTS).asText()).language());
        },
        one -> field(one, "prompt", PROMPTS).asText());
  }

  private void answers() throws IOException {
    JsonNode cases = json(ANSWERS);
    compare(
        ANSWERS,
        "option",
        cases,
        i -> {
          Map<Character, String> options = new TreeMap<>();
          field(cases.get(i), "choices", ANSWERS)
              .fields()
              .forEachRemaining(
                  choice -> options.put(choice.getKey().charAt(0), choice.getValue().asText()));
          String prediction = field(cases.get(i), "prediction", ANSWERS).asText();
          return PublishedAnswerMatcher.match(prediction, options, Version.V2024)
              .option()
              .map(String::valueOf)
              .orElse("none");
        },
        one -> field(one, "option", ANSWERS).isNull() ? "none" : one.get("option").asText());
  }

  private void scores() throws IOException {
    JsonNode expected = json(SCORES);
    Path predictions = new Path(folder, PREDICTIONS);
    if (!files.exists(predictions)) {
      throw new FileNotFoundException(predictions.toString());
    }
    Scores scores = Scores.of(Map.of(Language.EN, PredictionFile.read(files, predictions)));
    compareScore("circular_overall", expected, score(scores, Metric.CIRCULAR));
    compareScore("vanilla_over_unrotated", expected, score(scores, Metric.PLAIN));
    compareScore("vanilla_over_all_rows", expected, score(scores, Metric.PLAIN_ALL_ROWS));
    Map<String, String> groups = new TreeMap<>();
    for (Grouping grouping : List.of(Grouping.CATEGORY, Grouping.L2_CATEGORY)) {
      scores
          .by(Metric.CIRCULAR, grouping, Language.EN)
          .forEach(
              (group, score) ->
                  groups.put(grouping.column() + "=" + group, String.valueOf(score.accuracy())));
    }
    compareMaps("circular_by", field(expected, "circular_by", SCORES), groups, JsonNode::asDouble);
    Map<String, String> hits = new TreeMap<>();
    scores
        .hits(Metric.CIRCULAR, Language.EN)
        .forEach((index, hit) -> hits.put(index.toString(), hit ? "1" : "0"));
    compareMaps("hits", field(expected, "hits", SCORES), hits, JsonNode::asInt);
  }

  private static String score(Scores scores, Metric metric) {
    return scores
        .score(metric, Language.EN)
        .map(Score::accuracy)
        .map(String::valueOf)
        .orElse("none");
  }

  private void compareScore(String name, JsonNode expected, String actual) {
    String wanted = String.valueOf(field(expected, name, SCORES).asDouble());
    boolean same = wanted.equals(actual);
    String first = "got %s, expected %s".formatted(actual, wanted);
    comparisons.add(
        Comparison.ofMatches(SCORES + " " + name, Comparison.shape(1), 1, same ? 0 : 1, first));
  }

  private void compareMaps(
      String name,
      JsonNode expected,
      Map<String, String> actual,
      Function<JsonNode, Object> value) {
    Map<String, String> wanted = new TreeMap<>();
    expected
        .fields()
        .forEachRemaining(
            entry -> wanted.put(entry.getKey(), value.apply(entry.getValue()).toString()));
    Map<String, String> all = new TreeMap<>(wanted);
    all.putAll(actual);
    List<String> wrong =
        all.keySet().stream()
            .filter(
                key -> !wanted.getOrDefault(key, "none").equals(actual.getOrDefault(key, "none")))
            .toList();
    String first =
        wrong.isEmpty()
            ? ""
            : "first %s: got %s, expected %s"
                .formatted(wrong.get(0), actual.get(wrong.get(0)), wanted.get(wrong.get(0)));
    comparisons.add(
        Comparison.ofMatches(
            SCORES + " " + name, Comparison.shape(all.size()), all.size(), wrong.size(), first));
  }

  private void compare(
      String file,
      String name,
      JsonNode cases,
      Function<Integer, String> actual,
      Function<JsonNode, String> expected) {
    int wrong = 0;
    String first = "";
    for (int i = 0; i < cases.size(); i++) {
      String got = actual.apply(i);
      String wanted = expected.apply(cases.get(i));
      if (!got.equals(wanted) && wrong++ == 0) {
        first = String.format(Locale.ROOT, "first at %d: %s", i, contrast(got, wanted));
      }
    }
    comparisons.add(
        Comparison.ofMatches(
            file + " " + name, Comparison.shape(cases.size()), cases.size(), wrong, first));
  }

  /** Both texts from shortly before the first character that differs. */
  private static String contrast(String got, String wanted) {
    int at = 0;
    while (at < Math.min(got.length(), wanted.length()) && got.charAt(at) == wanted.charAt(at)) {
      at++;
    }
    return "got %s, expected %s".formatted(around(got, at), around(wanted, at));
  }

  private static String around(String text, int at) {
    int from = Math.max(0, at - BEFORE);
    int to = Math.min(text.length(), at + BEHIND);
    return (from > 0 ? "..." : "") + text.substring(from, to) + (to < text.length() ? "..." : "");
  }

  private static JsonNode field(JsonNode node, String name, String file) {
    JsonNode value = node.get(name);
    if (value == null) {
      throw new DataException("Cannot read " + file + ": a case has no field " + name);
    }
    return value;
  }

  private static int[] integers(JsonNode node) {
    return StreamSupport.stream(node.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }

  private JsonNode json(String name) throws IOException {
    try (InputStream stream = files.open(new Path(folder, name))) {
      return new ObjectMapper().readTree(stream);
    }
  }
}
