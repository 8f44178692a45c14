package parrot.jobs.preprocess;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.SortedSet;
import java.util.TreeSet;
import parrot.datasets.language.Language;
import parrot.datasets.shard.TrainingExample;
import parrot.datasets.source.Reject;
import parrot.datasets.source.RejectReason;

/** Rows as bytes on their way through Spark, whatever serializer it is set to. */
final class RowCodec {
  private RowCodec() {}

  static byte[] encode(PreparedRow row) throws IOException {
    TrainingExample example = row.example();
    int pixels = example.pixels() == null ? 0 : example.pixels().length;
    var bytes = new ByteArrayOutputStream(pixels + 8 * example.tokenIds().length + 256);
    DataOutputStream out = new DataOutputStream(bytes);
    text(out, example.id());
    text(out, example.language().tag());
    integers(out, example.tokenIds());
    integers(out, example.labels());
    out.writeInt(example.pixels() == null ? -1 : pixels);
    if (example.pixels() != null) {
      out.write(example.pixels());
    }
    text(out, example.source());
    out.writeBoolean(row.truncated());
    out.writeInt(row.notes().size());
    for (String note : row.notes()) {
      text(out, note);
    }
    return bytes.toByteArray();
  }

  /** Without the content's checksum, which the key has. */
  static PreparedRow decode(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    String id = text(in);
    Language language = Language.of(text(in));
    int[] ids = integers(in);
    int[] labels = integers(in);
    int length = in.readInt();
    byte[] pixels = length < 0 ? null : in.readNBytes(length);
    String source = text(in);
    boolean truncated = in.readBoolean();
    SortedSet<String> notes = new TreeSet<>();
    for (int left = in.readInt(); left > 0; left--) {
      notes.add(text(in));
    }
    return new PreparedRow(
        new TrainingExample(id, language, ids, labels, pixels, source), null, truncated, notes);
  }

  static byte[] encode(Reject reject) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    text(out, reject.origin());
    text(out, reject.id());
    text(out, reject.reason().name());
    text(out, reject.message());
    return bytes.toByteArray();
  }

  static Reject decodeReject(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    return new Reject(text(in), text(in), RejectReason.valueOf(text(in)), text(in));
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
  }

  private static void integers(DataOutputStream out, int[] values) throws IOException {
    out.writeInt(values.length);
    for (int value : values) {
      out.writeInt(value);
    }
  }

  private static int[] integers(DataInputStream in) throws IOException {
    int[] values = new int[in.readInt()];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.readInt();
    }
    return values;
  }
}
