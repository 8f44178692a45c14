package parrot.jobs.spark;

import org.apache.spark.api.java.JavaSparkContext;

/**
 * What Spark's pages say about the jobs, and their stages, that this thread starts until it is
 * closed; then what they said before.
 */
public final class JobDescription implements AutoCloseable {
  /** SparkContext's name for it. */
  private static final String PROPERTY = "spark.job.description";

  private final JavaSparkContext spark;
  private final String before;

  private JobDescription(JavaSparkContext spark, String before) {
    this.spark = spark;
    this.before = before;
  }

  /**
   * @param what such as {@code round 3 of 40: replicas learn}
   */
  public static JobDescription set(JavaSparkContext spark, String what) {
    String before = spark.getLocalProperty(PROPERTY);
    spark.setLocalProperty(PROPERTY, what);
    return new JobDescription(spark, before);
  }

  @Override
  public void close() {
    spark.setLocalProperty(PROPERTY, before);
  }
}
