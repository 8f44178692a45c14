package parrot.model.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;

/** The table of contents of a safetensors file, checked against the file's length. */
final class SafetensorsHeader {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DAMAGED = "; the file is damaged, get it again";

  private final Path file;
  private final Map<String, StoredTensor> entries = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  /**
   * @param dataLength bytes of the file after the header
   */
  SafetensorsHeader(Path file, byte[] header, long dataLength) {
    this.file = file;
    try (JsonParser parser = JSON.createParser(header)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new ModelException(
            "Cannot read " + file + ": not a safetensors file, its header is not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        JsonNode value = parser.readValueAsTree();
        if (name.equals("__metadata__")) {
          value.fields().forEachRemaining(e -> metadata.put(e.getKey(), e.getValue().asText()));
        } else if (entries.put(name, entry(name, value, dataLength)) != null) {
          throw problem(name, "is there twice" + DAMAGED);
        }
      }
      if (parser.currentToken() != JsonToken.END_OBJECT) {
        throw new ModelException("Cannot read " + file + ": the header breaks off" + DAMAGED);
      }
    } catch (JsonProcessingException e) {
      throw new ModelException(
          "Cannot read "
              + file
              + ": its header is not valid JSON ("
              + e.getOriginalMessage()
              + "); the file is damaged or not a safetensors file",
          e);
    } catch (IOException e) {
      throw new ModelException("Cannot read " + file + ": " + e.getMessage(), e);
    }
    checkLayout(dataLength);
  }

  private StoredTensor entry(String name, JsonNode value, long dataLength) {
    String typeName = value.path("dtype").asText();
    DataType type =
        Arrays.stream(DataType.values())
            .filter(t -> t.name().equals(typeName))
            .findFirst()
            .orElseThrow(
                () ->
                    problem(
                        name,
                        "has dtype "
                            + typeName
                            + " (must be one of "
                            + Arrays.toString(DataType.values())
                            + "); convert it to float32 or bfloat16"));
    JsonNode shapeNode = value.path("shape");
    JsonNode offsets = value.path("data_offsets");
    if (!shapeNode.isArray()
        || offsets.size() != 2
        || !offsets.get(0).isIntegralNumber()
        || !offsets.get(1).isIntegralNumber()) {
      throw problem(name, "has no shape or no pair of data_offsets" + DAMAGED);
    }
    int[] shape = new int[shapeNode.size()];
    long elements = 1;
    for (int i = 0; i < shape.length; i++) {
      JsonNode size = shapeNode.get(i);
      if (!size.isIntegralNumber() || !size.canConvertToInt() || size.intValue() < 0) {
        throw problem(name, "has the impossible shape " + shapeNode + DAMAGED);
      }
      shape[i] = size.intValue();
      try {
        elements = Math.multiplyExact(elements, (long) shape[i]);
      } catch (ArithmeticException e) {
        throw problem(name, "has the impossible shape " + shapeNode + DAMAGED);
      }
    }
    long begin = offsets.get(0).longValue();
    long end = offsets.get(1).longValue();
    if (begin < 0 || end < begin || elements > Long.MAX_VALUE / 8) {
      throw problem(name, "has the impossible offsets " + offsets + DAMAGED);
    }
    if (end - begin != elements * type.bytes()) {
      throw problem(
          name,
          "of shape "
              + Arrays.toString(shape)
              + " and dtype "
              + type
              + " has "
              + (end - begin)
              + " bytes (expected "
              + elements * type.bytes()
              + ")"
              + DAMAGED);
    }
    if (end > dataLength) {
      throw problem(
          name,
          "ends at byte "
              + end
              + " of the data, but the file has only "
              + dataLength
              + ": it is truncated, get it again");
    }
    return new StoredTensor(name, type, shape, begin, end);
  }

  /** The format leaves no gap and lets nothing overlap. */
  private void checkLayout(long dataLength) {
    List<StoredTensor> ordered = new ArrayList<>(entries.values());
    ordered.sort(
        Comparator.comparingLong(StoredTensor::begin).thenComparingLong(StoredTensor::end));
    long position = 0;
    String previous = "the start";
    for (StoredTensor entry : ordered) {
      if (entry.begin() < position) {
        throw problem(
            entry.name(),
            "starts at byte "
                + entry.begin()
                + " and overlaps "
                + previous
                + ", which ends at "
                + position
                + DAMAGED);
      }
      if (entry.begin() > position) {
        throw problem(
            entry.name(),
            "starts at byte "
                + entry.begin()
                + ", leaving a gap after "
                + previous
                + ", which ends at "
                + position
                + DAMAGED);
      }
      position = entry.end();
      previous = entry.name();
    }
    if (position != dataLength) {
      throw new ModelException(
          "Cannot read "
              + file
              + ": its tensors end at byte "
              + position
              + " of the data, but the file has "
              + dataLength
              + DAMAGED);
    }
  }

  private ModelException problem(String tensor, String what) {
    return new ModelException("Cannot read " + file + ": tensor " + tensor + " " + what);
  }

  Map<String, StoredTensor> entries() {
    return entries;
  }

  Map<String, String> metadata() {
    return metadata;
  }
}
