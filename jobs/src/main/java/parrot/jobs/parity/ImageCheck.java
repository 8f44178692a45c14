package parrot.jobs.parity;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.image.ImagePreparation;
import parrot.datasets.image.VisionEncoder;
import parrot.datasets.storage.FileSystems;
import parrot.model.weights.Safetensors;

/**
 * An images case: NAME@SIZE, the image file NAME prepared for an encoder of SIZE pixels. Values
 * from lossless formats must be within 1 and differ by less than 0.02 on average. Decoders of JPEG
 * and lossy WebP may round differently: the mean difference must be below 1.
 */
final class ImageCheck {
  private static final Pattern NAME = Pattern.compile("(.+)@([1-9][0-9]{0,3})");
  private static final int LARGEST_LOSSLESS = 1;
  private static final double MEAN_LOSSLESS = 0.02;
  private static final double MEAN_LOSSY = 1.0;

  private ImageCheck() {}

  /**
   * Prepares every image of a case.
   *
   * @throws parrot.model.ModelException if the expected values are missing or damaged
   */
  static List<Comparison> run(Path folder, double tolerance, Configuration configuration)
      throws IOException {
    FileSystem files = FileSystems.of(folder, configuration);
    try (Safetensors file = Safetensors.open(new Path(folder, CaseKind.EXPECTED), configuration)) {
      Expectations expected = new Expectations(file, tolerance);
      if (file.names().isEmpty()) {
        expected.fail(CaseKind.EXPECTED, "it holds no image");
      }
      for (String tensor : file.names()) {
        expected.part(
            List.of(tensor), () -> expected.add(compare(files, folder, tensor, expected)));
      }
      return expected.finish();
    }
  }

  private static Comparison compare(
      FileSystem files, Path folder, String tensor, Expectations expected) {
    Matcher name = NAME.matcher(tensor);
    if (!name.matches()) {
      return Comparison.failed(tensor, "its name is not of the form NAME@SIZE");
    }
    int size = Integer.parseInt(name.group(2));
    int[] shape = {size, size, 3};
    if (!Arrays.equals(expected.shape(tensor), shape)) {
      return Comparison.failed(
          tensor,
          "its shape is %s (must be %s)"
              .formatted(Arrays.toString(expected.shape(tensor)), Arrays.toString(shape)));
    }
    byte[] image;
    try {
      image = read(files, new Path(folder, name.group(1)));
    } catch (FileNotFoundException e) {
      return Comparison.failed(tensor, "there is no file " + name.group(1));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + name.group(1) + ": " + e.getMessage(), e);
    }
    byte[] actual = new ImagePreparation(VisionEncoder.CLIP, size).prepare(image);
    return judge(
        tensor, Comparison.shape(shape), actual, expected.integers(tensor), isLossy(image));
  }

  private static Comparison judge(
      String tensor, List<Integer> shape, byte[] actual, long[] expected, boolean lossy) {
    long largest = 0;
    long sum = 0;
    long scale = 1;
    for (int i = 0; i < expected.length; i++) {
      long difference = Math.abs((actual[i] & 255) - expected[i]);
      largest = Math.max(largest, difference);
      sum += difference;
      scale = Math.max(scale, expected[i]);
    }
    double mean = (double) sum / expected.length;
    boolean passed =
        lossy ? mean < MEAN_LOSSY : largest <= LARGEST_LOSSLESS && mean < MEAN_LOSSLESS;
    String note = String.format(Locale.ROOT, "largest %d, mean %.4f", largest, mean);
    if (!passed) {
      note += lossy ? " (mean must be below 1)" : " (must be at most 1 and below 0.02)";
    }
    return new Comparison(tensor, shape, (double) largest / scale, passed, note);
  }

  /** Whether the bytes begin as JPEG or as WebP with a lossy bitstream. */
  private static boolean isLossy(byte[] image) {
    boolean jpeg = image.length > 2 && image[0] == (byte) 0xff && image[1] == (byte) 0xd8;
    boolean webp = image.length > 16 && image[0] == 'R' && image[8] == 'W';
    return jpeg || (webp && image[15] != 'L');
  }

  private static byte[] read(FileSystem files, Path path) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(files.getFileStatus(path).getLen())];
    try (FSDataInputStream stream = files.open(path)) {
      stream.readFully(0, bytes);
    }
    return bytes;
  }
}
