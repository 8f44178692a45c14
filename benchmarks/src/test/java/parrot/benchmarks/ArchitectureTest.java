package parrot.benchmarks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who may know whom inside the benchmarks, and who may know a peer. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("parrot.benchmarks");

  /** Artifacts of the peers and of their tools. */
  private static final List<String> PEERS = List.of("pytorch", "jmh-core");

  @Test
  void packagesFormNoCycles() {
    assertThat(CLASSES).hasSizeGreaterThan(50);
    slices().matching("parrot.benchmarks.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void sidesKnowNeitherTheirProcessesNorWhoComparesThem() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "parrot.benchmarks.side..",
            "parrot.benchmarks.ours..",
            "parrot.benchmarks.torch..",
            "parrot.benchmarks.limit..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "parrot.benchmarks.process..",
            "parrot.benchmarks.measure..",
            "parrot.benchmarks.suite..")
        .check(CLASSES);
  }

  @Test
  void onlyItsOwnPackageKnowsThePeer() {
    noClasses()
        .that()
        .resideOutsideOfPackage("parrot.benchmarks.torch..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco.pytorch..")
        .check(CLASSES);
  }

  @Test
  void noOtherModuleDependsOnAPeer() throws IOException {
    for (String module : List.of("datasets", "model", "jobs")) {
      String pom = Files.readString(Path.of("..", module, "pom.xml"));
      assertThat(PEERS)
          .as("peers in the pom of %s", module)
          .noneMatch(peer -> pom.contains("<artifactId>" + peer));
    }
  }

  @Test
  void everyPackageSaysWhatLivesThere() throws IOException {
    List<Path> silent = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path folder : files.filter(Files::isDirectory).toList()) {
        try (Stream<Path> content = Files.list(folder)) {
          boolean hasClasses = content.anyMatch(file -> file.toString().endsWith(".java"));
          if (hasClasses && !Files.exists(folder.resolve("package-info.java"))) {
            silent.add(folder);
          }
        }
      }
    }
    assertThat(silent).isEmpty();
  }
}
