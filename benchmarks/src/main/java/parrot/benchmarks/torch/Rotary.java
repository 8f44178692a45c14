package parrot.benchmarks.torch;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import parrot.model.config.RotaryConfig;

/** Rotary position embedding as Qwen2 applies it: halves of a head are rotated together. */
final class Rotary {
  private final Tensor cosine; // (positions, h)
  private final Tensor sine; // (positions, h)

  /**
   * @param type of what is rotated
   */
  Rotary(int positions, int headSize, RotaryConfig config, ScalarType type) {
    Tensor wideCosine = torch.empty(positions, headSize);
    Tensor wideSine = torch.empty(positions, headSize);
    FloatPointer cosines = wideCosine.data_ptr_float();
    FloatPointer sines = wideSine.data_ptr_float();
    int half = headSize / 2;
    float[] frequencies = config.frequencies(headSize);
    float scale = config.attention();
    for (int position = 0; position < positions; position++) {
      for (int j = 0; j < headSize; j++) {
        float frequency = frequencies[j % half];
        float angle = position * frequency;
        cosines.put((long) position * headSize + j, (float) Math.cos(angle) * scale);
        sines.put((long) position * headSize + j, (float) Math.sin(angle) * scale);
      }
    }
    cosine = wideCosine.to(type);
    sine = wideSine.to(type);
  }

  /**
   * @param x (B, H, T, h)
   * @param from position of the first token
   */
  Tensor rotate(Tensor x, long from) {
    long half = x.size(3) / 2;
    Tensor turned = Ops.cat(3, torch.neg(x.narrow(3, half, half)), x.narrow(3, 0, half));
    Tensor cos = cosine.narrow(0, from, x.size(2));
    Tensor sin = sine.narrow(0, from, x.size(2));
    return x.mul(cos).add(turned.mul(sin));
  }
}
