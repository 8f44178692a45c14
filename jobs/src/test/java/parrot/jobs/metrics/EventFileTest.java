package parrot.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.storage.FileSystems;

/** TensorBoard finds each number of the metrics file, under its path, at its round. */
class EventFileTest {
  /** Every file of TensorBoard begins with a record of 24 bytes, and its length's checksum. */
  private static final byte[] BEGINNING = {24, 0, 0, 0, 0, 0, 0, 0, (byte) 0xa3, 0x7f, 0x4b, 0x22};

  @TempDir Path folder;
  private org.apache.hadoop.fs.Path run;
  private FileSystem files;

  /** An event as it was read: its step, and its numbers by their tags. */
  private record Event(long step, Map<String, Float> numbers) {}

  @BeforeEach
  void locate() {
    run = new org.apache.hadoop.fs.Path(folder.toUri());
    files = FileSystems.of(run, new Configuration());
  }

  @Test
  void numbersAreFoundByTheirPaths() throws IOException {
    try (EventFile events = new EventFile(files, run)) {
      events.add(
          new ObjectMapper()
              .readTree(
                  "{\"round\":300,\"loss\":2.5,\"notes\":[\"a word\"],\"languages\":{\"pt\":"
                      + "{\"loss\":1.5}},\"balance\":{\"load\":[0.25,0.75],\"verdict\":\"shared\"}}"));
    }

    assertThat(bytes()).startsWith(BEGINNING);
    assertThat(read())
        .containsExactly(
            new Event(0, Map.of()),
            new Event(
                300,
                Map.of(
                    "loss",
                    2.5f,
                    "languages/pt/loss",
                    1.5f,
                    "balance/load/0",
                    0.25f,
                    "balance/load/1",
                    0.75f)));
  }

  @Test
  void aResumedRunKeepsTheRoundsUpToItsCheckpoint() throws IOException {
    try (MetricsFile metrics = new MetricsFile(files, run, 0, true)) {
      for (int round = 0; round < 4; round++) {
        metrics.add(MetricsFileTest.line(round));
      }
    }
    try (MetricsFile metrics = new MetricsFile(files, run, 2, true)) {
      metrics.add(MetricsFileTest.line(3));
    }

    assertThat(read().stream().map(Event::step)).containsExactly(0L, 0L, 1L, 2L, 3L);
    assertThat(read().get(3).numbers()).containsEntry("step", 4f).containsEntry("epoch", 0.5f);
  }

  private byte[] bytes() throws IOException {
    return Files.readAllBytes(folder.resolve(EventFile.FOLDER).resolve(EventFile.NAME));
  }

  private List<Event> read() throws IOException {
    ByteBuffer all = ByteBuffer.wrap(bytes()).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (all.hasRemaining()) {
      byte[] length = take(all, Long.BYTES);
      byte[] content =
          take(all, (int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong());
      events.add(event(CodedInputStream.newInstance(content)));
    }
    return events;
  }

  private static byte[] take(ByteBuffer all, int count) {
    byte[] bytes = new byte[count];
    all.get(bytes);
    assertThat(all.getInt()).isEqualTo(EventFile.maskedChecksum(bytes));
    return bytes;
  }

  private static Event event(CodedInputStream in) throws IOException {
    long step = 0;
    Map<String, Float> numbers = new LinkedHashMap<>();
    for (int key = in.readTag(); key != 0; key = in.readTag()) {
      switch (key >>> 3) {
        case 1 -> assertThat(in.readDouble()).isPositive();
        case 2 -> step = in.readInt64();
        case 3 -> assertThat(in.readString()).isEqualTo("brain.Event:2");
        default -> summary(CodedInputStream.newInstance(in.readByteArray()), numbers);
      }
    }
    return new Event(step, numbers);
  }

  private static void summary(CodedInputStream in, Map<String, Float> numbers) throws IOException {
    while (in.readTag() != 0) {
      CodedInputStream value = CodedInputStream.newInstance(in.readByteArray());
      value.readTag();
      String tag = value.readString();
      value.readTag();
      numbers.put(tag, value.readFloat());
    }
  }
}
