package parrot.jobs.spark;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;

/** Waits until a cluster's master answers; Spark itself gives up in silence after a minute. */
final class MasterCheck {
  private static final int CONNECT_MILLIS = 5_000;
  private static final long POLL_MILLIS = 1_000;
  private static final int YARN_PORT = 8032;

  /** Also with retries, and with the workers of Spark's own tests, local-cluster. */
  private static final Pattern MASTER =
      Pattern.compile(
          "local|local\\[([1-9]\\d{0,4}|\\*)( *, *\\d+)?]|local-cluster\\[.*]|(spark|k8s)://.*|yarn");

  private MasterCheck() {}

  /**
   * Returns when the master can be connected to, at once if there is none.
   *
   * @throws UsageException if it is not the address of a master
   * @throws EnvironmentException if its host is not known, or it does not answer in time
   */
  static void await(SparkConf conf) {
    String master = conf.get("spark.master");
    requireKind(master);
    boolean inCluster = conf.get("spark.submit.deployMode", "client").equals("cluster");
    if (inCluster) {
      return; // the cluster itself has started this driver
    }
    List<InetSocketAddress> addresses =
        master.startsWith("spark://")
            ? ofSpark(master)
            : master.equals("yarn") ? ofYarn(conf) : List.of();
    if (addresses.isEmpty()) {
      return;
    }
    requireKnownHost(master, addresses);
    Optional<String> reason = refusal(addresses);
    if (reason.isEmpty()) {
      return;
    }
    Waiting waiting =
        Waiting.of(
            "the master " + (master.equals("yarn") ? "of YARN, " + addresses.get(0) : master),
            "it cannot be reached (" + reason.get() + "); is it running, and is its address right?",
            conf);
    while (refusal(addresses).isPresent()) {
      waiting.goOn();
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new EnvironmentException("Stopped while waiting for the master " + master, e);
      }
    }
  }

  private static void requireKind(String master) {
    if (!MASTER.matcher(master).matches()) {
      throw new UsageException(
          "Invalid master: '"
              + master
              + "' (must be local, local[N], local[*], spark://HOST:PORT, yarn or k8s://URL)");
    }
  }

  private static List<InetSocketAddress> ofSpark(String master) {
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (String each : master.substring("spark://".length()).split(",")) {
      int colon = each.lastIndexOf(':');
      String port = each.substring(colon + 1);
      if (colon < 1 || !port.matches("\\d{1,5}") || Integer.parseInt(port) > 65535) {
        throw new UsageException(
            "Cannot use the master " + master + ": it must be spark://HOST:PORT");
      }
      addresses.add(new InetSocketAddress(each.substring(0, colon), Integer.parseInt(port)));
    }
    return addresses;
  }

  /** Empty if YARN has several resource managers, among which Hadoop finds the active one. */
  private static List<InetSocketAddress> ofYarn(SparkConf conf) {
    Configuration hadoop = SparkHadoopUtil.get().newConfiguration(conf);
    hadoop.addResource("yarn-site.xml");
    if (hadoop.getBoolean("yarn.resourcemanager.ha.enabled", false)) {
      return List.of();
    }
    String host = hadoop.get("yarn.resourcemanager.hostname");
    String address = hadoop.get("yarn.resourcemanager.address", host);
    if (address == null || address.startsWith("0.0.0.0") || address.startsWith("${")) {
      throw new EnvironmentException(
          "Cannot use the master yarn: no yarn-site.xml names its resource manager; set"
              + " HADOOP_CONF_DIR to the folder of the cluster's configuration");
    }
    int colon = address.lastIndexOf(':');
    return List.of(
        colon < 0
            ? new InetSocketAddress(address, YARN_PORT)
            : new InetSocketAddress(
                address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))));
  }

  private static void requireKnownHost(String master, List<InetSocketAddress> addresses) {
    if (addresses.stream().allMatch(InetSocketAddress::isUnresolved)) {
      throw new EnvironmentException(
          "Cannot reach the master "
              + master
              + ": unknown host "
              + addresses.get(0).getHostString()
              + " (check the address)");
    }
  }

  /** Why no address can be connected to; empty if one can. */
  private static Optional<String> refusal(List<InetSocketAddress> addresses) {
    String reason = "";
    for (InetSocketAddress address : addresses) {
      try (Socket socket = new Socket()) {
        socket.connect(address, CONNECT_MILLIS);
        return Optional.empty();
      } catch (IOException e) {
        reason = String.valueOf(e.getMessage());
      }
    }
    return Optional.of(reason);
  }
}
