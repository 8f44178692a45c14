package parrot.model.kernel.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every kernel compiles for the cards that are supported and keeps its values in registers. The
 * table of registers is written to {@code target/cuda-kernels-ARCHITECTURE.md}.
 */
@Tag("slow")
class CompiledKernelsTest {
  /** Bytes that a thread may keep in memory because registers are short. */
  private static final int MOST_SPILLED = 32;

  private static final Pattern KERNEL =
      Pattern.compile(
          "Compiling entry function '(\\w+)'.*?(\\d+) bytes spill stores.*?Used (\\d+) registers",
          Pattern.DOTALL);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"sm_80", "sm_90", "sm_100"})
  void compilesWithoutSpills(String architecture) throws Exception {
    assumeTrue(Emulator.find("nvcc"), "there is no nvcc to compile kernels for cards");
    List<String> table = new ArrayList<>();
    for (String header : KernelSources.HEADERS) {
      Files.writeString(folder.resolve(header), KernelSources.text(header));
    }
    for (String name : KernelSources.NAMES) {
      Files.writeString(folder.resolve(name), KernelSources.text(name));
      Matcher kernel = KERNEL.matcher(compile(name, architecture));
      while (kernel.find()) {
        int spilled = Integer.parseInt(kernel.group(2));
        table.add("| %s | %s | %d |".formatted(kernel.group(1), kernel.group(3), spilled));
        assertThat(spilled).as(kernel.group(1)).isLessThanOrEqualTo(MOST_SPILLED);
      }
    }
    assertThat(table).hasSizeGreaterThan(30);
    table.add(0, "| kernel | registers | bytes spilled |\n|---|---|---|");
    Files.writeString(
        Path.of("target", "cuda-kernels-" + architecture + ".md"), String.join("\n", table) + "\n");
  }

  private String compile(String source, String architecture)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                "nvcc",
                "-std=c++17",
                "-arch=" + architecture,
                "-cubin",
                "-Xptxas",
                "-v",
                "-o",
                "kernels.cubin",
                source)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }
}
