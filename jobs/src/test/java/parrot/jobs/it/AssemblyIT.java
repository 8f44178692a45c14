package parrot.jobs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** The jar for clusters holds nothing that a cluster brings. */
class AssemblyIT {
  @Test
  void bundlesNeitherSparkNorScalaNorHadoop() throws IOException {
    try (JarFile jar = new JarFile(OwnCluster.HOME.resolve("jobs/target/parrot.jar").toFile())) {
      List<String> names = jar.stream().map(ZipEntry::getName).toList();
      assertThat(names)
          .contains("parrot/jobs/Main.class", "parrot/model/network/ParrotNetwork.class")
          .filteredOn(name -> name.endsWith(".class"))
          // A class that DL4J keeps in Spark's package.
          .filteredOn(name -> !name.matches("org/apache/spark/TaskContextHelper\\$?.class"))
          .noneMatch(name -> name.matches("(org/apache/(spark|hadoop|parquet)|scala)/.*"))
          .noneMatch(name -> name.startsWith("com/fasterxml/jackson/databind/"));
    }
  }
}
