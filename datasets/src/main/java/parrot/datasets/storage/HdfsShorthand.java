package parrot.datasets.storage;

import org.apache.hadoop.conf.Configuration;

/**
 * {@code hdfs:///path} for the cluster on this machine, on which local paths stay the default.
 * Elsewhere Hadoop itself completes such an address from {@code fs.defaultFS}.
 */
public final class HdfsShorthand {
  /** Hadoop setting that names the HDFS to complete addresses with. */
  public static final String SETTING = "parrot.hdfs";

  private HdfsShorthand() {}

  /** The text with complete addresses, if the configuration names an HDFS for them. */
  public static String expand(String text, Configuration configuration) {
    String hdfs = configuration.get(SETTING);
    return hdfs == null ? text : text.replace("hdfs:///", hdfs + "/");
  }
}
