package parrot.jobs.spark;

import com.esotericsoftware.kryo.Kryo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.datavec.spark.util.SerializableHadoopConfig;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.spark.api.worker.NetBroadcastTuple;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingResult;
import org.deeplearning4j.spark.impl.paramavg.aggregator.ParameterAveragingAggregationTuple;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;

/**
 * What the libraries here send: Java's collections, DL4J's own training master, and those parts of
 * Spark that Spark leaves to its users to register.
 */
final class LibraryClasses {
  private static final List<Class<?>> BY_FIELDS =
      List.of(
          ArrayList.class,
          HashMap.class,
          HashSet.class,
          LinkedHashMap.class,
          TreeMap.class,
          AtomicInteger.class,
          INDArray[].class,
          DataSet.class,
          MultiDataSet.class,
          NetBroadcastTuple.class,
          ParameterAveragingAggregationTuple.class,
          ParameterAveragingTrainingResult.class);

  /** Layers, updaters and schedules of a graph may be of any class, as may values of settings. */
  private static final List<Class<?>> BY_JAVA =
      List.of(
          ComputationGraphConfiguration.class,
          MultiLayerConfiguration.class,
          SerializableHadoopConfig.class);

  /** Columns of data frames that are cached. */
  private static final List<String> SPARK_BY_FIELDS =
      List.of(
          "org.apache.spark.sql.execution.columnar.DefaultCachedBatch",
          "org.apache.spark.sql.catalyst.expressions.GenericInternalRow",
          "[Lorg.apache.spark.sql.Row;");

  /** Rows outside of data frames, with values and schemas of any kind. */
  private static final List<String> SPARK_BY_JAVA =
      List.of(
          "org.apache.spark.sql.catalyst.expressions.GenericRow",
          "org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema");

  /**
   * Goes with each block that is kept twice; if it is unregistered, Spark keeps one copy and only
   * warns.
   */
  private static final List<String> SCALA_BY_JAVA =
      List.of("scala.reflect.ManifestFactory$ObjectManifest");

  private LibraryClasses() {}

  static void register(Kryo kryo, JavaSerialization java) {
    BY_FIELDS.forEach(kryo::register);
    BY_JAVA.forEach(type -> kryo.register(type, java));
    SPARK_BY_FIELDS.forEach(name -> kryo.register(named(name)));
    SPARK_BY_JAVA.forEach(name -> kryo.register(named(name), java));
    SCALA_BY_JAVA.forEach(name -> kryo.register(named(name), java));
  }

  private static Class<?> named(String name) {
    try {
      return Class.forName(name, false, LibraryClasses.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("Cannot register " + name + ": is this Spark 3.5?", e);
    }
  }
}
