package parrot.jobs.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.EnvironmentException;
import parrot.datasets.shapes.ShapesTokenizer;

/**
 * The small pretrained parts that come with the program, put together as a model folder that lacks
 * projector and experts.
 *
 * @param imageSize pixels a side that the vision encoder takes
 * @param patchSize pixels a side of a visual token
 */
record PretrainedParts(int imageSize, int patchSize) {
  private static final String RESOURCES = "/parrot/pretrained/";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Writes the folder. */
  static PretrainedParts write(FileSystem files, Path folder) throws IOException {
    JsonNode vision = JSON.readTree(resource("vision/config.json"));
    ObjectNode decoder = (ObjectNode) JSON.readTree(resource("decoder/config.json"));
    decoder.put("mm_vision_tower", "vision");
    put(files, new Path(folder, "config.json"), JSON.writeValueAsBytes(decoder));
    put(files, new Path(folder, "model.safetensors"), resource("decoder/model.safetensors"));
    put(files, new Path(folder, "vision/config.json"), JSON.writeValueAsBytes(vision));
    put(files, new Path(folder, "vision/model.safetensors"), resource("vision/model.safetensors"));
    put(
        files,
        new Path(folder, "tokenizer.json"),
        ShapesTokenizer.json().getBytes(StandardCharsets.UTF_8));
    return new PretrainedParts(
        vision.path("image_size").asInt(), vision.path("patch_size").asInt());
  }

  private static void put(FileSystem files, Path file, byte[] bytes) throws IOException {
    try (OutputStream out = files.create(file, true)) {
      out.write(bytes);
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = PretrainedParts.class.getResourceAsStream(RESOURCES + name)) {
      if (in == null) {
        throw new EnvironmentException(
            "Cannot find the pretrained part "
                + RESOURCES
                + name
                + " in the program (build it again from a complete checkout)");
      }
      return in.readAllBytes();
    }
  }
}
