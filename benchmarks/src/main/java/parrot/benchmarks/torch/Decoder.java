package parrot.benchmarks.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import parrot.model.config.ParrotConfig;
import parrot.model.weights.TensorNames;

/** Qwen2 between the embeddings and the logits. */
final class Decoder {
  private final Parameters parameters;
  private final ParrotConfig config;
  private final Rotary rotary;

  /**
   * @param positions longest sequence
   * @param type in which products run, so that rotating changes no type
   */
  Decoder(Parameters parameters, ParrotConfig config, int positions, ScalarType type) {
    this.parameters = parameters;
    this.config = config;
    rotary = new Rotary(positions, config.decoder().headSize(), config.decoder().rotary(), type);
  }

  /** Embeddings of token ids of any shape: (..., D). */
  Tensor embed(Tensor ids) {
    return torch.embedding(parameters.get(TensorNames.EMBEDDING), ids);
  }

  /**
   * @param x (B, T, D)
   * @param mask added to the scores, (1 or B, 1, T, T); null if the cache decides what is seen
   * @param cache is continued; null in training
   * @return (B, T, D), normed
   */
  Tensor forward(Tensor x, Tensor mask, Cache cache) {
    for (int layer = 0; layer < config.decoder().numHiddenLayers(); layer++) {
      x = block(x, layer, mask, cache);
    }
    if (cache != null) {
      cache.advance(x.size(1));
    }
    return norm(x, TensorNames.FINAL_NORM);
  }

  /** Logits (..., V) of normed rows (..., D). */
  Tensor logits(Tensor x) {
    boolean tied = config.decoder().tieWordEmbeddings();
    return torch.linear(x, parameters.get(tied ? TensorNames.EMBEDDING : TensorNames.HEAD));
  }

  private Tensor block(Tensor x, int layer, Tensor mask, Cache cache) {
    String name = "model.layers." + layer + ".";
    Tensor normed = norm(x, name + "input_layernorm.weight");
    x = x.add(parameters.linear(attend(normed, layer, mask, cache), name + "self_attn.o_proj"));
    normed = norm(x, name + "post_attention_layernorm.weight");
    Tensor gate = torch.silu(parameters.linear(normed, name + "mlp.gate_proj"));
    Tensor hidden = gate.mul(parameters.linear(normed, name + "mlp.up_proj"));
    return x.add(parameters.linear(hidden, name + "mlp.down_proj"));
  }

  private Tensor attend(Tensor x, int layer, Tensor mask, Cache cache) {
    String name = "model.layers." + layer + ".self_attn.";
    int heads = config.decoder().numAttentionHeads();
    int keyHeads = config.decoder().numKeyValueHeads();
    long from = cache == null ? 0 : cache.length();
    Tensor q = rotary.rotate(Ops.split(parameters.linear(x, name + "q_proj"), heads), from);
    Tensor k = rotary.rotate(Ops.split(parameters.linear(x, name + "k_proj"), keyHeads), from);
    Tensor v = Ops.split(parameters.linear(x, name + "v_proj"), keyHeads);
    if (cache != null) {
      k = cache.keys(layer, k);
      v = cache.values(layer, v);
    }
    k = Ops.repeatHeads(k, heads / keyHeads);
    v = Ops.repeatHeads(v, heads / keyHeads);
    return Ops.join(
        cache == null
            ? Ops.attention(q, k, v, mask)
            : Ops.inferredAttention(q, k, v, q.size(2) > 1));
  }

  private Tensor norm(Tensor x, String name) {
    return Ops.rmsNorm(x, parameters.get(name), config.decoder().rmsNormEps());
  }
}
