package parrot.jobs.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The numbers of a run as TensorBoard reads them: a file of TFRecords, each an {@code Event} in
 * protocol buffers, with the round as its step. The tag of a number is its path in the line of the
 * metrics file, {@code languages/pt/loss}.
 *
 * <p>The fields are those of TensorFlow's {@code event.proto} and {@code summary.proto}, the frames
 * those of its {@code record_writer}.
 */
final class EventFile implements AutoCloseable {
  /** Folder of the file, in the run's. */
  static final String FOLDER = "tensorboard";

  /** Tools look for the word {@code tfevents} in the name. */
  static final String NAME = "events.out.tfevents.0.parrot";

  // event.proto
  private static final int WALL_TIME = 1;
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;
  // summary.proto
  private static final int VALUE = 1;
  private static final int TAG = 1;
  private static final int SIMPLE_VALUE = 2;

  // How a field of protocol buffers is encoded.
  private static final int VARINT = 0;
  private static final int EIGHT_BYTES = 1;
  private static final int LENGTH = 2;
  private static final int FOUR_BYTES = 5;

  private static final int MASK = 0xa282ead8;

  private final FSDataOutputStream stream;

  /** Begins the file anew. */
  EventFile(FileSystem files, Path run) throws IOException {
    stream = files.create(new Path(new Path(run, FOLDER), NAME), true);
    ByteArrayOutputStream event = event();
    bytes(event, FILE_VERSION, "brain.Event:2".getBytes(StandardCharsets.UTF_8));
    record(event.toByteArray());
  }

  /** Adds all numbers of a line of the metrics file. */
  void add(JsonNode line) throws IOException {
    ByteArrayOutputStream summary = new ByteArrayOutputStream();
    for (Map.Entry<String, Float> number : numbers(line).entrySet()) {
      ByteArrayOutputStream value = new ByteArrayOutputStream();
      bytes(value, TAG, number.getKey().getBytes(StandardCharsets.UTF_8));
      key(value, SIMPLE_VALUE, FOUR_BYTES);
      value.write(little(Float.BYTES).putFloat(number.getValue()).array());
      bytes(summary, VALUE, value.toByteArray());
    }
    ByteArrayOutputStream event = event();
    key(event, STEP, VARINT);
    varint(event, line.path("round").asLong());
    bytes(event, SUMMARY, summary.toByteArray());
    record(event.toByteArray());
    stream.hflush();
  }

  private static Map<String, Float> numbers(JsonNode line) {
    Map<String, Float> numbers = new LinkedHashMap<>();
    line.fields().forEachRemaining(field -> collect(field.getKey(), field.getValue(), numbers));
    numbers.remove("round");
    return numbers;
  }

  private static void collect(String tag, JsonNode value, Map<String, Float> numbers) {
    if (value.isNumber()) {
      numbers.put(tag, value.floatValue());
    } else if (value.isObject()) {
      value
          .fields()
          .forEachRemaining(
              field -> collect(tag + "/" + field.getKey(), field.getValue(), numbers));
    } else if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        collect(tag + "/" + i, value.get(i), numbers);
      }
    }
  }

  private static ByteArrayOutputStream event() throws IOException {
    ByteArrayOutputStream event = new ByteArrayOutputStream();
    key(event, WALL_TIME, EIGHT_BYTES);
    event.write(little(Double.BYTES).putDouble(System.currentTimeMillis() / 1000.0).array());
    return event;
  }

  /** A TFRecord: length, its checksum, content, its checksum. */
  private void record(byte[] content) throws IOException {
    byte[] length = little(Long.BYTES).putLong(content.length).array();
    stream.write(length);
    stream.write(little(Integer.BYTES).putInt(maskedChecksum(length)).array());
    stream.write(content);
    stream.write(little(Integer.BYTES).putInt(maskedChecksum(content)).array());
  }

  /** CRC-32C, rotated and shifted so that a checksum of checksums is of use. */
  static int maskedChecksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return Integer.rotateRight((int) checksum.getValue(), 15) + MASK;
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void bytes(OutputStream message, int field, byte[] value) throws IOException {
    key(message, field, LENGTH);
    varint(message, value.length);
    message.write(value);
  }

  private static void key(OutputStream message, int field, int encoding) throws IOException {
    varint(message, (long) field << 3 | encoding);
  }

  private static void varint(OutputStream message, long value) throws IOException {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      message.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    message.write((int) rest);
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
