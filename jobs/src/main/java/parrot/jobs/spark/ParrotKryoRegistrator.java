package parrot.jobs.spark;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import java.lang.reflect.Array;
import java.util.Comparator;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.nd4j.kryo.Nd4jRegistrator;

/**
 * Everything that the jobs here send: DL4J's arrays, what {@link LibraryClasses} names, and what
 * each job names as {@link ShippedClasses}. All of them are registered, so that {@code
 * spark.kryo.registrationRequired} can be set.
 */
public final class ParrotKryoRegistrator extends Nd4jRegistrator {
  @Override
  public void registerClasses(Kryo kryo) {
    super.registerClasses(kryo);
    JavaSerialization java = new JavaSerialization();
    kryo.addDefaultSerializer(Record.class, java);
    LibraryClasses.register(kryo, java);
    jobs()
        .forEach(
            job -> {
              job.small().forEach(type -> register(kryo, type, kryo.getDefaultSerializer(type)));
              job.classes().forEach(type -> register(kryo, type, java));
            });
  }

  private static void register(Kryo kryo, Class<?> type, Serializer<?> serializer) {
    kryo.register(type, serializer);
    kryo.register(Array.newInstance(type, 0).getClass());
  }

  /** In an order of their own: a class is sent as its number, which all JVMs must agree on. */
  static Stream<ShippedClasses> jobs() {
    return ServiceLoader.load(ShippedClasses.class, ParrotKryoRegistrator.class.getClassLoader())
        .stream()
        .sorted(Comparator.comparing(job -> job.type().getName()))
        .map(ServiceLoader.Provider::get);
  }
}
