package parrot.datasets.record;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import parrot.datasets.image.DataUri;

/**
 * The images of one row, from all its fields. The same image may be named twice: by path and by
 * file name, or by the address that it was fetched from.
 */
final class RecordImages {
  private final RecordFormat format;
  private final List<List<String>> byField = new ArrayList<>();

  RecordImages(RecordFormat format) {
    this.format = format;
  }

  /** Adds what fields of images hold, in the order in which the format names them. */
  void addFieldsOf(RecordFields fields) {
    fields.unread().stream()
        .filter(field -> format.isImage(field.getKey()))
        .sorted(Comparator.comparingInt(field -> format.imageRank(field.getKey())))
        .forEach(field -> add(field, fields));
  }

  private void add(Map.Entry<String, JsonNode> field, RecordFields fields) {
    add(ImageValues.read(field.getKey(), fields.get(field.getKey())));
  }

  void add(List<String> images) {
    if (!images.isEmpty()) {
      byField.add(images);
    }
  }

  /** Each image once. */
  List<String> distinct() {
    boolean anyHere = byField.stream().anyMatch(images -> !areAddresses(images));
    Set<String> distinct = new LinkedHashSet<>();
    for (List<String> images : byField) {
      if (anyHere && areAddresses(images)) {
        continue;
      }
      Set<String> former = new LinkedHashSet<>(distinct);
      for (String image : images) {
        if (former.stream().noneMatch(other -> isSame(other, image))) {
          distinct.add(image);
        }
      }
    }
    return List.copyOf(distinct);
  }

  private static boolean areAddresses(List<String> images) {
    return images.stream().allMatch(RecordImages::isAddress);
  }

  static boolean isAddress(String image) {
    return image.startsWith("http://") || image.startsWith("https://");
  }

  /** Whether two fields name the same file, one of them perhaps with its folder or other suffix. */
  static boolean isSame(String one, String other) {
    return one.equals(other)
        || !DataUri.is(one) && !DataUri.is(other) && stem(one).equals(stem(other));
  }

  private static String stem(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }
}
