package parrot.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
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
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import parrot.jobs.cli.ExitCode;
import parrot.model.kernel.CheckedKernels;
import parrot.model.kernel.Kernels;

/** Who may know whom. A module is a dependency rule; this is the rule. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("parrot");

  private static final String[] SPARK = {"org.apache.spark..", "scala.."};
  private static final String[] ARRAYS = {
    "org.nd4j..", "org.deeplearning4j..", "org.bytedeco.dnnl..", "jdk.incubator.vector.."
  };

  @Test
  void allThreeModulesAreLookedAt() {
    for (String name : List.of("datasets", "model", "jobs")) {
      assertThat(CLASSES)
          .filteredOn(type -> type.getPackageName().startsWith("parrot." + name + "."))
          .hasSizeGreaterThan(10);
    }
  }

  @Test
  void datasetsKnowNoModelNoArraysAndNoSpark() {
    noClasses()
        .that()
        .resideInAPackage("parrot.datasets..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(concatenate(SPARK, ARRAYS, "parrot.model..", "parrot.jobs.."))
        .check(CLASSES);
  }

  @Test
  void theModelKnowsNoDatasetsAndNoSpark() {
    noClasses()
        .that()
        .resideInAPackage("parrot.model..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(concatenate(SPARK, new String[0], "parrot.datasets..", "parrot.jobs.."))
        .check(CLASSES);
  }

  @Test
  void jobsDoNoArithmeticOfTheirOwn() {
    noClasses()
        .that()
        .resideInAPackage("parrot.jobs..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("jdk.incubator.vector..", "org.bytedeco.dnnl..")
        .check(CLASSES);
  }

  @Test
  void onlyTheGraphKnowsDl4jInsideTheModel() {
    noClasses()
        .that()
        .resideInAPackage("parrot.model..")
        .and()
        .resideOutsideOfPackage("parrot.model.dl4j..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.nd4j..", "org.deeplearning4j..")
        .check(CLASSES);
  }

  /** A further device is one package and its line in META-INF/services; limit measures oneDNN. */
  @Test
  void devicesAreFoundByNameAlone() {
    for (String device : List.of("parrot.model.kernel.cpu", "parrot.model.kernel.reference")) {
      noClasses()
          .that()
          .resideOutsideOfPackage(device)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(device)
          .check(CLASSES);
    }
    noClasses()
        .that()
        .resideOutsideOfPackages("parrot.model.kernel.cpu", "parrot.benchmarks.limit")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.bytedeco.dnnl..", "jdk.incubator.vector..")
        .check(CLASSES);
  }

  @Test
  void noDeviceComputesWithUncheckedArguments() {
    classes()
        .that()
        .implement(Kernels.class)
        .should()
        .beAssignableTo(CheckedKernels.class)
        .check(CLASSES);
  }

  @Test
  void layersReachMemoryThroughKernelsAlone() {
    noClasses()
        .that()
        .resideInAPackage("parrot.model.layer..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.bytedeco..", "jdk.incubator.vector..")
        .check(CLASSES);
  }

  @Test
  void packagesFormNoCycles() {
    for (String module : List.of("datasets", "model", "jobs")) {
      // Inner packages count as packages of their own, beside the one that they lie in.
      slices().matching("parrot." + module + ".(**)").should().beFreeOfCycles().check(CLASSES);
    }
  }

  @Test
  void onlyTheCommandLineKnowsExitCodes() {
    noClasses()
        .that()
        .resideOutsideOfPackages("parrot.jobs", "parrot.jobs.cli")
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(ExitCode.class)
        .check(CLASSES);
  }

  @Test
  void noPackageOfJobsOutgrowsTheOthers() throws IOException {
    Map<Path, Long> bytes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes.merge(file.getParent(), Files.size(file), Long::sum);
      }
    }
    long all = bytes.values().stream().mapToLong(Long::longValue).sum();
    assertThat(bytes).hasSizeGreaterThan(10);
    assertThat(bytes).allSatisfy((folder, own) -> assertThat(100 * own / all).isLessThan(15));
  }

  @Test
  void everyPackageSaysWhatLivesThere() throws IOException {
    List<String> silent = new ArrayList<>();
    for (String module : List.of("datasets", "model", "jobs", "benchmarks")) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src/main/java"))) {
        for (Path folder : files.filter(Files::isDirectory).toList()) {
          try (Stream<Path> content = Files.list(folder)) {
            List<String> names = content.map(file -> file.getFileName().toString()).toList();
            boolean hasClasses = names.stream().anyMatch(name -> name.endsWith(".java"));
            if (hasClasses && !names.contains("package-info.java")) {
              silent.add(folder.toString());
            }
          }
        }
      }
    }
    assertThat(silent).isEmpty();
  }

  private static String[] concatenate(String[] first, String[] second, String... third) {
    return Stream.of(first, second, third).flatMap(Stream::of).toArray(String[]::new);
  }
}
