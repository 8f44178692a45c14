package parrot.model.weights;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes dictionaries of tensors as {@code torch.save} does, opcode by opcode. */
final class TorchWriter {
  /**
   * @param storage the class of its storage, such as FloatStorage
   * @param values as they lie in the file
   */
  record Item(String name, String storage, int[] shape, int[] strides, byte[] values, int count) {
    static Item floats(String name, int[] shape, float... values) {
      int[] strides = new int[shape.length];
      int stride = 1;
      for (int i = shape.length - 1; i >= 0; i--) {
        strides[i] = stride;
        stride *= shape[i];
      }
      return floats(name, shape, strides, values);
    }

    static Item floats(String name, int[] shape, int[] strides, float... values) {
      ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(values);
      return new Item(name, "FloatStorage", shape, strides, bytes.array(), values.length);
    }
  }

  private final ByteArrayOutputStream pickle = new ByteArrayOutputStream();
  private final boolean legacy;

  private TorchWriter(boolean legacy) {
    this.legacy = legacy;
  }

  static void writeZip(Path file, List<Item> items) throws IOException {
    writeZip(file, new TorchWriter(false).start().stateDict(items).stop(), items);
  }

  /** Beside a number, under {@code state_dict}, as trainers save their state. */
  static void writeTrainersZip(Path file, List<Item> items) throws IOException {
    TorchWriter writer = new TorchWriter(false).start().put('}').put('(');
    writer.text("epoch").number(3).text("state_dict").stateDict(items).put('u');
    writeZip(file, writer.stop(), items);
  }

  /** Of a dictionary with one value, which calls what the name says. */
  static void writeCall(Path file, String module, String name) throws IOException {
    TorchWriter writer = new TorchWriter(false).start().put('}').put('(').text("a");
    writer.global(module, name).put('(').text("true").put('t').put('R').put('u');
    writeZip(file, writer.stop(), List.of());
  }

  /** Of any pickle. */
  static void writeProgram(Path file, byte[] pickle) throws IOException {
    writeZip(file, pickle, List.of());
  }

  private static void writeZip(Path file, byte[] pickle, List<Item> items) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      store(zip, "archive/data.pkl", pickle);
      store(zip, "archive/byteorder", "little".getBytes(US_ASCII));
      for (int i = 0; i < items.size(); i++) {
        store(zip, "archive/data/" + i, items.get(i).values());
      }
    }
  }

  private static void store(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    CRC32 checksum = new CRC32();
    checksum.update(bytes);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCrc(checksum.getValue());
    zip.putNextEntry(entry);
    zip.write(bytes);
  }

  static void writeLegacy(Path file, List<Item> items) throws IOException {
    try (OutputStream stream = Files.newOutputStream(file)) {
      byte[] magic = {
        (byte) 0x8a,
        10,
        0x6c,
        (byte) 0xfc,
        (byte) 0x9c,
        0x46,
        (byte) 0xf9,
        0x20,
        0x6a,
        (byte) 0xa8,
        0x50,
        0x19
      };
      TorchWriter first = new TorchWriter(true).start();
      first.pickle.write(magic);
      stream.write(first.stop());
      stream.write(new TorchWriter(true).start().number(1001).stop());
      TorchWriter machine = new TorchWriter(true).start().put('}').put('(');
      stream.write(machine.text("little_endian").put(0x88).put('u').stop());
      stream.write(new TorchWriter(true).start().stateDict(items).stop());
      TorchWriter keys = new TorchWriter(true).start().put(']').put('(');
      for (int i = 0; i < items.size(); i++) {
        keys.text(String.valueOf(i));
      }
      stream.write(keys.put('e').stop());
      for (Item item : items) {
        stream.write(
            ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(item.count()).array());
        stream.write(item.values());
      }
    }
  }

  private TorchWriter start() {
    return put(0x80).put(2);
  }

  private byte[] stop() {
    put('.');
    return pickle.toByteArray();
  }

  private TorchWriter put(int opcode) {
    pickle.write(opcode);
    return this;
  }

  private TorchWriter integer(int value) {
    pickle.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    return this;
  }

  private TorchWriter number(int value) {
    return put('J').integer(value);
  }

  private TorchWriter text(String text) {
    put('X').integer(text.getBytes(UTF_8).length);
    pickle.writeBytes(text.getBytes(UTF_8));
    return this;
  }

  private TorchWriter global(String module, String name) {
    put('c');
    pickle.writeBytes((module + "\n" + name + "\n").getBytes(US_ASCII));
    return this;
  }

  private TorchWriter orderedDict() {
    return global("collections", "OrderedDict").put(')').put('R');
  }

  private TorchWriter tuple(int[] numbers) {
    put('(');
    for (int number : numbers) {
      number(number);
    }
    return put('t');
  }

  /** With the attribute {@code _metadata} that modules put on it. */
  private TorchWriter stateDict(List<Item> items) {
    orderedDict().put('(');
    List<Item> written = new ArrayList<>();
    for (Item item : items) {
      text(item.name()).global("torch._utils", "_rebuild_tensor_v2").put('(');
      put('(').text("storage").global("torch", item.storage());
      text(String.valueOf(written.size())).text("cpu").number(item.count());
      if (legacy) {
        put('N');
      }
      put('t').put('Q').number(0).tuple(item.shape()).tuple(item.strides());
      put(0x89).orderedDict().put('t').put('R');
      written.add(item);
    }
    put('u');
    return put('}').put('(').text("_metadata").orderedDict().put('u').put('b');
  }
}
