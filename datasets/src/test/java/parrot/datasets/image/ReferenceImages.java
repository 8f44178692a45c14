package parrot.datasets.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Image files and what Pillow 9.4 makes of them (NAME@SIZE -> uint8 [SIZE, SIZE, 3]). */
final class ReferenceImages {
  private ReferenceImages() {}

  static byte[] file(String name) {
    return resource("/reference/images/" + name);
  }

  static byte[] resource(String path) {
    try (InputStream stream = ReferenceImages.class.getResourceAsStream(path)) {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Map<String, byte[]> expected() {
    byte[] file = file("expected.safetensors");
    int header = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    Map<String, byte[]> tensors = new TreeMap<>();
    try {
      JsonNode json = new ObjectMapper().readTree(file, 8, header);
      json.fields()
          .forEachRemaining(
              field -> {
                JsonNode offsets = field.getValue().get("data_offsets");
                int start = 8 + header;
                tensors.put(
                    field.getKey(),
                    Arrays.copyOfRange(
                        file, start + offsets.get(0).asInt(), start + offsets.get(1).asInt()));
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return tensors;
  }
}
