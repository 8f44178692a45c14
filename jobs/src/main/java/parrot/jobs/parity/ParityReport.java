package parrot.jobs.parity;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import parrot.jobs.failure.FailedException;

/** The comparisons of all cases: printed as they come, and kept for a file. */
final class ParityReport {
  private static final int LONGEST_NOTE = 300;

  private final PrintWriter out;
  private final ObjectNode json;
  private int cases;
  private int comparisons;
  private int failed;
  private String summary = "";

  ParityReport(PrintWriter out, String kernels, double tolerance) {
    this.out = out;
    json = new ObjectMapper().createObjectNode();
    json.put("kernels", kernels);
    json.put("tolerance", tolerance);
    json.put("passed", false);
    json.putArray("cases");
  }

  /** Adds a case as a table: tensor, shape, difference, pass or fail. */
  void add(ReferenceCase reference, List<Comparison> results) {
    boolean passed = !results.isEmpty() && results.stream().allMatch(Comparison::passed);
    cases++;
    comparisons += results.size();
    failed += (int) results.stream().filter(result -> !result.passed()).count();
    print(reference, results);
    ObjectNode node = ((ArrayNode) json.get("cases")).addObject();
    node.put("name", reference.name());
    node.put("kind", reference.kind().toString());
    node.put("folder", reference.folder().toString());
    node.put("passed", passed);
    ArrayNode rows = node.putArray("comparisons");
    for (Comparison result : results) {
      ObjectNode row = rows.addObject();
      row.put("tensor", result.tensor());
      ArrayNode shape = row.putArray("shape");
      result.shape().forEach(shape::add);
      row.put("difference", result.difference());
      row.put("passed", result.passed());
      row.put("note", result.note());
    }
  }

  private void print(ReferenceCase reference, List<Comparison> results) {
    int name = "tensor".length();
    int shape = "shape".length();
    for (Comparison result : results) {
      name = Math.max(name, result.tensor().length());
      shape = Math.max(shape, shape(result).length());
    }
    String format = "  %-" + name + "s  %-" + shape + "s  %10s  %s%n";
    out.printf("%s (%s, %s)%n", reference.name(), reference.kind(), reference.folder());
    out.printf(format, "tensor", "shape", "difference", "result");
    for (Comparison result : results) {
      String verdict = result.passed() ? "pass" : "FAIL";
      out.printf(
          format,
          result.tensor(),
          shape(result),
          Double.isNaN(result.difference())
              ? "-"
              : String.format(Locale.ROOT, "%.2e", result.difference()),
          result.note().isEmpty() ? verdict : verdict + ": " + shortened(result.note()));
    }
    out.println();
    out.flush();
  }

  private static String shape(Comparison result) {
    return result.shape().isEmpty() ? "-" : result.shape().toString();
  }

  private static String shortened(String note) {
    String line = note.replace('\n', ' ');
    return line.length() <= LONGEST_NOTE ? line : line.substring(0, LONGEST_NOTE) + "...";
  }

  /** Prints the sum of it if everything passed. */
  void finish() {
    boolean passed = comparisons > 0 && failed == 0;
    json.put("passed", passed);
    String all =
        String.format(
            Locale.ROOT,
            "%d comparisons in %d %s",
            comparisons,
            cases,
            cases == 1 ? "case" : "cases");
    if (passed) {
      out.println("All of " + all + " passed.");
    }
    out.flush();
    summary = String.format(Locale.ROOT, "FAILED: %d of %s.", failed, all);
  }

  /**
   * Ends the command unless everything passed.
   *
   * @throws FailedException with the number of comparisons that did not
   */
  void requireAgreement() {
    if (!json.path("passed").asBoolean()) {
      throw new FailedException(summary);
    }
  }

  /** Writes everything as JSON. A NaN difference is written as the text "NaN". */
  void writeJson(OutputStream stream) throws IOException {
    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(stream, json);
  }
}
