package parrot.jobs.spark;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;

/**
 * Java's own serialization inside Kryo's stream: Kryo 4 writes fields by reflection, which Java
 * refuses for records, and asks for every class that an object holds.
 */
final class JavaSerialization extends Serializer<Object> {
  @Override
  public void write(Kryo kryo, Output output, Object value) {
    try {
      ObjectOutputStream stream = new ObjectOutputStream(output);
      stream.writeObject(value);
      stream.flush();
    } catch (IOException e) {
      throw new KryoException("Cannot serialise " + value.getClass().getName(), e);
    }
  }

  @Override
  public Object read(Kryo kryo, Input input, Class<Object> type) {
    try {
      return new LoaderAwareStream(input, kryo.getClassLoader()).readObject();
    } catch (IOException | ClassNotFoundException e) {
      throw new KryoException("Cannot deserialise " + type.getName(), e);
    }
  }

  /** Finds classes of the application's jar, which Spark loads with a loader of its own. */
  private static final class LoaderAwareStream extends ObjectInputStream {
    private final ClassLoader loader;

    LoaderAwareStream(InputStream stream, ClassLoader loader) throws IOException {
      super(stream);
      this.loader = loader;
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass description)
        throws IOException, ClassNotFoundException {
      try {
        return Class.forName(description.getName(), false, loader);
      } catch (ClassNotFoundException e) {
        return super.resolveClass(description); // primitive types
      }
    }
  }
}
