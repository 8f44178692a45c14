package parrot.datasets.image.webp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Tables of RFC 6386, kept in a resource file. */
final class Vp8Constants {
  private static final Map<String, int[]> TABLES = load();

  /** Quantizer of the first coefficient by index, [128]. */
  static final int[] DC = TABLES.get("dc-quantizers");

  /** Quantizer of the other coefficients by index, [128]. */
  static final int[] AC = TABLES.get("ac-quantizers");

  /** Probabilities of the modes of 4 x 4 blocks, [above 10, left 10, 9]. */
  static final int[] MODES = TABLES.get("mode-probabilities");

  /** Probabilities that a token probability changes, [type 4, band 8, context 3, 11]. */
  static final int[] UPDATES = TABLES.get("update-probabilities");

  /** Token probabilities before any change, in the same order. */
  static final int[] TOKENS = TABLES.get("token-probabilities");

  /** Place in the block of each coefficient, in the order of the bitstream. */
  static final int[] ZIGZAG = {0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15};

  /** Band of each coefficient, with one beyond the last. */
  static final int[] BANDS = {0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0};

  /** Probabilities of the extra bits of large coefficients, by category. */
  static final int[][] EXTRA_BITS = {
    {173, 148, 140},
    {176, 155, 140, 135},
    {180, 157, 141, 134, 130},
    {254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129}
  };

  private Vp8Constants() {}

  private static Map<String, int[]> load() {
    Map<String, int[]> tables = new HashMap<>();
    try (InputStream stream = Vp8Constants.class.getResourceAsStream("vp8.txt");
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(stream, StandardCharsets.US_ASCII))) {
      int[] table = {};
      int filled = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ");
        if (line.startsWith("#")) {
          continue;
        }
        if (Character.isLetter(line.charAt(0))) {
          table = new int[Integer.parseInt(words[1])];
          filled = 0;
          tables.put(words[0], table);
          continue;
        }
        for (String word : words) {
          table[filled++] = Integer.parseInt(word);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return tables;
  }
}
