package parrot.datasets.conversation;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import parrot.datasets.DataException;
import parrot.datasets.storage.Digests;

/**
 * One id per byte of UTF-8, then {@code <|endoftext|>} 256, {@code <|im_start|>} 257 and {@code
 * <|im_end|>} 258. It needs no file and can encode every text: reference cases of the chat format
 * are written in it.
 */
public final class ByteTokenizer implements TextTokenizer {
  private static final int BYTES = 256;
  private static final List<String> SPECIAL = List.of(END_OF_TEXT, START_OF_TURN, END_OF_TURN);
  private static final String FINGERPRINT =
      Digests.sha256(("bytes " + String.join(" ", SPECIAL)).getBytes(StandardCharsets.UTF_8));

  @Override
  public int[] encode(String text) {
    int[] ids = new int[text.length() * 3]; // a char is at most three bytes of UTF-8
    int size = 0;
    int at = 0;
    while (at < text.length()) {
      int special = specialAt(text, at);
      if (special >= 0) {
        ids[size++] = BYTES + special;
        at += SPECIAL.get(special).length();
        continue;
      }
      int codePoint = text.codePointAt(at);
      for (byte b : Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)) {
        ids[size++] = b & 0xFF;
      }
      at += Character.charCount(codePoint);
    }
    return Arrays.copyOf(ids, size);
  }

  @Override
  public int[] encodeText(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[bytes.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = bytes[i] & 0xFF;
    }
    return ids;
  }

  @Override
  public boolean hasControlToken(String text) {
    return SPECIAL.stream().anyMatch(text::contains);
  }

  private static int specialAt(String text, int at) {
    for (int i = 0; i < SPECIAL.size(); i++) {
      if (text.startsWith(SPECIAL.get(i), at)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public String decode(int[] ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(ids.length);
    for (int id : ids) {
      if (id >= vocabularySize()) {
        throw new DataException(
            "Cannot decode tokens: no token has the id %d (must be below %d)"
                .formatted(id, vocabularySize()));
      }
      if (id >= 0 && id < BYTES) {
        bytes.write(id);
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Override
  public int vocabularySize() {
    return BYTES + SPECIAL.size();
  }

  @Override
  public String fingerprint() {
    return FINGERPRINT;
  }

  @Override
  public int id(String token) {
    int special = SPECIAL.indexOf(token);
    if (special < 0) {
      throw new DataException(
          "Cannot find token %s: the byte tokenizer names only %s"
              .formatted(token, String.join(", ", SPECIAL)));
    }
    return BYTES + special;
  }
}
