package parrot.model.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import parrot.model.config.ParrotConfig;
import parrot.model.kernel.KernelProvider;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.layer.Weight;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;
import parrot.model.weights.FloatSink;
import parrot.model.weights.Weights;

class FrozenWeightsTest {
  private final ParrotConfig config = TinyNetworks.config(Map.of());
  private final Counting source = new Counting(TinyNetworks.randomWeights(config));

  @Test
  void networksReadAndHoldEachTensorOnce() {
    FrozenWeights weights = new FrozenWeights(source);
    try (ParrotNetwork first = frozen(weights);
        ParrotNetwork second = frozen(weights);
        ParrotNetwork learning =
            new ParrotNetwork(
                config, EnumSet.of(Part.DECODER), weights, TinyNetworks.reference(), true)) {
      assertThat(source.read).doesNotHaveDuplicates().isNotEmpty();
      int count = source.read.size();
      Batch batch = TinyNetworks.batch(1);
      assertThat(second.forward(batch).meanLoss()).isEqualTo(first.forward(batch).meanLoss());
      assertThat(source.read).hasSize(count);
      assertThat(learning.parameterCount()).isPositive();
    }
  }

  @Test
  void handsOutTheSameMemoryByNameAndType() {
    FrozenWeights weights = new FrozenWeights(source);
    Weight weight = new Weight("model.layers.0.mlp.gate_proj.weight", 10, 12);
    Tensor full = weights.tensor(weight, ElementType.F32, Memory.HOST);
    Tensor rounded = weights.tensor(weight, ElementType.BF16, Memory.HOST);
    assertThat(weights.tensor(weight, ElementType.F32, Memory.HOST)).isSameAs(full);
    assertThat(weights.tensor(weight, ElementType.BF16, Memory.HOST))
        .isSameAs(rounded)
        .isNotSameAs(full);
    assertThat(source.read).hasSize(2);
    for (int i = 0; i < 10; i++) {
      for (int j = 0; j < 12; j++) {
        assertThat(rounded.get(i, j))
            .isEqualTo(ElementType.fromBf16(ElementType.toBf16(full.get(i, j))));
      }
    }
  }

  /** What enters products is kept rounded, once; biases, norms and embeddings as they are. */
  @Test
  void networksOfTwoPrecisionsShareWhatIsFloat32InBoth() {
    assumeTrue(
        KernelProvider.named("onednn").gainsFromBf16(), "this processor computes in float32");
    FrozenWeights weights = new FrozenWeights(source);
    try (ParrotNetwork full = frozen(weights)) {
      int count = source.read.size();
      assertThat(full.forward(TinyNetworks.batch(1)).meanLoss()).isPositive();
      Kernels kernels = Kernels.create("onednn", Precision.BF16, 1);
      try (ParrotNetwork rounded = ParrotNetwork.frozen(config, weights, kernels)) {
        List<String> again = source.read.subList(count, source.read.size());
        assertThat(again)
            .contains("model.layers.1.self_attn.q_proj.weight", "model.mm_projector.0.weight")
            .contains("model.embed_tokens.weight") // the head of this network
            .noneMatch(name -> name.contains("norm") || name.endsWith(".bias"))
            .doesNotContain("model.moe_model.gate.weight");
        assertThat(rounded.forward(TinyNetworks.batch(1)).meanLoss()).isPositive();
      }
    }
  }

  /** Rows of a table are widened as they are taken, which is exact: the losses stay the same. */
  @Test
  void anUntiedEmbeddingKeepsItsStoredTypeAndIsMapped() {
    ParrotConfig untied = TinyNetworks.config(Map.of("tie_word_embeddings", false));
    String name = "model.embed_tokens.weight";
    Weights random = TinyNetworks.randomWeights(untied);
    Rounded stored = new Rounded(random, name, false);
    Rounded mapped = new Rounded(random, name, true);
    Batch batch = TinyNetworks.batch(1);
    try (ParrotNetwork copying =
            ParrotNetwork.frozen(untied, new FrozenWeights(stored), TinyNetworks.reference());
        ParrotNetwork mapping =
            ParrotNetwork.frozen(untied, new FrozenWeights(mapped), TinyNetworks.reference())) {
      assertThat(mapping.forward(batch).meanLoss()).isEqualTo(copying.forward(batch).meanLoss());
    }
    assertThat(stored.read).contains(name);
    assertThat(mapped.read).isNotEmpty().doesNotContain(name);
  }

  private ParrotNetwork frozen(FrozenWeights weights) {
    return ParrotNetwork.frozen(config, weights, TinyNetworks.reference());
  }

  /** Remembers what was read. */
  private static class Counting implements Weights {
    final List<String> read = Collections.synchronizedList(new ArrayList<>());
    final Weights weights;

    Counting(Weights weights) {
      this.weights = weights;
    }

    @Override
    public Set<String> names() {
      return weights.names();
    }

    @Override
    public int[] shape(String name) {
      return weights.shape(name);
    }

    @Override
    public void read(String name, FloatSink sink) {
      read.add(name);
      weights.read(name, sink);
    }

    @Override
    public void close() {
      weights.close();
    }
  }

  /** Stores one tensor as bfloat16; maps it, or has it read. */
  private static final class Rounded extends Counting {
    private final String name;
    private final boolean mapped;

    Rounded(Weights weights, String name, boolean mapped) {
      super(weights);
      this.name = name;
      this.mapped = mapped;
    }

    @Override
    public ElementType storedType(String asked) {
      return asked.equals(name) && mapped ? ElementType.BF16 : ElementType.F32;
    }

    @Override
    public Optional<Tensor> map(String asked, ElementType type, int rows, int columns) {
      if (!mapped || !asked.equals(name) || type != ElementType.BF16) {
        return Optional.empty();
      }
      Tensor tensor = Tensor.allocate(type, rows, columns);
      weights.readInto(name, tensor);
      return Optional.of(tensor);
    }

    @Override
    public void read(String asked, FloatSink sink) {
      if (!asked.equals(name)) {
        super.read(asked, sink);
        return;
      }
      read.add(asked);
      weights.read(
          asked,
          (offset, values, count) -> {
            float[] rounded = new float[count];
            for (int i = 0; i < count; i++) {
              rounded[i] = ElementType.fromBf16(ElementType.toBf16(values[i]));
            }
            sink.accept(offset, rounded, count);
          });
    }
  }
}
