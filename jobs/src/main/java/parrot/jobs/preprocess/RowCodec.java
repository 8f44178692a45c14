package parrot.jobs.preprocess;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import parrot.datasets.language.Language;
import parrot.datasets.shard.TrainingExample;
import parrot.datasets.source.Reject;
import parrot.datasets.source.RejectReason;

/** Rows as bytes on their way through Spark, whatever serializer it is set to. */
final class RowCodec {
  /** Stands for the length of the pixels of a row without an image. */
  private static final int NONE = -1;

  private static final String NUMBER = "i";
  private static final String LONG_NUMBER = "l";
  private static final String TEXT = "s";

  private RowCodec() {}

  static byte[] encode(PreparedRow row) {
    TrainingExample example = row.example();
    byte[] pixels = example.pixels();
    List<byte[]> texts = new ArrayList<>();
    texts.add(bytes(example.id()));
    texts.add(bytes(example.language().tag()));
    texts.add(bytes(example.source()));
    row.notes().forEach(note -> texts.add(bytes(note)));
    List<byte[]> scores = scores(example.scores());
    ByteBuffer out =
        ByteBuffer.allocate(
            size(texts)
                + size(scores)
                + row.prints().length
                + Integer.BYTES * (6 + example.tokenIds().length + example.labels().length)
                + (pixels == null ? 0 : pixels.length)
                + 1);
    put(out, example.tokenIds());
    put(out, example.labels());
    out.putInt(pixels == null ? NONE : pixels.length);
    if (pixels != null) {
      out.put(pixels);
    }
    out.put((byte) (row.truncated() ? 1 : 0));
    put(out, texts);
    put(out, scores);
    out.putInt(row.prints().length).put(row.prints());
    return out.array();
  }

  /** Without the content's checksum, which the key has. */
  static PreparedRow decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int[] ids = integers(in);
    int[] labels = integers(in);
    int length = in.getInt();
    byte[] pixels = length == NONE ? null : new byte[length];
    if (pixels != null) {
      in.get(pixels);
    }
    boolean truncated = in.get() == 1;
    List<String> texts = texts(in);
    Language language = Language.of(texts.get(1));
    SortedMap<String, Object> scores = scores(texts(in));
    byte[] prints = new byte[in.getInt()];
    in.get(prints);
    return new PreparedRow(
        new TrainingExample(texts.get(0), language, ids, labels, pixels, texts.get(2), scores),
        null,
        truncated,
        new TreeSet<>(texts.subList(3, texts.size())),
        prints);
  }

  /** Each name, and its value behind a letter that tells a number from a text. */
  private static List<byte[]> scores(SortedMap<String, Object> scores) {
    List<byte[]> texts = new ArrayList<>();
    scores.forEach(
        (name, value) -> {
          texts.add(bytes(name));
          texts.add(bytes(letter(value) + value));
        });
    return texts;
  }

  private static String letter(Object score) {
    if (score instanceof Integer) {
      return NUMBER;
    }
    return score instanceof Long ? LONG_NUMBER : TEXT;
  }

  private static SortedMap<String, Object> scores(List<String> texts) {
    SortedMap<String, Object> scores = new TreeMap<>();
    for (int i = 0; i < texts.size(); i += 2) {
      String value = texts.get(i + 1).substring(1);
      scores.put(
          texts.get(i),
          switch (texts.get(i + 1).substring(0, 1)) {
            case NUMBER -> (Object) Integer.valueOf(value);
            case LONG_NUMBER -> Long.valueOf(value);
            default -> value;
          });
    }
    return scores;
  }

  static byte[] encode(Reject reject) {
    List<byte[]> texts =
        Stream.of(reject.origin(), reject.id(), reject.reason().name(), reject.message())
            .map(RowCodec::bytes)
            .toList();
    ByteBuffer out = ByteBuffer.allocate(Integer.BYTES + size(texts));
    put(out, texts);
    return out.array();
  }

  static Reject decodeReject(byte[] bytes) {
    List<String> texts = texts(ByteBuffer.wrap(bytes));
    return new Reject(texts.get(0), texts.get(1), RejectReason.valueOf(texts.get(2)), texts.get(3));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Bytes that texts take, without their number. */
  private static int size(List<byte[]> texts) {
    return texts.stream().mapToInt(text -> Integer.BYTES + text.length).sum();
  }

  private static void put(ByteBuffer out, List<byte[]> texts) {
    out.putInt(texts.size());
    for (byte[] text : texts) {
      out.putInt(text.length).put(text);
    }
  }

  private static List<String> texts(ByteBuffer in) {
    List<String> texts = new ArrayList<>();
    for (int left = in.getInt(); left > 0; left--) {
      byte[] text = new byte[in.getInt()];
      in.get(text);
      texts.add(new String(text, StandardCharsets.UTF_8));
    }
    return texts;
  }

  private static void put(ByteBuffer out, int[] values) {
    out.putInt(values.length);
    out.asIntBuffer().put(values);
    out.position(out.position() + Integer.BYTES * values.length);
  }

  private static int[] integers(ByteBuffer in) {
    int[] values = new int[in.getInt()];
    in.asIntBuffer().get(values);
    in.position(in.position() + Integer.BYTES * values.length);
    return values;
  }
}
