package parrot.benchmarks.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.model.network.Batch;
import parrot.model.weights.ModelFolder;

class ModelStoreTest {
  @TempDir private Path root;

  @Test
  void writesAModelOnceAndTheSameAgain() throws IOException {
    ModelStore store = new ModelStore(root);
    assertThat(store.holds(Workload.TINY)).isFalse();
    Path weights = store.folder(Workload.TINY).resolve("model.safetensors");
    byte[] first = Files.readAllBytes(weights);
    assertThat(store.holds(Workload.TINY)).isTrue();

    Files.delete(weights);
    store.folder(Workload.TINY);
    assertThat(weights).as("is left as it is where it is complete").doesNotExist();

    Files.delete(weights.resolveSibling("config.json"));
    store.folder(Workload.TINY);
    assertThat(Files.readAllBytes(weights)).isEqualTo(first);
  }

  @Test
  void everyTensorHasValuesOfItsOwn() throws IOException {
    Path folder = new ModelStore(root).folder(Workload.TINY);
    try (ModelFolder model =
        ModelFolder.open(new org.apache.hadoop.fs.Path(folder.toString()), new Configuration())) {
      float[] queries = model.weights().read("model.layers.0.self_attn.q_proj.weight");
      float[] keys = model.weights().read("model.layers.0.self_attn.k_proj.weight");
      assertThat(queries).isNotEqualTo(keys);
      assertThat(model.weights().read("model.layers.0.self_attn.q_proj.bias")).doesNotContain(0f);
      for (float norm : model.weights().read("model.norm.weight")) {
        assertThat(norm).isBetween(0f, 2f).isNotEqualTo(1f);
      }
    }
  }

  @Test
  void conversationsAreAsLongAsSaid() {
    Batch batch = Batches.conversations(Models.instruct(), 8);
    assertThat(batch.lengths()).hasSize(8).contains(221, 21);
    assertThat(Arrays.stream(batch.lengths())).allMatch(n -> n >= 21 && n <= 221);
    assertThat(batch.images()).isEqualTo(8);
    assertThat(Arrays.stream(batch.tokenIds()).filter(id -> id == Batch.IMAGE)).hasSize(8);
    Batch one = Batches.conversation(Models.realSize(), 160, 60);
    assertThat(Batches.rows(Models.realSize(), one)).isEqualTo(737);
    assertThat(Arrays.stream(one.labels()).filter(id -> id != Batch.IGNORE)).hasSize(60);
  }
}
