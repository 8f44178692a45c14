package parrot.datasets.conversation;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Token ids of short texts that came lately: system turns, headers and many questions are the same
 * in row after row. Safe for use by several threads.
 */
final class RecentTexts {
  private static final int MOST = 1024;
  private static final int LONGEST = 256; // in chars

  private final Map<String, int[]> ids =
      new LinkedHashMap<>(MOST, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, int[]> eldest) {
          return size() > MOST;
        }
      };

  /** The ids of a text, which are the caller's own. */
  int[] ids(String text, Function<String, int[]> encoder) {
    if (text.length() > LONGEST) {
      return encoder.apply(text);
    }
    int[] known;
    synchronized (ids) {
      known = ids.get(text);
    }
    if (known == null) {
      known = encoder.apply(text);
      synchronized (ids) {
        ids.put(text, known);
      }
    }
    return known.clone();
  }
}
