package parrot.model.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;

/** The first bytes of a file, which tell what it is, whatever its name says. */
final class FileStart {
  private static final int LONGEST = 64;
  private static final String ZIP = "PK\003\004";

  /** How a PyTorch file of before 1.6 begins: a pickle of 0x1950a86a20f9469cfc6c. */
  private static final String LEGACY_TORCH =
      "\200\002\212\012\154\374\234\106\371\040\152\250\120\031";

  private static final Map<String, String> OTHERS =
      Map.of(
          "\211HDF",
          "an HDF5 file, as TensorFlow and Keras write",
          "GGUF",
          "a GGUF file of llama.cpp",
          "\037\213",
          "a gzip archive; unpack it",
          "\050\265\057\375",
          "a zstd archive; unpack it",
          "7z\274\257",
          "a 7z archive; unpack it",
          "\375" + "7zXZ",
          "an xz archive; unpack it");

  private final String text;

  private FileStart(String text) {
    this.text = text;
  }

  static FileStart of(FSDataInputStream stream, long length) throws IOException {
    byte[] bytes = new byte[(int) Math.min(LONGEST, length)];
    stream.readFully(0, bytes);
    return new FileStart(new String(bytes, ISO_8859_1));
  }

  /** The first line of a text; a safetensors file never begins with eight printable characters. */
  Optional<String> text() {
    boolean printable = text.chars().limit(8).allMatch(c -> c == '\n' || c >= ' ' && c < 127);
    return printable && text.length() >= 8 ? text.lines().findFirst() : Optional.empty();
  }

  boolean isZip() {
    return text.startsWith(ZIP);
  }

  boolean isLegacyTorch() {
    return text.startsWith(LEGACY_TORCH);
  }

  /**
   * Refuses what is known to hold neither weights nor an index.
   *
   * @throws ModelException saying what the file is
   */
  void refuseOthers(Path file) {
    if (text.startsWith("version https://git-lfs")) {
      throw refused(
          file,
          "a git-lfs pointer in place of the file (run git lfs pull in its folder, or download the"
              + " file itself)");
    }
    if (text.strip().toLowerCase(Locale.ROOT).startsWith("<")) {
      throw refused(
          file,
          "a web page in place of the file (often a login or an error page); download it again");
    }
    OTHERS.forEach(
        (start, kind) -> {
          if (text.startsWith(start)) {
            throw refused(file, kind + " (expected safetensors or PyTorch's format)");
          }
        });
  }

  private static ModelException refused(Path file, String kind) {
    return new ModelException("Cannot read " + file + ": it is " + kind);
  }
}
