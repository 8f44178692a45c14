package parrot.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.serializer.SerializerInstance;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import scala.reflect.ClassTag$;

class ParrotKryoRegistratorTest {
  record Inner(int[] numbers) implements Serializable {}

  record Outer(String name, List<Inner> inners, double value) implements Serializable {}

  @SuppressWarnings("unchecked")
  private static <T> T roundTrip(T value) {
    // The records of this test are no job's.
    SparkConf conf =
        SparkSessions.configuration("local[1]", Map.of("spark.kryo.registrationRequired", "false"));
    SerializerInstance kryo = new KryoSerializer(conf).newInstance();
    return (T)
        kryo.deserialize(
            kryo.serialize(value, ClassTag$.MODULE$.apply(Object.class)),
            Thread.currentThread().getContextClassLoader(),
            ClassTag$.MODULE$.apply(Object.class));
  }

  @Test
  void carriesRecords() {
    Outer outer = new Outer("a", List.of(new Inner(new int[] {1, 2})), 0.5);
    Outer back = roundTrip(outer);
    assertThat(back).usingRecursiveComparison().isEqualTo(outer);
    assertThat(roundTrip(new Object[] {outer, outer, "after"})[2]).isEqualTo("after");
  }

  @Test
  void carriesArrays() {
    INDArray array = Nd4j.arange(12).castTo(DataType.FLOAT).reshape(3, 4);
    assertThat(roundTrip(array)).isEqualTo(array);
  }
}
