package parrot.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;
import parrot.jobs.CommandLines;

/** What a login lacks is told before anything is read. */
class KerberosLoginTest {
  @Test
  void doesNothingUnlessAsked() {
    KerberosLogin.run(null, null);
  }

  @Test
  void wantsPrincipalAndKeytabTogether() {
    assertThatThrownBy(() -> KerberosLogin.run("trainer@EXAMPLE.COM", null))
        .isInstanceOf(UsageException.class)
        .hasMessage("--principal and --keytab belong together (give both)");
  }

  @Test
  void saysThatTheClustersConfigurationDoesNotAskForKerberos() {
    assertThatThrownBy(() -> KerberosLogin.run("trainer@EXAMPLE.COM", "trainer.keytab"))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageStartingWith(
            "Cannot log in as trainer@EXAMPLE.COM: no core-site.xml sets"
                + " hadoop.security.authentication to kerberos")
        .hasMessageContaining("HADOOP_CONF_DIR");
  }

  @Test
  void commandsLogInBeforeTheyReadTheirFiles() {
    StringWriter said = new StringWriter();

    int code =
        CommandLines.run(
            new PrintWriter(said),
            new PrintWriter(said),
            "train",
            "no-such.yaml",
            "--principal",
            "trainer@EXAMPLE.COM");

    assertThat(code).isEqualTo(ExitCode.USAGE.code());
    assertThat(said).hasToString("--principal and --keytab belong together (give both)\n");
  }
}
