package parrot.jobs.spark;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.desc;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.Kryo;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Spark's own parts and DL4J's master work though every class must be registered. */
class RegistrationTest {
  private static SparkSession session;
  @TempDir Path folder;

  @BeforeAll
  static void start() {
    session = SparkSessions.create("registration", "local[2]", Map.of());
    assertThat(session.conf().get("spark.kryo.registrationRequired")).isEqualTo("true");
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  private record Unknown(int number) implements Serializable {}

  @Test
  void namesAClassThatNobodyRegistered() {
    JavaSparkContext spark = SparkSessions.context(session);
    assertThatThrownBy(() -> spark.parallelize(List.of(1), 1).map(Unknown::new).collect())
        .hasMessageContaining("Class is not registered: " + Unknown.class.getName());
  }

  @Test
  void theUserMayTurnItOff() {
    SparkConf conf =
        SparkSessions.configuration("local", Map.of("spark.kryo.registrationRequired", "false"));
    assertThat(conf.get("spark.kryo.registrationRequired")).isEqualTo("false");
  }

  @Test
  void everyJobSaysWhatItSends() {
    List<ShippedClasses> jobs = ParrotKryoRegistrator.jobs().toList();
    assertThat(jobs)
        .extracting(job -> job.getClass().getSimpleName())
        .containsExactly(
            "EvaluateShippedClasses", "PreprocessShippedClasses", "TrainShippedClasses");
    assertThat(jobs)
        .flatExtracting(ShippedClasses::classes)
        .allSatisfy(type -> assertThat(Serializable.class).isAssignableFrom((Class<?>) type));
    assertThat(jobs)
        .flatExtracting(ShippedClasses::small)
        .allSatisfy(type -> assertThat(((Class<?>) type).isRecord()).isFalse());
  }

  @Test
  void aClassHasTheSameNumberInEveryJvm() {
    SparkConf conf = SparkSessions.configuration("local[1]", Map.of());
    Kryo one = new KryoSerializer(conf).newKryo();
    Kryo other = new KryoSerializer(conf).newKryo();
    assertThat(ParrotKryoRegistrator.jobs().flatMap(job -> job.classes().stream()))
        .isNotEmpty()
        .allSatisfy(
            type ->
                assertThat(one.getRegistration((Class<?>) type).getId())
                    .isEqualTo(other.getRegistration((Class<?>) type).getId()));
  }

  @Test
  void sqlReadsJoinsSortsAndWrites() {
    Dataset<Row> rows =
        session
            .range(1000)
            .withColumn("language", col("id").mod(6).cast("string"))
            .withColumn("loss", col("id").divide(7))
            .withColumn("day", org.apache.spark.sql.functions.current_date());
    String file = folder.resolve("rows").toString();
    rows.write().partitionBy("language").parquet(file);
    Dataset<Row> read = session.read().parquet(file).persist(StorageLevel.MEMORY_AND_DISK_SER());
    Dataset<Row> means =
        read.groupBy("language").agg(avg("loss").as("mean"), collect_list("id").as("ids"));
    List<Row> joined =
        read.join(broadcast(means), "language")
            .join(session.range(2000).toDF("id"), "id")
            .orderBy(desc("mean"), desc("id"))
            .limit(5)
            .collectAsList();
    assertThat(joined).hasSize(5);
    assertThat(joined.get(0).<Long>getAs("id")).isEqualTo(999);
    String csv = folder.resolve("csv").toString();
    means.select("language", "mean").repartition(3).write().csv(csv);
    assertThat(session.read().csv(csv).count()).isEqualTo(6);
    assertThat(
            read.select("loss").rdd().toJavaRDD().sortBy(row -> row.getDouble(0), false, 2).first())
        .isEqualTo(org.apache.spark.sql.RowFactory.create(999 / 7.0));
    assertThat(read.sample(0.5).toJavaRDD().repartition(3).map(row -> row.getLong(0)).collect())
        .doesNotHaveDuplicates();
    List<Row> sent = means.toJavaRDD().repartition(2).collect();
    assertThat(sent).hasSize(6).allSatisfy(row -> assertThat(row.getList(2)).isNotEmpty());
  }

  private static ComputationGraphConfiguration graph() {
    return new NeuralNetConfiguration.Builder()
        .seed(1)
        .updater(new Adam(0.05))
        .graphBuilder()
        .addInputs("in")
        .addLayer(
            "hidden",
            new DenseLayer.Builder().nIn(2).nOut(8).activation(Activation.TANH).build(),
            "in")
        .addLayer(
            "out",
            new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .nIn(8)
                .nOut(2)
                .activation(Activation.SOFTMAX)
                .build(),
            "hidden")
        .setOutputs("out")
        .build();
  }

  private static DataSet example(int number) {
    float x = (number % 16) / 8f - 1;
    INDArray features = Nd4j.createFromArray(new float[][] {{x, 1}});
    INDArray labels = Nd4j.createFromArray(new float[][] {{x > 0 ? 1 : 0, x > 0 ? 0 : 1}});
    return new DataSet(features, labels);
  }

  @Test
  void dl4jsOwnMasterTrains() {
    JavaSparkContext spark = SparkSessions.context(session);
    ParameterAveragingTrainingMaster master =
        new ParameterAveragingTrainingMaster.Builder(1)
            .batchSizePerWorker(8)
            .averagingFrequency(2)
            .rddTrainingApproach(org.deeplearning4j.spark.api.RDDTrainingApproach.Direct)
            .build();
    SparkComputationGraph graph = new SparkComputationGraph(spark, graph(), master);
    List<DataSet> sets = new ArrayList<>();
    List<MultiDataSet> multi = new ArrayList<>();
    for (int i = 0; i < 128; i++) {
      sets.add(example(i));
      DataSet set = example(i);
      multi.add(new MultiDataSet(set.getFeatures(), set.getLabels()));
    }
    DataSet all = DataSet.merge(sets);
    double before = graph.getNetwork().score(all);
    for (int i = 0; i < 3; i++) {
      graph.fit(spark.parallelize(sets, 2));
      graph.fitMultiDataSet(
          spark.parallelize(multi, 4).map(set -> (org.nd4j.linalg.dataset.api.MultiDataSet) set));
    }
    assertThat(graph.getNetwork().score(all)).isLessThan(0.8 * before);
  }
}
