package parrot.jobs.it;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.kerby.kerberos.kerb.server.KdcConfigKey;
import org.apache.kerby.kerberos.kerb.server.SimpleKdcServer;

/**
 * A KDC and an HDFS that asks for Kerberos, on 127.0.0.1, as a process: what Hadoop knows of its
 * user is static. Arguments: a folder, and a folder that becomes {@code /world} there, readable by
 * {@value #USER} alone. The folder gets what clients need: krb5.conf, Hadoop's configuration and
 * the keytab; last a file {@value #READY}, with the address. Ends with its input.
 */
final class SecureHdfs {
  static final String READY = "ready";
  static final String USER = "trainer";
  static final String PRINCIPAL = USER + "@EXAMPLE.COM";

  /** Shorter than the runs that log in. */
  static final int TICKET_SECONDS = 25;

  private static final String SERVICE = "hdfs/localhost@EXAMPLE.COM";

  private SecureHdfs() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    startKdc(folder);
    System.setProperty("java.security.krb5.conf", folder.resolve("krb5.conf").toString());
    Configuration server = configuration(folder);
    UserGroupInformation.setConfiguration(server);
    UserGroupInformation.loginUserFromKeytab(SERVICE, folder.resolve("hdfs.keytab").toString());
    MiniDFSCluster hdfs =
        new MiniDFSCluster.Builder(server).numDataNodes(1).checkDataNodeHostConfig(true).build();
    hdfs.waitActive();
    String address = hdfs.getURI().toString();
    fill(hdfs.getFileSystem(), Path.of(arguments[1]));
    Files.writeString(folder.resolve("core-site.xml"), xml(client(address)));
    Files.writeString(folder.resolve(READY), address);
    while (System.in.read() >= 0) {
      // The test still runs.
    }
    System.exit(0);
  }

  private static void startKdc(Path folder) throws Exception {
    SimpleKdcServer kdc = new SimpleKdcServer();
    kdc.setWorkDir(folder.toFile());
    kdc.setKdcHost("127.0.0.1");
    kdc.setKdcRealm("EXAMPLE.COM");
    kdc.setAllowUdp(false);
    kdc.getKdcConfig().setLong(KdcConfigKey.MAXIMUM_TICKET_LIFETIME, (long) TICKET_SECONDS);
    kdc.getKdcConfig().setLong(KdcConfigKey.MINIMUM_TICKET_LIFETIME, 1L);
    kdc.init();
    kdc.start();
    for (String principal : new String[] {SERVICE, PRINCIPAL}) {
      File keytab = folder.resolve(principal.split("[/@]")[0] + ".keytab").toFile();
      kdc.createAndExportPrincipals(keytab, principal);
    }
  }

  private static Configuration configuration(Path folder) {
    Configuration server = new Configuration();
    client("hdfs://localhost").forEach(server::set);
    server.unset("fs.defaultFS");
    server.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.resolve("hdfs").toString());
    for (String node : new String[] {"namenode", "datanode"}) {
      server.set("dfs." + node + ".kerberos.principal", SERVICE);
      server.set("dfs." + node + ".keytab.file", folder.resolve("hdfs.keytab").toString());
    }
    server.set("dfs.web.authentication.kerberos.principal", SERVICE);
    server.set("dfs.web.authentication.kerberos.keytab", folder.resolve("hdfs.keytab").toString());
    server.setBoolean("dfs.block.access.token.enable", true);
    server.setBoolean("ignore.secure.ports.for.testing", true);
    server.set("dfs.http.policy", "HTTP_ONLY");
    server.setInt("dfs.replication", 1);
    return server;
  }

  private static Map<String, String> client(String address) {
    Map<String, String> client = new LinkedHashMap<>();
    client.put("fs.defaultFS", address);
    client.put("hadoop.security.authentication", "kerberos");
    client.put("hadoop.security.authorization", "true");
    client.put("hadoop.kerberos.min.seconds.before.relogin", "1");
    client.put("hadoop.rpc.protection", "privacy");
    client.put("dfs.namenode.kerberos.principal", SERVICE);
    client.put("dfs.namenode.kerberos.principal.pattern", "*");
    return client;
  }

  private static void fill(FileSystem files, Path world) throws IOException {
    org.apache.hadoop.fs.Path target = new org.apache.hadoop.fs.Path("/world");
    files.copyFromLocalFile(new org.apache.hadoop.fs.Path(world.toUri()), target);
    files.setOwner(target, USER, USER);
    files.setPermission(target, new FsPermission((short) 0700));
  }

  private static String xml(Map<String, String> values) {
    StringBuilder text = new StringBuilder("<?xml version=\"1.0\"?>\n<configuration>\n");
    values.forEach(
        (name, value) ->
            text.append(
                "  <property><name>%s</name><value>%s</value></property>\n"
                    .formatted(name, value)));
    return text.append("</configuration>\n").toString();
  }
}
