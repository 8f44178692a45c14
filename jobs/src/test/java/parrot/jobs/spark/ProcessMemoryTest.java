package parrot.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ProcessMemoryTest {
  private static final String STATUS =
      "VmPeak:\t  90 kB\nVmHWM:\t  40 kB\nVmRSS:\t  36 kB\n"
          + "RssAnon:\t  12 kB\nRssFile:\t  15 kB\nRssShmem:\t  9 kB\n";

  @Test
  void tellsItsOwnPagesFromThoseOfFiles() {
    assertThat(ProcessMemory.of(STATUS, false, 7, 0))
        .contains(new ProcessMemory(40 << 10, 21 << 10, 15 << 10, 7));
  }

  @Test
  void countsTheHeapOfZgcOnce() {
    assertThat(ProcessMemory.of(STATUS, true, 3 << 10, 0))
        .contains(new ProcessMemory(34 << 10, 15 << 10, 15 << 10, 3 << 10));
  }

  /** Linux takes pages of files back when memory is short; the process needs them all the same. */
  @Test
  void aPeakHasAllThatIsMapped() {
    assertThat(ProcessMemory.of(STATUS, false, 7, 50 << 10).orElseThrow().peak())
        .isEqualTo((21 + 50) << 10);
  }

  /** Of a heap that was not there at the peak, nothing can be taken off. */
  @Test
  void aPeakIsNeverLessThanWhatIsThere() {
    assertThat(ProcessMemory.of(STATUS, true, 30 << 10, 0).orElseThrow().peak())
        .isEqualTo(30 << 10);
  }

  @Test
  void isEmptyIfTheSystemDoesNotTell() {
    assertThat(ProcessMemory.of("VmPeak:\t  90 kB\n", false, 7, 0)).isEmpty();
  }

  @Test
  void readsThatOfThisProcess() {
    assumeTrue(Files.exists(Path.of("/proc/self/status")));
    ProcessMemory memory = ProcessMemory.now().orElseThrow();
    assertThat(memory.heap()).isPositive();
    assertThat(memory.own()).isPositive();
    assertThat(memory.files()).isPositive();
    assertThat(memory.peak()).isGreaterThan(1 << 20);
  }
}
