package parrot.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ThreadsTest {
  @Test
  void readsTheEnvironment() {
    Map<String, String> environment =
        Map.of("PARROT_THREADS", " 4 ", "ZERO", "0", "LIST", "4,2", "LONG", "99999999999");
    assertThat(Threads.read(environment, "PARROT_THREADS")).contains(4);
    assertThat(Threads.read(environment, "ZERO")).isEmpty();
    assertThat(Threads.read(environment, "LIST")).isEmpty();
    assertThat(Threads.read(environment, "LONG")).isEmpty();
    assertThat(Threads.read(environment, "OMP_NUM_THREADS")).isEmpty();
    assertThat(Threads.allowed()).isPositive();
  }
}
