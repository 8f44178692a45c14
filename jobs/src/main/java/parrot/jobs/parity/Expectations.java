package parrot.jobs.parity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import parrot.model.weights.Safetensors;

/** What a case expects, and the comparisons with it so far. */
final class Expectations {
  private final Safetensors file;
  private final double tolerance;
  private final List<Comparison> comparisons = new ArrayList<>();
  private final Set<String> seen = new HashSet<>();

  Expectations(Safetensors file, double tolerance) {
    this.file = file;
    this.tolerance = tolerance;
  }

  Set<String> names() {
    return file.names();
  }

  int[] shape(String tensor) {
    return file.shape(tensor);
  }

  long[] integers(String tensor) {
    return file.readLongs(tensor);
  }

  /** Runs a part of a case; if it fails, all its tensors that were not compared yet fail too. */
  void part(List<String> tensors, Runnable part) {
    try {
      part.run();
    } catch (RuntimeException e) {
      String message = e.getMessage() == null ? e.toString() : e.getMessage();
      tensors.stream()
          .filter(tensor -> !seen.contains(tensor))
          .toList()
          .forEach(tensor -> fail(tensor, message));
    }
  }

  void fail(String tensor, String note) {
    add(Comparison.failed(tensor, note));
  }

  void add(Comparison comparison) {
    seen.add(comparison.tensor());
    comparisons.add(comparison);
  }

  /** Compares floats of this shape. */
  void values(String tensor, float[] actual, int... shape) {
    values(tensor, actual, null, shape);
  }

  /**
   * Compares floats of this shape.
   *
   * @param counts which positions count; null for all
   */
  void values(String tensor, float[] actual, boolean[] counts, int... shape) {
    if (fits(tensor, shape)) {
      add(
          Comparison.ofValues(
              tensor, Comparison.shape(shape), actual, file.read(tensor), counts, tolerance));
    }
  }

  /** Compares whole numbers of this shape, which must be equal. */
  void integers(String tensor, long[] actual, boolean[] counts, int... shape) {
    if (fits(tensor, shape)) {
      add(
          Comparison.ofIntegers(
              tensor, Comparison.shape(shape), actual, file.readLongs(tensor), counts));
    }
  }

  private boolean fits(String tensor, int[] shape) {
    if (!file.names().contains(tensor)) {
      fail(tensor, "it is missing in " + CaseKind.EXPECTED);
      return false;
    }
    int[] expected = file.shape(tensor);
    if (!Arrays.equals(expected, shape)) {
      fail(
          tensor,
          "its shape is %s here (expected %s)"
              .formatted(Arrays.toString(shape), Arrays.toString(expected)));
      return false;
    }
    return true;
  }

  /** All comparisons, with a failure for each expected tensor that was compared with nothing. */
  List<Comparison> finish() {
    for (String tensor : file.names()) {
      if (!seen.contains(tensor)) {
        fail(tensor, "it is expected, but nothing of that name is computed here");
      }
    }
    return List.copyOf(comparisons);
  }
}
