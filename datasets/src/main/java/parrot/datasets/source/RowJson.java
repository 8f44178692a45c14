package parrot.datasets.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import parrot.datasets.DataException;

/** JSON as Python writes it, so with NaN and Infinity; what is wrong with it is said in words. */
final class RowJson {
  private static final int EXCERPT = 32;

  private static final Pattern PYTHON = Pattern.compile("\\s*\\{\\s*'");

  static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private RowJson() {}

  /**
   * The one value that {@code row} holds; missing if it is blank.
   *
   * @throws DataException with what is wrong with it, if it is not JSON
   */
  static JsonNode parse(byte[] row) {
    try (JsonParser parser = MAPPER.createParser(row)) {
      JsonNode tree = MAPPER.readTree(parser);
      if (hasHalfCharacter(row)) {
        throw new DataException(
            "it holds half of a character, one \\uD800 to \\uDFFF without the other (was a text cut in the middle of an emoji? remove it)");
      }
      return tree == null ? MAPPER.missingNode() : tree;
    } catch (IOException e) {
      throw new DataException(problem(row, e), e);
    }
  }

  /** UTF-8 has no bytes for half of a surrogate pair, so that it would become another character. */
  private static boolean hasHalfCharacter(byte[] row) {
    for (int i = 0; i < row.length; i++) {
      if (row[i] != '\\') {
        continue;
      }
      boolean high = isSurrogate(row, i, "89ab");
      if (high && !isSurrogate(row, i + 6, "cdef") || isSurrogate(row, i, "cdef")) {
        return true;
      }
      i += high ? 11 : 1;
    }
    return false;
  }

  private static boolean isSurrogate(byte[] row, int at, String third) {
    return at + 5 < row.length
        && row[at] == '\\'
        && row[at + 1] == 'u'
        && (row[at + 2] | ' ') == 'd'
        && third.indexOf(row[at + 3] | ' ') >= 0;
  }

  private static String problem(byte[] row, IOException e) {
    OptionalInt notUtf8 = firstByteNotUtf8(row);
    if (notUtf8.isPresent()) {
      return "byte "
          + notUtf8.getAsInt()
          + " of it is not UTF-8 (is it GBK or Latin-1? convert the file to UTF-8)";
    }
    if (PYTHON
        .matcher(new String(row, 0, Math.min(row.length, EXCERPT), StandardCharsets.UTF_8))
        .lookingAt()) {
      return "it is written as Python shows an object, with single quotes (write it with json.dumps)";
    }
    if (e instanceof JsonEOFException) {
      return "it breaks off at byte " + row.length + " of it";
    }
    if (e instanceof StreamConstraintsException) {
      return tooMuch(String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT));
    }
    boolean control = String.valueOf(e.getMessage()).contains("CTRL-CHAR");
    long at =
        e instanceof JsonProcessingException json && json.getLocation() != null
            ? json.getLocation().getByteOffset()
            : 0;
    int from = (int) Math.max(0, Math.min(at, row.length) - EXCERPT / 2);
    String near =
        new String(row, from, Math.min(EXCERPT, row.length - from), StandardCharsets.UTF_8);
    return (control ? "a line break, tab or other control character in a text" : "not JSON")
        + " near byte "
        + Math.max(0, at)
        + " of it, at '"
        + printable(near)
        + "'";
  }

  private static String tooMuch(String message) {
    StreamReadConstraints limits = StreamReadConstraints.defaults();
    return message.contains("depth")
        ? "it has more than %,d levels".formatted(limits.getMaxNestingDepth())
        : message.contains("number")
            ? "it has a number of more than %,d digits".formatted(limits.getMaxNumberLength())
            : "it has a text of more than %,d characters".formatted(limits.getMaxStringLength());
  }

  /** Where {@code bytes} stop being UTF-8. */
  static OptionalInt firstByteNotUtf8(byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(1024);
    CoderResult result;
    do {
      out.clear();
      result = decoder.decode(in, out, true);
    } while (result.isOverflow());
    return result.isError() ? OptionalInt.of(in.position()) : OptionalInt.empty();
  }

  /** {@code text} on one line, without what a terminal would act on. */
  static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", " ").replace('\uFFFD', '?').strip();
  }
}
