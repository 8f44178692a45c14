package parrot.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;

/** What a cell of a notebook gives, as a notebook stores it. */
public final class NotebookOutputs {
  private static BufferedImage shown;

  private NotebookOutputs() {}

  /** Called in the notebook's shell with the value of a cell that is an image. */
  public static void show(BufferedImage image) {
    shown = image;
  }

  /** Text that was printed, and the image that was shown since the last call. */
  static ArrayNode of(ByteArrayOutputStream printed, int count) throws IOException {
    ArrayNode outputs = JsonNodeFactory.instance.arrayNode();
    if (printed.size() > 0) {
      ArrayNode lines =
          outputs.addObject().put("name", "stdout").put("output_type", "stream").putArray("text");
      for (String line : printed.toString(UTF_8).split("(?<=\n)")) {
        lines.add(line);
      }
    }
    if (shown != null) {
      ByteArrayOutputStream png = new ByteArrayOutputStream();
      ImageIO.write(shown, "png", png);
      var result = outputs.addObject();
      result
          .putObject("data")
          .put("image/png", Base64.getEncoder().encodeToString(png.toByteArray()))
          .put("text/plain", shown.getWidth() + " x " + shown.getHeight() + " pixels");
      result.put("execution_count", count).putObject("metadata");
      result.put("output_type", "execute_result");
      shown = null;
    }
    return outputs;
  }

  /** What there is, without what it says: text and images. */
  static List<String> kinds(Iterable<JsonNode> outputs) {
    return StreamSupport.stream(outputs.spliterator(), false)
        .map(output -> output.path("output_type").asText())
        .toList();
  }
}
