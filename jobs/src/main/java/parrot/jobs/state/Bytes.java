package parrot.jobs.state;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;

/** Writes arrays, at the speed of a copy, and small objects to Kryo's streams. */
final class Bytes {
  private Bytes() {}

  static void write(Output output, byte[] bytes) {
    output.writeInt(bytes == null ? -1 : bytes.length);
    if (bytes != null) {
      output.writeBytes(bytes);
    }
  }

  static byte[] read(Input input) {
    int length = input.readInt();
    return length < 0 ? null : input.readBytes(length);
  }

  static void writeObject(Output output, Object value) {
    if (value == null) {
      write(output, null);
      return;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream stream = new ObjectOutputStream(bytes)) {
      stream.writeObject(value);
    } catch (IOException e) {
      throw new KryoException("Cannot serialise " + value.getClass().getName(), e);
    }
    write(output, bytes.toByteArray());
  }

  static <T> T readObject(Input input, Class<T> type) {
    byte[] bytes = read(input);
    if (bytes == null) {
      return null;
    }
    try (ObjectInputStream stream = new OwnClasses(bytes)) {
      return type.cast(stream.readObject());
    } catch (IOException | ClassNotFoundException e) {
      throw new KryoException("Cannot deserialise " + type.getName(), e);
    }
  }

  /** Uses this class's loader: Spark loads the application's jar with a loader of its own. */
  private static final class OwnClasses extends ObjectInputStream {
    OwnClasses(byte[] bytes) throws IOException {
      super(new ByteArrayInputStream(bytes));
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass description)
        throws IOException, ClassNotFoundException {
      try {
        return Class.forName(description.getName(), false, Bytes.class.getClassLoader());
      } catch (ClassNotFoundException e) {
        return super.resolveClass(description); // primitive types
      }
    }
  }
}
