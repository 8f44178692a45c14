package parrot.jobs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.security.UserGroupInformation;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;

/**
 * Logs in to a Hadoop cluster that asks for Kerberos. Hadoop logs in again before a ticket ends.
 */
final class KerberosLogin {

  private KerberosLogin() {}

  /**
   * To be called before anything is read from HDFS. Does nothing if both are null, or if
   * spark-submit has logged in.
   *
   * @param principal such as {@code trainer@EXAMPLE.COM}
   * @param keytab a local file
   * @throws UsageException if one is given without the other
   * @throws EnvironmentException if no configuration asks for Kerberos, or the keytab is not taken
   */
  static void run(String principal, String keytab) {
    if (principal == null && keytab == null) {
      return;
    }
    if (principal == null || keytab == null) {
      throw new UsageException("--principal and --keytab belong together (give both)");
    }
    if (!UserGroupInformation.isSecurityEnabled()) {
      throw cannot(
          principal,
          "no core-site.xml sets hadoop.security.authentication to kerberos (set HADOOP_CONF_DIR to"
              + " the folder of the cluster's configuration)",
          null);
    }
    if (!Files.isReadable(Path.of(keytab))) {
      throw cannot(principal, "the keytab " + keytab + " cannot be read", null);
    }
    try {
      if (!UserGroupInformation.isLoginKeytabBased()) {
        UserGroupInformation.loginUserFromKeytab(principal, keytab);
      }
    } catch (IOException e) {
      throw cannot(
          principal,
          deepest(e)
              + " (check that "
              + keytab
              + " holds this principal's keys, and that the KDC of krb5.conf answers)",
          e);
    }
  }

  private static EnvironmentException cannot(String principal, String reason, Exception cause) {
    return new EnvironmentException("Cannot log in as " + principal + ": " + reason, cause);
  }

  private static String deepest(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
  }
}
