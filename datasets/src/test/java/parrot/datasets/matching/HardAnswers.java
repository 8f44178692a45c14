package parrot.datasets.matching;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import parrot.datasets.language.Language;

/**
 * Answers that are hard to read, and what they count as.
 *
 * @param right as a careful reader says
 * @param published in 2024
 * @param later since 2025
 */
record HardAnswers(
    String row,
    Language language,
    SortedMap<Character, String> options,
    String prediction,
    String right,
    String published,
    String later) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads a table with the columns row, language, options, prediction and right; those of published
   * rules may be absent.
   */
  static List<HardAnswers> read(String file) {
    try (InputStream in = HardAnswers.class.getResourceAsStream(file)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      List<HardAnswers> rows = new ArrayList<>();
      for (String line : text.split("\n")) {
        String[] cells = line.split("\t", -1);
        if (!cells[0].equals("row")) {
          rows.add(of(cells));
        }
      }
      return rows;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HardAnswers of(String[] cells) throws JsonProcessingException {
    SortedMap<Character, String> options = new TreeMap<>();
    for (var option : JSON.readTree(cells[2]).properties()) {
      options.put(option.getKey().charAt(0), option.getValue().asText());
    }
    JsonNode prediction = JSON.readTree(cells[3]);
    return new HardAnswers(
        cells[0],
        Language.of(cells[1]),
        options,
        prediction.asText(),
        cells[4],
        cells.length > 5 ? cells[5] : "",
        cells.length > 6 ? cells[6] : "");
  }

  static String letter(Match match) {
    return match.option().map(String::valueOf).orElse("-");
  }

  @Override
  public String toString() {
    return row + " " + language.tag() + " " + options + " <- " + prediction;
  }
}
