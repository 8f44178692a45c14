package parrot.datasets.benchmark;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.language.UnicodeText;
import parrot.datasets.storage.StoredStream;

/**
 * Rows of a file by the names of their columns; a column without a name is left out. Names may
 * differ from those that are asked for in case, in space around them, and in {@code _}, {@code -}
 * and space within.
 */
abstract class Table implements Closeable {
  private final String name;
  private final Map<String, Integer> columns = new HashMap<>();
  private final Map<String, List<Integer>> alike = new HashMap<>();
  private int width;

  /**
   * @param name what messages call the file
   */
  Table(String name) {
    this.name = name;
  }

  /**
   * Opens tab-separated values; a spreadsheet if the name ends in {@code .xlsx}, JSON lines if in
   * {@code .jsonl}.
   */
  static Table open(FileSystem files, Path path) throws IOException {
    String name = path.getName().toLowerCase(Locale.ROOT);
    Table table;
    if (name.endsWith(JsonLines.EXTENSION)) {
      table = new JsonLines(files, path);
    } else if (name.endsWith(Spreadsheet.EXTENSION)) {
      table = new Spreadsheet(StoredStream.open(files, path), path.toString());
    } else {
      table = new Tsv(StoredStream.open(files, path), path.toString());
    }
    boolean complete = false;
    try {
      table.readHeader();
      complete = true;
      return table;
    } finally {
      if (!complete) {
        table.close();
      }
    }
  }

  /** The cells of the next record, null where nothing stands; null at the end. */
  abstract List<String> record() throws IOException;

  /** The line that the next record begins at, from 1 on. */
  abstract int line();

  final String name() {
    return name;
  }

  private void readHeader() throws IOException {
    List<String> header = record();
    if (header == null) {
      throw new DataException(
          "Cannot read %s: it is empty (expected a header of tab-separated columns)"
              .formatted(name));
    }
    width = header.size();
    for (int i = 0; i < width; i++) {
      String column = header.get(i) == null ? "" : UnicodeText.strip(header.get(i));
      if (column.isEmpty()) {
        continue;
      }
      if (columns.put(column, i) != null) {
        throw new DataException(
            "Cannot read %s line 1: the column %s is there twice (rename or remove one)"
                .formatted(name, column));
      }
      if (column.length() > 1) {
        alike.computeIfAbsent(loose(column), key -> new ArrayList<>()).add(i);
      }
    }
    addLettersInLowerCase();
  }

  /** Lower-case letters are options if they run from a on, two at least; else x may be a place. */
  private void addLettersInLowerCase() {
    boolean capitals = IntStream.rangeClosed('A', 'Z').anyMatch(c -> columns.containsKey(name(c)));
    if (capitals || !columns.containsKey("b")) {
      return;
    }
    for (int c = 'a'; c <= 'z' && columns.containsKey(name(c)); c++) {
      alike.put(name(Character.toUpperCase(c)), List.of(columns.get(name(c))));
    }
  }

  private static String name(int letter) {
    return Character.toString(letter);
  }

  private static String loose(String column) {
    return column.toLowerCase(Locale.ROOT).replace('-', '_').replace(' ', '_');
  }

  /** The place of a column; null if it is not there, or if several names come as near. */
  private Integer place(String column) {
    Integer exact = columns.get(column);
    if (exact != null) {
      return exact;
    }
    String key = column.length() == 1 ? column : loose(column);
    List<Integer> near = alike.getOrDefault(key, List.of());
    return near.size() == 1 ? near.get(0) : null;
  }

  boolean has(String column) {
    return place(column) != null;
  }

  /**
   * @throws DataException naming the columns that are missing and those that are there
   */
  void require(String... required) {
    List<String> missing = new ArrayList<>();
    for (String column : required) {
      if (!has(column)) {
        missing.add(column);
      }
    }
    if (!missing.isEmpty()) {
      throw new DataException(
          "Cannot read %s line 1: no column %s (got %s; is it tab-separated?)"
              .formatted(
                  name,
                  String.join(", ", missing),
                  String.join(", ", columns.keySet().stream().sorted().toList())));
    }
  }

  /**
   * @throws DataException naming the columns that are not known, which nothing would read
   */
  void refuseOthersThan(Set<String> known) {
    Set<String> unknown = new TreeSet<>(columns.keySet());
    Set<String> names = known.stream().map(Table::loose).collect(Collectors.toSet());
    unknown.removeIf(column -> names.contains(loose(column)));
    if (!unknown.isEmpty()) {
      throw new DataException(
          "Cannot read %s line 1: unknown columns %s (known are %s; rename or remove them)"
              .formatted(name, unknown, new TreeSet<>(known)));
    }
  }

  /** The next row, or null at the end. */
  Row next() throws IOException {
    int begin;
    List<String> cells;
    do {
      begin = line();
      cells = record();
      if (cells == null) {
        return null;
      }
    } while (cells.size() == 1 && width > 1 && cells.get(0) == null);
    if (cells.size() != width) {
      throw new DataException(
          "Cannot read %s line %d: %d columns (expected %d as in the header; is the file complete?)"
              .formatted(name, begin, cells.size(), width));
    }
    return new Row(cells, begin);
  }

  /** One row, by the names of its columns. */
  final class Row {
    private final List<String> cells;
    private final int begin;

    private Row(List<String> cells, int begin) {
      this.cells = cells;
      this.begin = begin;
    }

    /** The cell as it stands; null where nothing stands or the column is not there. */
    String raw(String column) {
      Integer i = place(column);
      return i == null ? null : cells.get(i);
    }

    /** The cell, unless the column is not there, or it is blank or {@code nan}. */
    Optional<String> value(String column) {
      String cell = raw(column);
      boolean absent =
          cell == null
              || UnicodeText.isBlank(cell)
              || UnicodeText.strip(cell).equalsIgnoreCase("nan");
      return absent ? Optional.empty() : Optional.of(cell);
    }

    /** Where a cell is and what is wrong with it, in words. */
    String says(String column, String reason) {
      return "line %d column %s: %s".formatted(begin, column, reason);
    }

    /** A problem with a cell for which the whole file is refused. */
    DataException problem(String column, String reason) {
      return new DataException("Cannot read %s %s".formatted(name, says(column, reason)));
    }

    int line() {
      return begin;
    }
  }
}
