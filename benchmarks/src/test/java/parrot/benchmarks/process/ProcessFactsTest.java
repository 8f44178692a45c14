package parrot.benchmarks.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessFactsTest {
  @Test
  void readsFaultsBehindANameWithBlanks() {
    String stat = "4711 (a ) name) S 1 4711 4711 0 -1 4194560 12345 0 7 0 10 20";
    assertThat(ProcessFacts.minorFaults(stat)).isEqualTo(12345);
    assertThat(ProcessFacts.minorFaults()).isPositive();
  }

  @Test
  void readsWhatEndedProcessesTook() {
    String stat = "4711 (a ) name) S 1 4711 4711 0 -1 4194560 12345 0 7 0 10 20 150 75";
    assertThat(ProcessFacts.childrenCpuSeconds(stat)).isEqualTo(2.25);
  }

  @Test
  void readsPeakMemory() {
    String status = "VmPeak:\t  9 kB\nVmHWM:\t  2048 kB\nRssShmem:\t  1536 kB\n";
    assertThat(ProcessFacts.peakBytes(status)).isEqualTo(1L << 20);
    assertThat(ProcessFacts.peakBytes()).isPositive();
    assertThat(ProcessFacts.peakBytes(ProcessHandle.current().pid())).isPositive();
    assertThat(ProcessFacts.peakBytes(Long.MAX_VALUE)).isZero();
    assertThatThrownBy(() -> ProcessFacts.peakBytes("VmRSS: 1 kB"))
        .hasMessageContaining("no VmHWM");
  }

  @Test
  void countsSharedPagesByTheirShare() {
    long pid = ProcessHandle.current().pid();
    assertThat(ProcessFacts.proportionalBytes(pid))
        .isPositive()
        .isLessThanOrEqualTo(ProcessFacts.peakBytes(pid));
  }

  @Test
  void readsPausesOfTheGarbageCollector() {
    List<GcLog.Pause> pauses =
        GcLog.pauses(
            List.of(
                "[0.010s] Using Parallel",
                "[1.234s] GC(0) Pause Young (Allocation Failure) 33M->5M(123M) 4.567ms",
                "[2.500s] GC(1) Pause Full (System.gc()) 9M->5M(123M) 12.300ms",
                "[3.000s] GC(2) Pause Mark Start 0.015ms",
                "[3.010s] GC(2) Concurrent Mark 9.876ms"));
    assertThat(pauses)
        .containsExactly(
            new GcLog.Pause(1.234, 4.567), new GcLog.Pause(2.5, 12.3), new GcLog.Pause(3, 0.015));
  }
}
