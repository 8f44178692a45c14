package parrot.jobs.quickstart;

import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import parrot.jobs.spark.SparkSessions;

/** HDFS and Spark inside this process, with the parts of the model that are pretrained. */
final class Workplace implements AutoCloseable {
  static final String MASTER = "local[2]";

  private final EmbeddedHdfs hdfs;
  private SparkSession session;
  private PretrainedParts parts;

  private Workplace(EmbeddedHdfs hdfs) {
    this.hdfs = hdfs;
  }

  /**
   * Starts both.
   *
   * @param out what they write to disk goes to its work folder
   * @param hdfsPort of the name node; 0 for any free one
   */
  static Workplace start(OutputFolder out, int hdfsPort, Consumer<String> console)
      throws IOException {
    Workplace workplace = new Workplace(EmbeddedHdfs.start(out.work("hdfs"), hdfsPort));
    try {
      workplace.startSpark(out, console);
      return workplace;
    } catch (IOException | RuntimeException e) {
      workplace.close();
      throw e;
    }
  }

  private void startSpark(OutputFolder out, Consumer<String> console) throws IOException {
    console.accept("  HDFS: " + hdfs.path(""));
    session =
        SparkSessions.create(
            "parrot quickstart",
            MASTER,
            Map.of(
                "spark.local.dir", out.work("spark").toString(),
                "spark.sql.warehouse.dir", out.work("warehouse").toUri().toString()));
    console.accept("  Spark " + session.version() + ": " + MASTER);
    parts = PretrainedParts.write(hdfs.files(), new Path(hdfs.path("pretrained")));
  }

  EmbeddedHdfs hdfs() {
    return hdfs;
  }

  SparkSession session() {
    return session;
  }

  JavaSparkContext spark() {
    return SparkSessions.context(session);
  }

  PretrainedParts parts() {
    return parts;
  }

  /** The folder of the shards of that name. */
  String shards(String name) {
    return hdfs.path("shards/" + name);
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
    }
    hdfs.close();
  }
}
