package parrot.jobs.spark;

import org.apache.hadoop.security.UserGroupInformation;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.deploy.security.HadoopDelegationTokenManager;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.cluster.CoarseGrainedClusterMessages;
import org.apache.spark.scheduler.cluster.StandaloneSchedulerBackend;

/**
 * Gives executors of Spark's own clusters what they need to use an HDFS that asks for Kerberos:
 * tokens that the driver asks for, and new ones before those end. Spark does so by itself on YARN
 * and Kubernetes alone.
 */
final class DelegationTokens extends SparkListener {
  private final HadoopDelegationTokenManager tokens;
  private final StandaloneSchedulerBackend backend;

  private DelegationTokens(
      HadoopDelegationTokenManager tokens, StandaloneSchedulerBackend backend) {
    this.tokens = tokens;
    this.backend = backend;
  }

  /** Starts, if there is need. */
  static void serve(SparkContext spark) {
    if (!UserGroupInformation.isSecurityEnabled()
        || !(spark.schedulerBackend() instanceof StandaloneSchedulerBackend backend)) {
      return;
    }
    SparkConf conf = spark.getConf();
    if (!conf.contains("spark.kerberos.keytab")) {
      conf.set("spark.kerberos.renewal.credentials", "ccache"); // the ticket that kinit got
    }
    HadoopDelegationTokenManager tokens =
        new HadoopDelegationTokenManager(
            conf, SparkHadoopUtil.get().newConfiguration(conf), backend.driverEndpoint());
    if (!tokens.renewalEnabled()) {
      return;
    }
    if (!conf.getBoolean("spark.network.crypto.enabled", false)) {
      System.err.println(
          "warning: tokens for HDFS travel to executors unencrypted (set"
              + " spark.network.crypto.enabled, as cluster-config/security/encryption.conf does)");
    }
    spark.addSparkListener(new DelegationTokens(tokens, backend));
    tokens.start();
  }

  /** One that was starting when the tokens came has missed them. */
  @Override
  public void onExecutorAdded(SparkListenerExecutorAdded added) {
    byte[] current = backend.currentDelegationTokens();
    if (current != null) {
      backend
          .driverEndpoint()
          .send(new CoarseGrainedClusterMessages.UpdateDelegationTokens(current));
    }
  }

  @Override
  public void onApplicationEnd(SparkListenerApplicationEnd end) {
    tokens.stop();
  }
}
