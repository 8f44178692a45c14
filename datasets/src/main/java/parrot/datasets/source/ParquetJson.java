package parrot.datasets.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapLogicalTypeAnnotation;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;

/** A row of Parquet as the JSON that says the same; bytes that are not UTF-8 stay bytes. */
final class ParquetJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private ParquetJson() {}

  static ObjectNode of(Group group) {
    GroupType type = group.getType();
    ObjectNode object = JSON.objectNode();
    for (int field = 0; field < type.getFieldCount(); field++) {
      Type about = type.getType(field);
      int count = group.getFieldRepetitionCount(field);
      if (about.isRepetition(Repetition.REPEATED)) {
        ArrayNode list = object.putArray(about.getName());
        for (int i = 0; i < count; i++) {
          list.add(value(group, field, i));
        }
      } else if (count > 0) {
        object.set(about.getName(), value(group, field, 0));
      }
    }
    return object;
  }

  private static JsonNode value(Group group, int field, int index) {
    Type type = group.getType().getType(field);
    if (type.isPrimitive()) {
      return primitive(group, field, index);
    }
    Group inner = group.getGroup(field, index);
    LogicalTypeAnnotation meaning = type.getLogicalTypeAnnotation();
    if (meaning instanceof ListLogicalTypeAnnotation && inner.getType().getFieldCount() == 1) {
      return list(inner);
    }
    if (meaning instanceof MapLogicalTypeAnnotation && inner.getType().getFieldCount() == 1) {
      return map(inner);
    }
    return of(inner);
  }

  /** Lists have one repeated field, whose one field is the element, or which is the element. */
  private static ArrayNode list(Group list) {
    ArrayNode array = JSON.arrayNode();
    Type repeated = list.getType().getType(0);
    boolean wrapped =
        !repeated.isPrimitive()
            && repeated.asGroupType().getFieldCount() == 1
            && !repeated.getName().equals("array")
            && !repeated.getName().endsWith("_tuple");
    for (int i = 0; i < list.getFieldRepetitionCount(0); i++) {
      if (!wrapped) {
        array.add(value(list, 0, i));
        continue;
      }
      Group element = list.getGroup(0, i);
      array.add(element.getFieldRepetitionCount(0) == 0 ? JSON.nullNode() : value(element, 0, 0));
    }
    return array;
  }

  private static ObjectNode map(Group map) {
    ObjectNode object = JSON.objectNode();
    for (int i = 0; i < map.getFieldRepetitionCount(0); i++) {
      Group entry = map.getGroup(0, i);
      boolean present = entry.getType().getFieldCount() > 1 && entry.getFieldRepetitionCount(1) > 0;
      object.set(value(entry, 0, 0).asText(), present ? value(entry, 1, 0) : JSON.nullNode());
    }
    return object;
  }

  private static JsonNode primitive(Group group, int field, int index) {
    return switch (group.getType().getType(field).asPrimitiveType().getPrimitiveTypeName()) {
      case BOOLEAN -> JSON.booleanNode(group.getBoolean(field, index));
      case INT32 -> JSON.numberNode(group.getInteger(field, index));
      case INT64 -> JSON.numberNode(group.getLong(field, index));
      case FLOAT -> JSON.numberNode(group.getFloat(field, index));
      case DOUBLE -> JSON.numberNode(group.getDouble(field, index));
      case INT96 -> JSON.textNode(group.getInt96(field, index).toString());
      case BINARY, FIXED_LEN_BYTE_ARRAY -> text(group.getBinary(field, index));
    };
  }

  /** Not every writer says which of its bytes are text. */
  private static JsonNode text(Binary binary) {
    byte[] bytes = binary.getBytes();
    return RowJson.firstByteNotUtf8(bytes).isEmpty()
        ? JSON.textNode(binary.toStringUsingUTF8())
        : JSON.binaryNode(bytes);
  }
}
