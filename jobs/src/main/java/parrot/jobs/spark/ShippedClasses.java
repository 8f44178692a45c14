package parrot.jobs.spark;

import java.util.List;

/**
 * Names the classes that a job sends between driver and executors: broadcasts, what a task returns,
 * what is shuffled or kept in an RDD. Others are refused, by their name, since {@code
 * spark.kryo.registrationRequired} is set. Closures need no mention: they never go through Kryo.
 *
 * <p>Implementations are listed in {@code META-INF/services}; all JVMs of an application find the
 * same.
 */
public interface ShippedClasses {
  /**
   * Classes that go through Java's serialization, as records must; what they hold needs no mention.
   */
  List<Class<?>> classes();

  /**
   * Classes, no records, of which very many are sent: Kryo writes their fields, whose classes need
   * to be registered too.
   */
  default List<Class<?>> small() {
    return List.of();
  }
}
