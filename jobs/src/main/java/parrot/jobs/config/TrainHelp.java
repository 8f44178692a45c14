package parrot.jobs.config;

import java.util.ArrayList;
import java.util.List;

/** The keys of the training configuration as {@code parrot train --help} prints them. */
public final class TrainHelp {
  private static final int WIDTH = 98;
  private static final int MEANINGS = 41;

  private TrainHelp() {}

  /** A title and lines for each section; in a line a key, what it is if absent, its meaning. */
  public static List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("Keys of the configuration, and what they are if absent:");
    for (TrainKeys.Section section : TrainKeys.SECTIONS) {
      lines.add("");
      lines.add("  " + section.title());
      section.keys().forEach(key -> lines.addAll(lines(key)));
    }
    return lines;
  }

  private static List<String> lines(Key<?> key) {
    String start = "    " + key.path() + ": " + key.absentInWords();
    List<String> lines = new ArrayList<>();
    if (start.length() >= MEANINGS) {
      lines.add(start);
      start = "";
    }
    StringBuilder line = new StringBuilder(pad(start) + "#");
    for (String word : meaning(key).split(" ")) {
      if (line.length() + 1 + word.length() > WIDTH) {
        lines.add(line.toString());
        line = new StringBuilder(pad("") + "#");
      }
      line.append(' ').append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  private static String meaning(Key<?> key) {
    return key.form().isChoice()
        ? key.meaning() + " (" + key.form().allowed() + ")"
        : key.meaning();
  }

  private static String pad(String start) {
    return start + " ".repeat(MEANINGS - start.length());
  }
}
