package parrot.datasets.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cells of a table that hold one text, or several as a list of JSON or Python. */
final class ListCell {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Possessive, since an element may be an image: others need the stack for each character. */
  private static final Pattern ELEMENT =
      Pattern.compile(
          "(?s)[uU]?+(?:'([^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+)'|\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\")");

  /** What a list has besides its elements. */
  private static final Pattern BETWEEN = Pattern.compile("[\\[\\],\\s]*");

  private ListCell() {}

  static boolean isList(String cell) {
    String text = cell.strip();
    return text.startsWith("[") && text.endsWith("]");
  }

  /** Whether {@link #elements} gives all that a list holds. */
  static boolean isReadWhole(String list) {
    try {
      for (JsonNode element : JSON.readTree(list)) {
        if (element.isContainerNode()) {
          return false;
        }
      }
      return true;
    } catch (JsonProcessingException e) {
      return BETWEEN.matcher(ELEMENT.matcher(list).replaceAll("")).matches();
    }
  }

  /** The elements of a list that can be read; the cell itself if it is none. */
  static List<String> elements(String cell) {
    if (!isList(cell)) {
      return List.of(cell);
    }
    try {
      List<String> elements = new ArrayList<>();
      for (JsonNode element : JSON.readTree(cell)) {
        elements.add(element.asText());
      }
      return elements;
    } catch (JsonProcessingException e) {
      return quoted(cell);
    }
  }

  private static List<String> quoted(String cell) {
    List<String> elements = new ArrayList<>();
    Matcher element = ELEMENT.matcher(cell);
    while (element.find()) {
      String text = element.group(1) == null ? element.group(2) : element.group(1);
      elements.add(text.replaceAll("\\\\(.)", "$1"));
    }
    return elements;
  }

  /** The cell of some texts: one as it is, several as a list. */
  static String of(List<String> texts) {
    if (texts.size() == 1 && !isList(texts.get(0))) {
      return texts.get(0);
    }
    try {
      return JSON.writeValueAsString(texts);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
