package parrot.datasets.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigestsTest {
  /** The one-block example of FIPS 180-4. */
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @TempDir private java.nio.file.Path scratch;

  @Test
  void givesThePublishedDigestOfBytes() {
    assertThat(Digests.sha256("abc".getBytes(StandardCharsets.US_ASCII))).isEqualTo(ABC);
  }

  @Test
  void givesTheSameOfAFile() throws IOException {
    Path file = new Path(Files.writeString(scratch.resolve("a"), "abc").toUri());

    assertThat(Digests.sha256(FileSystems.of(file, new Configuration()), file)).isEqualTo(ABC);
  }
}
