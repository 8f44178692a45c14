package parrot.benchmarks.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.benchmarks.workload.Batches;
import parrot.benchmarks.workload.ModelStore;
import parrot.benchmarks.workload.Workload;
import parrot.model.config.ParrotConfig;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.network.Batch;
import parrot.model.network.FrozenWeights;
import parrot.model.network.ParrotNetwork;
import parrot.model.weights.ModelFolder;

/** Prompts about one image: libtorch computes what ours does. */
class AnsweringTest {
  @TempDir Path folder;

  @Test
  void oneImageIsEncodedOnceForAllItsPrompts() throws IOException {
    String model = new ModelStore(folder).folder(Workload.TINY).toString();
    ParrotConfig config = Workload.TINY.config();
    Batch batch = Batches.questions(config, 3, 7);
    try (ModelFolder opened =
            ModelFolder.open(new org.apache.hadoop.fs.Path(model), new Configuration());
        NoGradGuard guard = new NoGradGuard();
        ParrotNetwork network =
            ParrotNetwork.frozen(
                opened.config(),
                new FrozenWeights(opened.weights()),
                Kernels.create("onednn", Precision.F32, 1))) {
      PaddedBatch padded = new PaddedBatch(config, batch, ScalarType.Float);
      TorchParrot torch =
          new TorchParrot(
              new Parameters(config, opened.weights(), Set.of(), ScalarType.Float),
              config,
              padded.longest,
              ScalarType.Float);

      Tensor apart = torch.embed(padded);
      Tensor once = torch.embedAboutOneImage(padded);
      assertThat(once.sub(apart).abs().max().item_float()).isLessThan(1e-5f);

      float[] own =
          network
              .embed(
                  Arrays.copyOf(batch.tokenIds(), batch.lengths()[0]),
                  network.encode(batch.pixels().rows(0, 1).toArray()))
              .toArray();
      Tensor first = once.select(0, 0).contiguous();
      float[] peer = new float[own.length];
      first.data_ptr_float().get(peer);
      assertThat(own).containsExactly(peer, Offset.offset(1e-4f));
    }
  }
}
