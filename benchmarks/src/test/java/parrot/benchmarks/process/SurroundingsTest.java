package parrot.benchmarks.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.benchmarks.side.Engine;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Workload;

class SurroundingsTest {
  private static final List<String> OWN =
      List.of("-Xmx3g", "-Xms3g", "-XX:+UseZGC", "-javaagent:a.jar", "--add-modules=a", "-Dkey=1");

  @TempDir private Path home;

  @Test
  void aPeerHasASmallHeapAndTheParentsOtherOptions() {
    assertThat(Surroundings.options(request(Engine.TORCH_F32), OWN, home))
        .containsExactly(
            "--add-modules=a",
            "-Dkey=1",
            "-Xmx512m",
            "-XX:+UseParallelGC",
            "-Dorg.bytedeco.javacpp.maxBytes=0",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
  }

  @Test
  void oursHasTheCollectorOfTraining() throws IOException {
    Path options = home.resolve("cluster-config/train-gc.options");
    Files.createDirectories(options.getParent());
    Files.writeString(options, "-XX:+UseZGC");
    assertThat(Surroundings.options(request(Engine.OURS), OWN, home))
        .contains("-Xmx512m", "-Xms512m", "@" + options)
        .doesNotContain("-XX:+UseParallelGC");
    assertThat(Surroundings.options(request(Engine.PRODUCTS), OWN, home))
        .doesNotContain("@" + options);
  }

  private static SideRequest request(Engine engine) {
    return new SideRequest(engine, Workload.TINY, "", "f32", 1, 0, 0);
  }
}
