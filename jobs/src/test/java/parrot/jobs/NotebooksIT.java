package parrot.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Notebooks that start processes of a cluster, which need what the build packs. */
@Tag("slow")
class NotebooksIT {
  static List<Notebook> notebooks() throws IOException {
    return NotebooksTest.select(true);
  }

  @ParameterizedTest
  @MethodSource("notebooks")
  void runsFromTopToBottom(Notebook notebook) throws IOException {
    assertThat(notebook.run()).contains("exit code of the run: 0").contains("equal: true");
  }
}
