package parrot.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.jobs.spark.NativeEnvironment;

/** The files of {@code cluster-config} agree where one cannot include another. */
class ClusterConfigTest {
  private static final Path FOLDER = Path.of("../cluster-config").toAbsolutePath().normalize();

  private static Stream<String> lines(String file) throws IOException {
    return Files.readAllLines(FOLDER.resolve(file)).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"));
  }

  private static Map<String, String> profile(String name) throws IOException {
    Map<String, String> settings = new HashMap<>();
    lines(name + ".conf")
        .map(line -> line.split("\\s+", 2))
        .forEach(setting -> settings.put(setting[0], setting[1]));
    return settings;
  }

  @Test
  void javaTakesTheArgumentFiles() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "@" + FOLDER.resolve("jvm.options"),
                "@" + FOLDER.resolve("train-gc.options"),
                "-version")
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "standalone", "yarn", "kubernetes"})
  void profilesGiveTheOptionsThatSparkDoesNot(String name) throws IOException {
    Map<String, String> profile = profile(name);
    String unlimited = options("-Dorg\\.bytedeco.*");
    assertThat(profile)
        .allSatisfy((key, value) -> assertThat(key).startsWith("spark."))
        .containsEntry(
            "spark.driver.extraJavaOptions", options("--add-exports.*") + " " + unlimited)
        .containsEntry("spark.kryo.registrator", "parrot.jobs.spark.ParrotKryoRegistrator");
    if (!name.equals("local")) {
      assertThat(profile)
          .containsEntry(
              "spark.executor.extraJavaOptions",
              "-XX:+UseParallelGC --add-modules=jdk.incubator.vector " + unlimited);
    }
  }

  /** Those of jvm.options that match. */
  private static String options(String pattern) throws IOException {
    return lines("jvm.options")
        .filter(option -> option.matches(pattern))
        .collect(Collectors.joining(" "));
  }

  @Test
  void theDriversPodGetsTheEnvironmentOfTheLauncher() throws IOException {
    String prefix = "spark.kubernetes.driverEnv.";
    Map<String, String> driver = new HashMap<>();
    profile("kubernetes")
        .forEach(
            (key, value) -> {
              if (key.startsWith(prefix)) {
                driver.put(key.substring(prefix.length()), value);
              }
            });
    assertThat(driver).isEqualTo(NativeEnvironment.recommended());
  }

  @Test
  void discoversGpusAsSparkAsks(@TempDir Path temporary) throws Exception {
    Path fake = Files.writeString(temporary.resolve("nvidia-smi"), "#!/bin/sh\necho 0; echo 3\n");
    fake.toFile().setExecutable(true);
    ProcessBuilder builder = new ProcessBuilder(FOLDER.resolve("gpu-discovery.sh").toString());
    builder.environment().merge("PATH", temporary.toString(), (path, first) -> first + ":" + path);
    Process process = builder.start();
    assertThat(new String(process.getInputStream().readAllBytes(), UTF_8))
        .isEqualTo("{\"name\": \"gpu\", \"addresses\": [\"0\",\"3\"]}\n");
    assertThat(process.waitFor()).isZero();
  }
}
