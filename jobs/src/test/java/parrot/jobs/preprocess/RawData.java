package parrot.jobs.preprocess;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import parrot.datasets.shapes.ShapesConfig;

/** A folder with rows and images to preprocess, made for a test. */
final class RawData {
  final Path folder;
  final List<String> rows = new ArrayList<>();

  RawData(Path folder) {
    this.folder = folder;
    try (InputStream tokenizer = ShapesConfig.class.getResourceAsStream("tokenizer.json")) {
      Files.createDirectories(folder.resolve("images"));
      Files.write(folder.resolve("tokenizer.json"), tokenizer.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A row with an image of its own, in one of the languages by turns. */
  RawData good(int count) {
    String[] languages = {"en", "zh", "pt", "ar", "tr", "ru"};
    for (int i = 0; i < count; i++) {
      int number = rows.size();
      image(number + ".png", png(new Color(number * 37 % 256, number * 91 % 256, number % 256)));
      row(
          number + ".png",
          languages[number % 6],
          "<image>\\nWhat is number " + number + "?",
          "It is a square, " + "very ".repeat(number % 5) + "nice.");
    }
    return this;
  }

  /**
   * @param image null for none
   * @param language null for none
   */
  RawData row(String image, String language, String question, String answer) {
    return raw(
        "{\"id\":\"r%d\",%s%s\"conversations\":[{\"from\":\"human\",\"value\":\"%s\"},{\"from\":\"gpt\",\"value\":\"%s\"}]}"
            .formatted(
                rows.size(),
                image == null ? "" : "\"image\":\"" + image + "\",",
                language == null ? "" : "\"language\":\"" + language + "\",",
                question,
                answer));
  }

  RawData raw(String row) {
    rows.add(row);
    return this;
  }

  RawData image(String name, byte[] content) {
    try {
      Files.write(folder.resolve("images").resolve(name), content);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the rows as an array and gives the file's path. */
  String json() {
    return write("rows.json", "[" + String.join(",\n", rows) + "]");
  }

  String write(String name, String text) {
    try {
      return Files.writeString(folder.resolve(name), text).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String path(String name) {
    return folder.resolve(name).toString();
  }

  /** A white image with a square in a colour. */
  static byte[] png(Color color) {
    BufferedImage image = new BufferedImage(20, 16, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, 20, 16);
    graphics.setColor(color);
    graphics.fillRect(4, 4, 8, 8);
    graphics.dispose();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** A PNG file whose header says 50,000 x 50,000 pixels. */
  static byte[] hugePng() {
    byte[] png = png(Color.RED);
    ByteBuffer header = ByteBuffer.wrap(png);
    header.putInt(16, 50_000);
    header.putInt(20, 50_000);
    CRC32 crc = new CRC32();
    crc.update(png, 12, 17);
    header.putInt(29, (int) crc.getValue());
    return png;
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
