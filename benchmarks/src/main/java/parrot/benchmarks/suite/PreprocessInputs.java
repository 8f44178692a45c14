package parrot.benchmarks.suite;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/**
 * Rows with and without images, the same for the same number. Made once; a file that is there is
 * whole.
 */
final class PreprocessInputs {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int WIDTH = 640;
  private static final int HEIGHT = 480;
  private static final float QUALITY = 0.9f;
  private static final int SHAPES = 14;
  private static final int GRAIN = 12;
  private static final int SENTENCES_OF_AN_ANSWER = 3;

  private final Path folder;
  private final List<List<String>> languages; // sentences of each

  /**
   * @param folder of the files
   */
  PreprocessInputs(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    try (InputStream in = PreprocessInputs.class.getResourceAsStream("sentences.txt")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      this.languages = Arrays.stream(text.split("\n\n")).map(one -> one.lines().toList()).toList();
    }
  }

  /** The folder that the rows' images lie in. */
  Path images() {
    return folder.resolve("images");
  }

  /** Rows about an image of 640x480 each, as LLaVA writes them, one a line. */
  Path rowsWithImages(int count) throws IOException {
    Path file = folder.resolve("images-" + count + ".jsonl");
    if (!Files.exists(file)) {
      Files.createDirectories(images());
      try {
        IntStream.range(0, count).parallel().forEach(this::image);
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
      write(file, count, true);
    }
    return file;
  }

  /** Rows of text in nine languages, none of which is declared, one a line. */
  Path rowsOfText(int count) throws IOException {
    Path file = folder.resolve("text-" + count + ".jsonl");
    if (!Files.exists(file)) {
      write(file, count, false);
    }
    return file;
  }

  private void write(Path file, int count, boolean withImage) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try (BufferedWriter out = Files.newBufferedWriter(part)) {
      for (int i = 0; i < count; i++) {
        out.write(row(i, withImage));
        out.newLine();
      }
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private String row(int number, boolean withImage) {
    Random random = new Random(number);
    List<String> sentences = languages.get(random.nextInt(languages.size()));
    int first = random.nextInt(sentences.size());
    StringBuilder answer = new StringBuilder();
    for (int i = 0; i < SENTENCES_OF_AN_ANSWER; i++) {
      answer.append(sentences.get((first + i) % sentences.size())).append(' ');
    }
    ObjectNode row = JSON.createObjectNode().put("id", "row-" + number);
    String question = sentences.get(first);
    if (withImage) {
      row.put("image", imageName(number));
      question = "<image>\n" + question;
    }
    ArrayNode turns = row.putArray("conversations");
    turns.addObject().put("from", "human").put("value", question);
    turns.addObject().put("from", "gpt").put("value", answer.append(number).toString());
    return row.toString();
  }

  private static String imageName(int number) {
    return "%05d.jpg".formatted(number);
  }

  private void image(int number) {
    Path file = images().resolve(imageName(number));
    if (!Files.exists(file)) {
      try {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.write(part, jpeg(paint(new Random(number))));
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Coarse shapes before a gradient, with the grain of a sensor: as many bytes as a photo has. */
  private static BufferedImage paint(Random random) {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D canvas = image.createGraphics();
    canvas.setPaint(
        new GradientPaint(0, 0, colour(random), random.nextInt(WIDTH), HEIGHT, colour(random)));
    canvas.fillRect(0, 0, WIDTH, HEIGHT);
    for (int i = 0; i < SHAPES; i++) {
      canvas.setColor(colour(random));
      canvas.setStroke(new BasicStroke(1 + random.nextInt(8)));
      int x = random.nextInt(WIDTH);
      int y = random.nextInt(HEIGHT);
      int width = 20 + random.nextInt(200);
      int height = 20 + random.nextInt(200);
      switch (i % 3) {
        case 0 -> canvas.fillOval(x, y, width, height);
        case 1 -> canvas.fillRect(x, y, width, height);
        default -> canvas.drawLine(x, y, x + width, y + height);
      }
    }
    canvas.dispose();
    int[] row = new int[WIDTH];
    for (int y = 0; y < HEIGHT; y++) {
      image.getRGB(0, y, WIDTH, 1, row, 0, WIDTH);
      for (int x = 0; x < WIDTH; x++) {
        row[x] = grained(row[x], random.nextInt(GRAIN));
      }
      image.setRGB(0, y, WIDTH, 1, row, 0, WIDTH);
    }
    return image;
  }

  private static int grained(int colour, int grain) {
    int red = Math.min(255, (colour >> 16 & 255) + grain);
    int green = Math.min(255, (colour >> 8 & 255) + grain);
    int blue = Math.min(255, (colour & 255) + grain);
    return red << 16 | green << 8 | blue;
  }

  private static Color colour(Random random) {
    return new Color(random.nextInt(1 << 24));
  }

  private static byte[] jpeg(BufferedImage image) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(QUALITY);
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
