package parrot.model.weights;

import java.util.Collection;

/** Names in a message: the first ten, and how many more there are. */
final class NameList {
  private static final int SHOWN = 10;

  private NameList() {}

  static String of(Collection<String> names) {
    String first = String.join(", ", names.stream().limit(SHOWN).toList());
    return names.size() > SHOWN ? first + " and " + (names.size() - SHOWN) + " more" : first;
  }
}
